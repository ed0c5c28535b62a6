{# A phone number in E.164 form (+905321234567), or null when the text is not one plausible number.
   A number without + or 00 follows the dialling rules of its country: that of country_expr where we can read it (a name or a code,
   see normalise_country), else the setting phone_region. A country we can read but have no rules for gives null then.
   Turkish numbers may also start with 90 alone. Extensions are cut, a trunk (0) is understood, letters make it null.
   Numbers of calling codes without rules are accepted by the E.164 length, 8 to 15 digits.
   Arguments: expr (text; a plain column), country_expr (text; a plain column, or a quoted literal; optional)
   Example:   {{ normalise_phone('phone', 'country') }} as phone #}
{% macro normalise_phone(expr, country_expr=none) -%}
    {%- set blank = blank_characters() -%}
    {%- set default_region = setting('TEKIL_PHONE_REGION', 'phone_region') -%}
    {%- set code_of_region = [] -%}
    {%- set codes = [] -%}
    {%- set trunk_codes = [] -%}
    {%- set shapes = [] -%}
    {%- set plain_shapes = [] -%}
    {%- set default_code = namespace(value='0') -%}
    {%- for rule in phone_rules() -%}
        {%- for region in rule.regions -%}
            {%- do code_of_region.append([region, rule.code]) -%}
            {%- if region == default_region -%}{%- set default_code.value = rule.code -%}{%- endif -%}
        {%- endfor -%}
        {%- do codes.append(rule.code) -%}
        {%- if rule.trunk_zero -%}{%- do trunk_codes.append(rule.code) -%}{%- endif -%}
        {%- do shapes.append(rule.code ~ ':' ~ rule.national) -%}
        {%- do plain_shapes.append(rule.code ~ rule.national) -%}
    {%- endfor -%}
    {%- if country_expr is none -%}
        {%- set home = "'" ~ default_code.value ~ ":'" -%}
    {%- else -%}
        {#- 0 is no calling code: a number written for a country without rules can then match nothing #}
        {%- set home = "coalesce(" ~ look_up("coalesce(" ~ normalise_country(country_expr) ~ ", '" ~ default_region ~ "')", code_of_region) ~ ", '0') || ':'" -%}
    {%- endif -%}
    {#- Arabic, Persian and full-width digits count as digits -#}
    {%- set digits = "case when " ~ matches_regex(expr, '[^ -~]') ~ " then translate(" ~ expr
        ~ ", '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９＋', '012345678901234567890123456789+') else " ~ expr ~ " end" -%}
    {%- set cleaned = rewrite(digits, [
        ["[" ~ zero_width_characters() ~ "'\"]", ''],
        ["^[" ~ blank ~ "]+|[" ~ blank ~ "]+$", ''],
        ['^(?:[Tt][Ee][Ll]|[Ss][Mm][Ss]|[Ww]hats[Aa]pp|callto):', ''],
        ['^([0-9]+)[.]0$', '\\1'],
        ["[" ~ blank ~ ",;]*(?:[Ee][Xx][Tt](?:ension|ENSION)?|[Dd][Aa][Hh](?:[iIİı][Ll][iIİı])?|[Dd][Ww]|[Dd]urchwahl|[Xx]|#)[" ~ blank ~ ".:=]*[0-9]{1,6}$", ''],
        ['#', 'z'],
        ['[(]0[)]', '#'],
        ["[" ~ blank ~ "()./\u2010-\u2015\u2212·-]", ''],
    ]) -%}
    {#- from here a national number reads code:number, # is a trunk zero that was written (0), and + leads an international one -#}
    case
        {#- numbers already in their form, and plain Turkish ones at home, pass the short way #}
        when {{ matches_regex(expr, '^[+](?:' ~ plain_shapes | join('|') ~ ')$') }} then {{ expr }}
        {%- if country_expr is none and default_code.value == '90' %}
        when {{ matches_regex(expr, '^0?[2-589][0-9]{9}$') }} then '+90' || substr({{ expr }}, length({{ expr }}) - 9)
        {%- endif %}
        else replace({{ keep_match(rewrite(home ~ ' || ' ~ cleaned, [
        ['^(?:61:0011|1:011|7:810)', '+'],
        ['^[0-9]*:(?:[+]*00|[+]+)', '+'],
        ['^90:#?(?:0?90|0)?([2-589][0-9]{9})$', '+90\\1'],
        ['^(' ~ trunk_codes | join('|') ~ '):[0#]?([1-9][0-9]*)$', '+\\1\\2'],
        ['^1:#?1?([2-9][0-9]{9})$', '+1\\1'],
        ['^7:#?8?([3-9][0-9]{9})$', '+7\\1'],
        ['^([0-9]+):(#?[0-9]+)$', '+\\1\\2'],
        ['^[+](' ~ trunk_codes | join('|') ~ ')[0#]+', '+\\1'],
        ['^[+]39#', '+390'],
        ['#', ''],
        ['^[+](' ~ codes | join('|') ~ ')', '+\\1:'],
    ]), '^[+](?:' ~ shapes | join('|') ~ '|[1-9][0-9]{7,14})$') }}, ':', '')
    end
{%- endmacro %}
