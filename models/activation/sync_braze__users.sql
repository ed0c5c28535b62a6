{# What a messaging user API (Braze, Iterable) holds of each user. #}
with

payload as (

    {{ customer_payload('sync_braze__users') }}

)

select * from payload
