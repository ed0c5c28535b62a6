{# The kind of a device as mobile, tablet, desktop, kiosk, tv or other: by the word that the source uses, else by the user agent.
   ios and android are mobile, since an app is mostly used on a phone. Null when neither says anything.
   Arguments: expr (text: the source's word), agent_expr (text: user agent, or null)
   Example:   {{ normalise_device('context_device_type', 'context_user_agent') }} as device_type #}
{% macro normalise_device(expr, agent_expr='null') -%}
    {%- set words = {
        'mobile': ['mobile', 'phone', 'smartphone', 'smart phone', 'handset', 'ios', 'iphone', 'android', 'mobil', 'telefon', 'cep', 'cep telefonu', 'akilli telefon', 'mobile app', 'app'],
        'tablet': ['tablet', 'ipad', 'ipados', 'phablet'],
        'desktop': ['desktop', 'computer', 'pc', 'laptop', 'notebook', 'web', 'browser', 'masaustu', 'bilgisayar', 'windows', 'macos', 'mac', 'linux'],
        'kiosk': ['kiosk'],
        'tv': ['tv', 'smart tv', 'smarttv', 'connected tv', 'televizyon'],
    } -%}
    {%- set pairs = [] -%}
    {%- for kind, spellings in words.items() -%}
        {%- for spelling in spellings -%}{%- do pairs.append([spelling, kind]) -%}{%- endfor -%}
    {%- endfor -%}
    case
        {#- most rows send one of our own words, which need no folding #}
        when {{ expr }} in ('mobile', 'desktop', 'tablet', 'kiosk', 'tv') then {{ expr }}
        when {{ expr }} in ('ios', 'android') then 'mobile'
        when {{ normalise_name(expr) }} is not null then coalesce({{ look_up(normalise_name(expr), pairs) }}, 'other')
        {%- if agent_expr != 'null' %}
        when {{ matches_regex(agent_expr, 'iPad|Tablet|Kindle|Silk/') }} then 'tablet'
        when {{ matches_regex(agent_expr, '[Kk]iosk') }} then 'kiosk'
        when {{ matches_regex(agent_expr, 'SmartTV|SMART-TV|AppleTV|GoogleTV') }} then 'tv'
        when {{ matches_regex(agent_expr, 'Mobi|iPhone|iPod|Android') }} then 'mobile'
        when {{ matches_regex(agent_expr, 'Windows|Macintosh|X11|CrOS|Linux') }} then 'desktop'
        when {{ agent_expr }} <> '' then 'other'
        {%- endif %}
    end
{%- endmacro %}
