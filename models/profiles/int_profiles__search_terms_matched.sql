{# Which category a search term names: the one whose name the term holds, the longest of several. #}
with

terms as (

    select distinct
        search_term,
        {{ normalise_name('search_term') }} as term
    from {{ ref('int_profiles__events_unioned') }}
    where search_term is not null

),

categories as (

    select distinct
        category,
        {{ normalise_name('category') }} as category_name
    from {{ ref('stg_shop__products') }}
    where category is not null

),

matched as (

    select
        terms.search_term,
        categories.category,
        row_number() over (
            partition by terms.search_term
            order by
                length(categories.category_name) desc,
                {{ binary_order('categories.category') }}
        ) as place
    from terms
    inner join categories on ' ' || terms.term || ' ' like '% ' || categories.category_name || ' %'

),

best as (

    select
        search_term,
        category
    from matched
    where place = 1

)

select * from best
