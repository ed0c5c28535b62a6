"""From the prepared people to what the conditions compare: words, roots, shared values taken out, keys that find pairs."""

import duckdb

from orchestration.lib.linking.rules import LinkingRules

COLUMNS = {
    "source": "varchar",
    "table_name": "varchar",
    "record_id": "varchar",
    "content_hash": "varchar",
    "first_name": "varchar",
    "last_name": "varchar",
    "gender": "varchar",
    "email": "varchar",
    "email_user": "varchar",
    "email_domain": "varchar",
    "phone": "varchar",
    "street": "varchar",
    "house_number": "varchar",
    "district": "varchar",
    "city": "varchar",
    "postal_code": "varchar",
    "country": "varchar",
    "birth_date": "date",
}
TITLES = "mr|mrs|ms|miss|dr|prof|sir|bay|bayan|sayin|sn|av|herr|frau"
SUFFIXES = "jr|sr|ii|iii|iv|junior|senior"
# what is no name, in the form that normalise_name gives
NO_NAMES = "('unknown', 'n a', 'na', 'none', 'null', 'nan', 'test', 'yok', 'bilinmiyor', 'x', 'xx', 'xxx', 'deneme', 'misafir', 'guest')"
USUAL_DEFAULT_DATES = "('19000101', '19010101', '19700101', '18991231', '19000102', '20000101', '11110101')"

# how pairs are found; each takes a way of its own, so that a slip in one fact leaves the others
KEYS = {
    "email": "email",
    "email_user": "case when length(email_user) >= 6 then email_user end",
    "phone": "right(phone, 9)",
    "birth": "birth",
    "birth_first": "birth || substr(root, 1, 2)",
    "birth_last": "birth || substr(last, 1, 2)",
    "birth_turned": "substr(birth, 1, 4) || least(substr(birth, 5, 2), substr(birth, 7, 2))"
    " || greatest(substr(birth, 5, 2), substr(birth, 7, 2)) || substr(root, 1, 1)",
    "name": "least(root, last) || ' ' || greatest(root, last)",
    "name_year": "least(root, last) || ' ' || greatest(root, last) || substr(birth, 1, 4)",
    "name_day": "substr(root, 1, 3) || substr(last, 1, 3) || substr(birth, 5, 4)",
    "name_city": "least(root, last) || ' ' || greatest(root, last) || city",
    "last_post": "substr(last, 1, 3) || postal",
    "first_post": "substr(root, 1, 3) || postal",
    "first_month": "root || substr(birth, 1, 6)",
    "last_month": "last || substr(birth, 1, 6)",
    "last_street": "substr(last, 1, 3) || way",
    "first_street": "substr(root, 1, 3) || way",
    "first_year": "root || substr(birth, 1, 4)",
    "last_year": "last || substr(birth, 1, 4)",
    "first_city": "root || city",
    "last_city": "last || city",
    "domain": "email_domain",
    "house": "way || house_number || coalesce(postal, city, '')",
}


def prepare_records(connection: duckdb.DuckDBPyConnection, rules: LinkingRules) -> int:
    """Make the table `records` from `people` and `variants`; returns how many there are.

    Every step is a function of the whole table, whatever the order of its rows, so that an incremental run sees what a full one does.
    """
    connection.execute(_WORDS)
    connection.execute(_shared_values("email", rules.count("people_per_email")))
    connection.execute(_shared_values("phone", rules.count("people_per_phone")))
    count = connection.execute("select count(*) from words").fetchone()[0]
    connection.execute(_default_dates(rules.count("people_per_birth_date"), count))
    connection.execute(_common("first", count))
    connection.execute(_common("last", count))
    connection.execute(_RECORDS)
    _make_keys(connection, rules, count)
    return count


