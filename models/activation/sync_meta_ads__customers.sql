{# Members of a Meta Custom Audience: customers as likeness sees them, who have agreed to ads and are in a segment. #}
with

payload as (

    {{ audience_payload('sync_meta_ads__customers') }}

)

select * from payload
