{# The links beside those that the components were last found from: which are new, and which are gone. Everything counts as new in a first run and in a
   full refresh. What stood then is in int_identity__links_settled, which is written after the components and so cannot be a ref here. #}
{% set settled = adapter.get_relation(database=this.database, schema=this.schema, identifier='int_identity__links_settled') if execute and not flags.FULL_REFRESH else none -%}
with

links as (

    select * from {{ ref('int_identity__links_made') }}

),

settled as (

    {% if settled is not none %}
    select
        left_node_id,
        right_node_id
    from {{ settled }}
    {% else %}
    select
        cast(null as bigint) as left_node_id,
        cast(null as bigint) as right_node_id
    where false
    {% endif %}

),

compared as (

    select
        coalesce(links.left_node_id, settled.left_node_id) as left_node_id,
        coalesce(links.right_node_id, settled.right_node_id) as right_node_id,
        links.left_node_id is null or settled.left_node_id is null as is_changed,
        links.left_node_id is not null as is_standing
    from links
    full outer join settled
        on links.left_node_id = settled.left_node_id
        and links.right_node_id = settled.right_node_id

)

select * from compared
