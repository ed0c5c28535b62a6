{# Of whom a renewal asks again whether and where they may be reached: customers whose events it looks at again, since the same rows tell of contact points and whether they
   work; those of whom a consent changed, or came or left with its contact point; and those of whom the count of answers changed. Empty where everything is
   made anew. #}
with

customers as (

    select * from {{ ref('int_profiles__customers_touched') }}

),

consent_changes as (

    select * from {{ changes_of('contact_consents') }}
    where customer_id is not null

),

answer_changes as (

    select * from {{ changes_of('int_profiles__answers_summed') }}

),

touched as (

    select customer_id from customers

    union

    select customer_id from consent_changes

    union

    select customer_id from answer_changes

)

select customer_id from touched
