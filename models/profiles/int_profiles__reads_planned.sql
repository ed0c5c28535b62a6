{# Whether profiles and segments build on what stands in this run, and why not. The first step of their part of a run, as int_segments__run_settled is
   the last. They can only where identity did (int_staging__reads_planned), since they are renewed from what changed there. #}
{{ config(materialized='table') }}
{%- set acts = execute and flags.WHICH in ['build', 'run', 'retry'] %}
{%- set rules = [ref('tracking_plan'), ref('places'), ref('currency_rates'), ref('survivorship'), ref('trait_values'), ref('profile_settings'), ref('context_rules'), ref('message_channels'), ref('affinity_weights'), ref('affinity_decay'), ref('segment_definitions'), ref('segment_thresholds'), ref('segment_candidates'), ref('rfm_thresholds'), ref('rfm_cells')] %}
{%- set beside = [base_currency(), default_timezone()] %}
{%- for name in ['phone_region', 'session_timeout_minutes', 'echo_minutes', 'open_cart_days', 'segment_months', 'segment_flow_groups'] %}
{%- do beside.append(var(name) | string) %}
{%- endfor %}
{#- a category that is new may be what an old search term names #}
{%- set told_categories %}
select md5(coalesce(string_agg(hashed, '' order by hashed), ''))
from (select distinct md5(category) as hashed from {{ ref('stg_shop__products') }} where category is not null) as categories
{%- endset %}
{%- set counted = tekil.rows_by_hand([('messaging__receipts', 'messaging', 'receipts'), ('shop__orders', 'shop', 'orders'), ('shop__order_lines', 'shop', 'order_lines'), ('pos__receipts', 'pos', 'receipts'), ('pos__receipt_lines', 'pos', 'receipt_lines'), ('zendesk__tickets', 'zendesk', 'tickets'), ('mailchimp__email_activities', 'mailchimp', 'email_activity'), ('consent__records', 'consent', 'records')]) %}
{%- if acts %}
{%- do beside.append(run_query(told_categories).rows[0][0]) %}
{%- for row in run_query(counted).rows %}
{%- do beside.append(row[0] ~ (row[1] | int)) %}
{%- endfor %}
{%- endif %}
{%- set fingerprint = tekil.fingerprint_of_run(rules, ['staging', 'profiles', 'segments'], beside) if acts else '' %}
{%- set reason = tekil.reasons_to_make_profiles_anew(fingerprint) if acts else 'nothing runs' %}

with

identity as (

    select
        max(run_number) as run_number,
        max(former_load_id) as former_load_id
    from {{ ref('int_staging__reads_planned') }}

),

settled as (

    {% if not reason -%}
    select max(as_of) as as_of
    from {{ tekil.relation_of('int_segments__run_settled') }}
    {%- else -%}
    select cast(null as timestamp) as as_of
    {%- endif %}

),

planned as (

    select
        'profiles' as layer,
        identity.run_number,
        identity.former_load_id,
        {{ as_of() }} as as_of,
        settled.as_of as former_as_of,
        {{ 'false' if reason else 'true' }} as is_renewal,
        '{{ fingerprint }}' as fingerprint,
        '{{ reason }}' as reason
    from identity
    cross join settled

)

select * from planned
