{# The evidence that names an identifier which may be offered another link: its stars are drawn again. Empty where everything is made anew. #}
with

reread as (

    select distinct evidence_id
    from {{ touched('int_identity__evidence_keyed', by='int_identity__members_touched', keys=['identifier_key']) }}
    {{ 'where false' if not is_renewed() }}

)

select * from reread
