{# The attributes of a customer that the history keeps, by type. They move only when something happens to the customer (or when a
   fixed line is crossed): what changes for everyone every day, such as days since and windows, follows from the dates and is not kept.
   Adding a name gives every customer one new version on the day of the next build.
   Example:   {% for type, names in remembered_attributes().items() %} #}
{% macro remembered_attributes() -%}
    {{ return({
        'string': [
            'gender', 'marital_status', 'occupation', 'income_band', 'district', 'city', 'country',
            'favourite_category', 'favourite_brand', 'disliked_category', 'preferred_category', 'rfm_cell',
        ],
        'integer': ['birth_year', 'rfm_recency_score', 'rfm_frequency_score', 'rfm_monetary_score'],
        'bigint': ['orders_count'],
        'numeric(18, 4)': ['lifetime_value_amount', 'average_basket_amount'],
        'numeric(18, 2)': ['median_gap_days'],
        'boolean': ['is_known', 'is_regular', 'has_bought_in_store', 'has_bought_online'],
        'timestamp': ['first_ordered_at', 'last_ordered_at'],
    }) }}
{%- endmacro %}
