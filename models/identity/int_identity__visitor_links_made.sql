{# Likenesses of visitors, told of the customers their cookies belong to by exact links (I3): once for each level whose line they pass. One end at least
   is nobody known: two people who said who they are are never joined by what devices they hold. A cookie that the guards refused takes no part. #}
with

probable_links as (

    {# contested: it would join two accounts through a visitor that is like both (linking.md) #}
    select * from {{ source('ops', 'probable_links') }}
    where left_source = 'tracker' and not is_contested

),

mapped as (

    select * from {{ ref('int_identity__identifiers_mapped') }}

),

levels as (

    select * from {{ ref('int_identity__levels_listed') }}

),

known as (

    select distinct customer_id
    from mapped
    where is_known_person

),

{# the record of a visitor is named by the key of its cookie #}
standing as (

    select
        lefts.customer_id as left_customer_id,
        rights.customer_id as right_customer_id,
        probable_links.match_probability
    from probable_links
    inner join mapped as lefts
        on probable_links.left_record_id = lefts.identifier_key
        and not lefts.is_shared
    inner join mapped as rights
        on probable_links.right_record_id = rights.identifier_key
        and not rights.is_shared
    left join known as left_known on lefts.customer_id = left_known.customer_id
    left join known as right_known on rights.customer_id = right_known.customer_id
    where
        lefts.customer_id <> rights.customer_id
        and (left_known.customer_id is null or right_known.customer_id is null)

),

paired as (

    select
        least({{ binary_order('left_customer_id') }}, {{ binary_order('right_customer_id') }}) as left_customer_id,
        greatest({{ binary_order('left_customer_id') }}, {{ binary_order('right_customer_id') }}) as right_customer_id,
        max(match_probability) as match_probability,
        count(*) as record_pair_count
    from standing
    group by
        least({{ binary_order('left_customer_id') }}, {{ binary_order('right_customer_id') }}),
        greatest({{ binary_order('left_customer_id') }}, {{ binary_order('right_customer_id') }})

),

links as (

    select
        levels.level,
        paired.left_customer_id,
        paired.right_customer_id,
        {{ customer_node('paired.left_customer_id', 'levels.level_number') }} as left_node_id,
        {{ customer_node('paired.right_customer_id', 'levels.level_number') }} as right_node_id,
        paired.match_probability,
        paired.record_pair_count
    from paired
    inner join levels on paired.match_probability >= levels.line

)

select * from links
