{# A text in small letters that keeps its marks (Ş becomes ş, Ü becomes ü), except that I, İ and ı all become i.
   Texts without capitals or letters beyond ASCII pass untouched.
   Arguments: expr (text; written three times, so pass a plain column or a short expression)
   Example:   {{ small_letters('email') }} #}
{% macro small_letters(expr) -%}
    case
        when {{ matches_regex(expr, '[^ -@[-~]') }}
            then translate(
                {{ expr }},
                'aeinorsltmABCDEFGHIJKLMNOPQRSTUVWXYZİıŞĞÜÖÇÂÎÛÀÁÃÄÅÆÈÉÊËÌÍÏÐÑÒÓÔÕØÙÚÝÞ',
                'aeinorsltmabcdefghijklmnopqrstuvwxyziişğüöçâîûàáãäåæèéêëìíïðñòóôõøùúýþ'
            )
        else {{ expr }}
    end
{%- endmacro %}
