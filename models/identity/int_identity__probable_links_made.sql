{# Likenesses between records, told of the customers they belong to by exact links (I3): once for each level whose line they pass. A likeness
   of records that have changed since they were compared says nothing any more; a level's own copy of each customer is a node of its own.
   Likenesses of visitors come from the clusters of visitors alone, each of which holds one known customer at most. #}
with

probable_links as (

    {# contested: it would join two people through a third record that is like both (linking.md) #}
    select * from {{ source('ops', 'probable_links') }}
    where not is_contested

),

people as (

    select
        source,
        table_name,
        record_id,
        content_hash
    from {{ ref('int_staging__people_prepared') }}

),

records as (

    select * from {{ ref('int_identity__records_mapped') }}

),

levels as (

    select * from {{ ref('int_identity__levels_listed') }}

),

visitor_links as (

    select * from {{ ref('int_identity__visitor_links_made') }}

),

visitor_components as (

    select * from {{ ref('int_identity__visitor_components_found') }}

),

visitor_clusters as (

    select * from {{ ref('int_identity__visitor_components_vetoed') }}

),

link_ends as (

    select
        left_source as source,
        left_table_name as table_name,
        left_record_id as record_id,
        left_content_hash as content_hash
    from probable_links

    union

    select
        right_source as source,
        right_table_name as table_name,
        right_record_id as record_id,
        right_content_hash as content_hash
    from probable_links

),

{# people are a view, which is read once here, and not at all where nothing is alike #}
unchanged as (

    select link_ends.*
    from link_ends
    inner join people
        on link_ends.source = people.source
        and link_ends.table_name = people.table_name
        and link_ends.record_id = people.record_id
        and link_ends.content_hash = people.content_hash

),

standing as (

    select
        lefts.customer_id as left_customer_id,
        rights.customer_id as right_customer_id,
        probable_links.match_probability
    from probable_links
    inner join unchanged as left_ends
        on probable_links.left_source = left_ends.source
        and probable_links.left_table_name = left_ends.table_name
        and probable_links.left_record_id = left_ends.record_id
        and probable_links.left_content_hash = left_ends.content_hash
    inner join unchanged as right_ends
        on probable_links.right_source = right_ends.source
        and probable_links.right_table_name = right_ends.table_name
        and probable_links.right_record_id = right_ends.record_id
        and probable_links.right_content_hash = right_ends.content_hash
    inner join records as lefts
        on probable_links.left_source = lefts.source
        and probable_links.left_table_name = lefts.table_name
        and probable_links.left_record_id = lefts.record_id
    inner join records as rights
        on probable_links.right_source = rights.source
        and probable_links.right_table_name = rights.table_name
        and probable_links.right_record_id = rights.record_id
    where lefts.customer_id <> rights.customer_id

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

),

visitors_placed as (

    select
        visitor_components.node_id,
        coalesce(visitor_clusters.component_id, visitor_components.component_id) as cluster_id
    from visitor_components
    left join visitor_clusters on visitor_components.node_id = visitor_clusters.node_id

),

{# a link between two clusters would join two known customers by way of visitors #}
visitors as (

    select visitor_links.*
    from visitor_links
    inner join visitors_placed as lefts on visitor_links.left_node_id = lefts.node_id
    inner join visitors_placed as rights
        on visitor_links.right_node_id = rights.node_id
        and lefts.cluster_id = rights.cluster_id

),

combined as (

    select * from links

    union all

    select * from visitors

),

{# customers may be alike by records of both kinds #}
told as (

    select
        level,
        left_customer_id,
        right_customer_id,
        left_node_id,
        right_node_id,
        max(match_probability) as match_probability,
        cast(sum(record_pair_count) as bigint) as record_pair_count
    from combined
    group by
        level,
        left_customer_id,
        right_customer_id,
        left_node_id,
        right_node_id

)

select * from told
