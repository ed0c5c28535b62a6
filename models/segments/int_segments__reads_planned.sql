{# The plan of profiles (int_profiles__reads_planned) as it holds for segments: they too are renewed in a run that renewed profiles, and in no other.
   It is read as it stands, since the steps of another layer are its own. #}
-- depends_on: {{ ref('customer_events') }}, {{ ref('customers') }}
{%- set is_of_this_run = execute and 'model.tekil.int_profiles__reads_planned' in selected_resources %}
with

planned as (

    select * from {{ tekil.relation_of('int_profiles__reads_planned') if execute else this }}

),

told as (

    select
        layer,
        run_number,
        former_load_id,
        as_of,
        former_as_of,
        is_renewal and {{ 'true' if is_of_this_run else 'false' }} as is_renewal,
        fingerprint,
        reason
    from planned

)

select * from told
