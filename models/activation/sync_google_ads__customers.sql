{# Members of a Google Customer Match list: customers as likeness sees them, who have agreed to ads and are in a segment. #}
with

payload as (

    {{ audience_payload('sync_google_ads__customers') }}

)

select * from payload