_WORDS = f"""
create or replace table words as
with folded as (
    select
        *,
        trim(regexp_replace(regexp_replace(coalesce(first_name, ''), '^(?:(?:{TITLES}) )+', ''), ' (?:{SUFFIXES})$', '')) as given,
        trim(regexp_replace(regexp_replace(coalesce(last_name, ''), '^(?:(?:{TITLES}) )+', ''), ' (?:{SUFFIXES})$', '')) as family,
        regexp_extract(coalesce(first_name, '') || ' ' || coalesce(last_name, ''), ' ({SUFFIXES})$', 1) as suffix
    from people
),
cleaned as (
    select
        * replace (
            case when given not in {NO_NAMES} and given <> '' then given end as given,
            case when family not in {NO_NAMES} and family <> '' then family end as family
        ),
        strftime(birth_date, '%Y%m%d') as birth_text
    from folded
)
select
    row_number() over (order by cleaned.source, cleaned.table_name, cleaned.record_id) as unique_id,
    cleaned.source,
    cleaned.table_name,
    cleaned.record_id,
    cleaned.content_hash,
    split_part(given, ' ', 1) as first,
    coalesce(variants.variant_of, split_part(given, ' ', 1)) as root,
    list_filter(string_split(given, ' '), lambda word: length(word) > 2) as given_words,
    replace(family, ' ', '') as last,
    list_filter(string_split(family, ' '), lambda word: length(word) > 2) as last_words,
    case suffix when 'junior' then 'jr' when 'senior' then 'sr' when '' then null else suffix end as suffix,
    gender,
    case when birth_text not in {USUAL_DEFAULT_DATES} then birth_text end as birth,
    email,
    email_user,
    email_domain,
    regexp_replace(email_user, '[^0-9]', '', 'g') as email_digits,
    coalesce(
        length(split_part(given, ' ', 1)) >= 2 and length(family) >= 2
        and contains(email_user, split_part(given, ' ', 1)) and contains(email_user, replace(family, ' ', ''))
        and not regexp_matches(email_user, '[0-9]'),
        false
    ) as email_is_name,
    phone,
    nullif(trim(regexp_replace(regexp_replace(street, '\\b[0-9]+[a-z]?\\b', ' ', 'g'), ' +', ' ', 'g')), '') as way,
    house_number,
    district,
    city,
    postal_code as postal
from cleaned
left join variants on variants.name = split_part(given, ' ', 1)
order by unique_id
"""


def _shared_values(column: str, people: int) -> str:
    """Values of a contact point used by more people than one family: told by given names, or else by birth dates."""
    return f"""
    create or replace table shared_{column} as
    select {column} as value
    from words
    where {column} is not null
    group by {column}
    having count(distinct substr(root, 1, 2)) > {people}
        or count(distinct case when root is null then birth end) > {people}
    """


def _default_dates(names: int, count: int) -> str:
    """Birth dates on far more names than chance allows (a birth date in 20,000 is everybody's share)."""
    return f"""
    create or replace table default_dates as
    select birth as value
    from words
    where birth is not null
    group by birth
    having count(distinct coalesce(root, '') || '|' || coalesce(last, '')) > {names} + {count} * 20 / 20000.0
    """


def _common(column: str, count: int) -> str:
    """Names that many unlike people have."""
    other = "last" if column == "first" else "root"
    return f"""
    create or replace table common_{column} as
    select {column} as value
    from words
    where {column} is not null
    group by {column}
    having count(distinct coalesce({other}, '') || coalesce(birth, '')) >= greatest(5, {count} * 0.0005)
    """


_RECORDS = """
create or replace table records as
select
    words.* replace (
        case when shared_email.value is null then email end as email,
        case when shared_email.value is null then email_user end as email_user,
        case when shared_email.value is null then email_domain end as email_domain,
        case when shared_phone.value is null then phone end as phone,
        case when default_dates.value is null then birth end as birth
    ),
    common_first.value is not null as first_is_common,
    common_last.value is not null as last_is_common,
    coalesce(way, postal, city) as place,
    case when words.root is not null then count(*) over (partition by words.last, words.birth, words.root) end as name_support
from words
left join shared_email on words.email = shared_email.value
left join shared_phone on words.phone = shared_phone.value
left join default_dates on words.birth = default_dates.value
left join common_first on words.first = common_first.value
left join common_last on words.last = common_last.value
order by unique_id
"""


def _make_keys(connection: duckdb.DuckDBPyConnection, rules: LinkingRules, count: int) -> None:
    """The table `keys`: which record can be found by which value. Values on too many records are left out, the largest first,
    until each way gives no more pairs than its share."""
    connection.execute("create or replace table keys (key varchar, value varchar, unique_id bigint)")
    for name, value in KEYS.items():
        connection.execute(f"""
        create or replace temp table blocks as
        select value, records, sum(records * (records - 1) / 2) over (order by records, value) as pairs
        from (
            select {value} as value, count(*) as records
            from records
            where {value} is not null
            group by 1
            having count(*) between 2 and {rules.count("max_block_records")}
        )
        """)
        connection.execute(f"""
        insert into keys
        select '{name}', blocks.value, records.unique_id
        from records
        inner join blocks on {value} = blocks.value
        where blocks.pairs <= {rules.count("max_pairs_per_record")} * greatest({count}, 4000)
        order by records.unique_id
        """)
