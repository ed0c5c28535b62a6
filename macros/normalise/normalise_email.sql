{# An e-mail address in the one form it is stored and sent to, or null when the text is not one plausible address.
   Small letters; `mailto:`, quotes, a display name before <...>, the angle brackets and trailing punctuation are removed.
   Blanks go at the ends and around @ and dots; a blank between two words is refused, since joining them could name a stranger.
   Marked letters are kept (they can be delivered to), up to ÿ and the Turkish ones.
   Arguments: expr (text; a plain column)
   Example:   {{ normalise_email('email') }} as email #}
{% macro normalise_email(expr) -%}
    {%- set blank = '[' ~ blank_characters() ~ ']' -%}
    {%- set letter = "a-z0-9ß-öø-ÿğş" -%}
    {%- set local_part = "[" ~ letter ~ "!#$%&'*+/=?^_`{|}~-]+" -%}
    case
        {#- an address already in its form passes untouched; the rest costs several times as much #}
        when length({{ expr }}) <= 64 and {{ matches_regex(expr, '^[a-z0-9_-]+(?:[.+][a-z0-9_-]+)*@(?:[a-z0-9]+[.])+[a-z][a-z]+$') }} then {{ expr }}
        else {{ keep_match(rewrite(small_letters(expr), [
        ["[" ~ zero_width_characters() ~ "\u0307]", ''],
        ['^[^<>@]*<([^<>]*)>' ~ blank ~ '*$', '\\1'],
        ["^[" ~ blank_characters() ~ "'\"]+|[" ~ blank_characters() ~ "'\".,;]+$", ''],
        ['^mailto:([^?]*)(?:[?].*)?$', '\\1'],
        [blank ~ '*([@.])' ~ blank ~ '*', '\\1'],
        ['^[^@]{65}.*$', ''],
        ['^.{255}.*$', ''],
    ]), '^' ~ local_part ~ '(?:[.]' ~ local_part ~ ')*@(?:[' ~ letter ~ '](?:[' ~ letter ~ '-]*[' ~ letter ~ '])?[.])+(?:[a-z][a-z]+|xn--[a-z0-9-]*[a-z0-9])$') }}
    end
{%- endmacro %}
