{# How e-mail campaigns are called. A table of its own, so that the events of a campaign whose title changed are known. #}
{{ config(materialized='renewed', keys=['campaign_id']) }}
-- depends_on: {{ ref('int_profiles__reads_planned') }}
with

campaigns as (

    select * from {{ ref('stg_mailchimp__campaigns') }}

)

select
    campaign_id,
    title
from campaigns
