with

source as (

    select * from {{ source('raw', 'labels__identity_labels') }}

),

renamed as (

    select
        ---------- ids
        source as labelled_source,
        table_name as labelled_table,
        record_id,
        person_id,

        ---------- timestamps
        _loaded_at as loaded_at
    from source

)

select * from renamed
