"""Find pairs, let Splink weigh them, and keep those that are likely: with their margin, their pattern and their ceiling."""

import math

import duckdb

from orchestration.lib.linking.comparisons import COMPARISONS, Comparison
from orchestration.lib.linking.grouping import Pair, components, contested
from orchestration.lib.linking.model import FREQUENCIES, Model, splink_settings
from orchestration.lib.linking.rules import LinkingRules

# expected pairs of one person per record, at most: bounds what is looked at before the prior is known
MOST_PAIRS_PER_RECORD = 20.0
# share of pairs of one person with quite another birth date, below which such a date is an objection
DATES_ARE_GOOD = 0.1
# nobody has more records than this by likelihood alone: in a larger group only strict links are left
MOST_TOGETHER = 200


def find_pairs(connection: duckdb.DuckDBPyConnection, changed_only: bool) -> int:
    """The table `pairs`: records that share a key; with `changed_only`, only those that touch the table `changed`."""
    touched = (
        "where l.unique_id in (select unique_id from changed) or r.unique_id in (select unique_id from changed)"
        if changed_only
        else ""
    )
    connection.execute(f"""
    create or replace table pairs as
    select
        l.unique_id as join_key_l,
        r.unique_id as join_key_r,
        '0' as match_key
    from keys as l
    inner join keys as r on l.key = r.key and l.value = r.value and l.unique_id < r.unique_id
    {touched}
    group by l.unique_id, r.unique_id
    order by join_key_l, join_key_r
    """)
    return connection.execute("select count(*) from pairs").fetchone()[0]


def weigh(
    connection: duckdb.DuckDBPyConnection,
    comparisons: list[Comparison],
    numbers: dict[tuple[str, str], dict[str, float]],
    least_weight: float,
    frequencies: tuple[str, ...] = FREQUENCIES,
) -> None:
    """The table `weighed`: Splink's match weight (without the prior) and levels of every pair of at least that weight."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection)
    linker = Linker(
        api.register("records"),
        splink_settings(comparisons, numbers, 0.5, True),
        log_level=None,
        validate_settings=False,
    )
    for column in frequencies:
        linker.table_management.register_term_frequency_lookup(api.register(f"frequencies_{column}"), column)
    linker.table_management.register_blocked_pairs_for_predict(api.register("pairs"))
    weighed = linker.inference.predict(threshold_match_weight=least_weight, warning_mode="never")
    connection.execute(
        "create or replace table weighed as"
        f" select unique_id_l, unique_id_r, match_weight, columns('^gamma_') from {weighed.physical_name}"
        " order by unique_id_l, unique_id_r"
    )
    connection.execute(f"drop table {weighed.physical_name}")


def make_frequencies(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables `frequencies_<column>` that Splink reads, from `learned_frequencies` (by hash) and the values there are now.

    A value that was not known at training is as rare as one record of those days.
    """
    for column in FREQUENCIES:
        connection.execute(f"""
        create or replace table frequencies_{column} as
        select
            seen.value as {column},
            coalesce(
                learned.frequency,
                (select min(frequency) from learned_frequencies where column_name = '{column}'),
                1.0
            ) as tf_{column}
        from (select distinct {column} as value from records where {column} is not null) as seen
        left join learned_frequencies as learned
            on learned.column_name = '{column}' and learned.value_key = {value_key(column, "seen.value")}
        order by seen.value
        """)


def learn_frequencies(connection: duckdb.DuckDBPyConnection) -> None:
    """The table `learned_frequencies`: how common each value is, by its keyed hash, so that no value leaves with it.

    People with several records count once per spelling of their name and birth date; a value seen once needs no row but one.
    """
    parts = []
    for column in FREQUENCIES:
        parts.append(f"""
        select '{column}' as column_name, {value_key(column, "value")} as value_key, n / sum(n) over () as frequency, n
        from (
            select {column} as value, count(distinct coalesce(root, '') || '|' || coalesce(last, '') || '|' || coalesce(birth, '')) as n
            from records
            where {column} is not null
            group by {column}
        )
        """)
    connection.execute(f"""
    create or replace table learned_frequencies as
    select column_name, case when n > 1 then value_key else '' end as value_key, min(cast(frequency as decimal(18, 9))) as frequency
    from ({" union all ".join(parts)})
    group by all
    order by all
    """)


def value_key(column: str, value: str) -> str:
    """The hash by which a value's frequency is kept; the salt stands in the table `salt`."""
    return f"substr(sha256((select salt from salt) || ':frequency:{column}:' || sha256((select salt from salt) || ':' || {value})), 1, 32)"


def log_odds(probability: float) -> float:
    return math.log2(probability / (1 - probability))


def learn_prior(connection: duckdb.DuckDBPyConnection, records: int) -> tuple[float, float]:
    """How likely two random records are of one person, such that the pairs add up to what it says; and those pairs.

    Pairs that a ceiling holds down do not count: a household is no proof of a person.
    """
    total = records * (records - 1) / 2
    counted = connection.execute(
        "select round(match_weight, 1) as weight, count(*) from judged where ceiling >= 0.9 group by 1 order by 1"
    ).fetchall()
    prior = 1.0 / records
    for _ in range(60):
        shift = log_odds(prior)
        expected = sum(
            count / (1 + 2 ** -min(max(weight + shift, -500.0), 500.0)) for weight, count in counted
        )
        prior = min(max(expected, 1.0) / total, MOST_PAIRS_PER_RECORD / records, 0.4)
    prior = float(f"{prior:.4g}")
    return prior, prior * total


def learn_wrong_dates(connection: duckdb.DuckDBPyConnection, rules: LinkingRules) -> float:
    """Of pairs of one name and address whose birth dates lie a generation apart: the share that are one person with a wrong date.

    Wrong dates lie as far apart as those of strangers; father and son never lie near. So the near ones, who can only be wrong dates,
    say how many far ones are to be expected, and what is more than that are fathers and sons.
    """
    near, far = connection.execute("""
        select count(*) filter (not is_generation_apart), count(*) filter (is_generation_apart)
        from judged
        where birth_differs and first_agrees and last_agrees and (address_agrees or phone_agrees) and not email_agrees
    """).fetchone()
    strangers_near = connection.execute(f"""
        with years as (
            select cast(substr(birth, 1, 4) as integer) as year, count(*) as n
            from records
            where birth is not null
            group by 1
        )
        select sum(case when abs(l.year - r.year) < {rules.count("generation_years")} then l.n * r.n else 0 end) / sum(l.n * r.n)
        from years as l
        cross join years as r
    """).fetchone()[0]
    if near < 3 or not strangers_near:
        return 0.0
    expected = near * (1 - strangers_near) / strangers_near
    return float(f"{min(expected / max(far, 1), 0.98):.3g}")


def judge(
    connection: duckdb.DuckDBPyConnection,
    comparisons: list[Comparison],
    numbers: dict[tuple[str, str], dict[str, float]],
    wrong_dates: float,
    rules: LinkingRules,
) -> None:
    """The table `judged`: the weighed pairs with the ceiling of their probability and the reason for it."""
    says = _Says({comparison.name for comparison in comparisons})
    strict = rules.number("strict_probability")
    below_strict = round(strict - 0.000001, 6)
    below_wide = round(rules.number("wide_probability") - 0.000001, 6)
    generation = min(round(wrong_dates, 6), below_strict)
    wrong_name = numbers.get(("first_name", "differs"), {"m": 0.0})["m"]
    twin = min(round(wrong_name / (wrong_name + rules.number("twin_share")), 6), below_strict)
    nothing = round(rules.number("floor_probability") / 2, 6)
    connection.execute(f"""
    create or replace table judged as
    with facts as (
        select
            weighed.*,
            ({says.any("first_name", "same", "variant", "swapped", "initial", "similar")}) as first_agrees,
            ({says.any("first_name", "alike")}) as first_is_alike,
            ({says.any("first_name", "differs")}) as first_differs,
            ({says.any("last_name", "same", "part", "swapped", "similar")}) as last_agrees,
            ({says.any("birth_date", "same", "transposed", "typo")}) as birth_agrees,
            ({says.any("birth_date", "differs")}) as birth_differs,
            ({says.any("email", "same")}) as email_agrees,
            ({says.any("email", "same user", "similar")}) as email_is_near,
            ({says.any("phone", "same")}) as phone_agrees,
            ({says.any("email", "differs")}) or ({says.any("phone", "differs")}) as contacts_differ,
            ({says.any("address", "same", "similar")}) as address_agrees,
            ({says.any("address", "same", "similar", "same place")}) as place_agrees,
            l.name_support > 1 and r.name_support > 1 as names_stand,
            ({says.any("last_name", "differs", "crossed", "alike")}) as last_differs,
            abs(cast(substr(l.birth, 1, 4) as integer) - cast(substr(r.birth, 1, 4) as integer))
            >= {rules.count("generation_years")} as is_generation_apart,
            l.suffix <> r.suffix as suffix_differs,
            {says.points("first_name", {"same": 1, "variant": 1, "swapped": 1, "similar": 1, "initial": 0.5, "alike": 0.5})}
            + {says.points("last_name", {"same": 1, "part": 1, "swapped": 1, "similar": 1, "alike": 0.5})}
            + {says.points("birth_date", {"same": 2, "transposed": 2, "typo": 2, "part": 1, "near": 0.5})}
            + {says.points("email", {"same": 2, "same user": 1.5, "similar": 1.5, "other number": 0.5})}
            + {says.points("phone", {"same": 2, "similar": 1})}
            + {says.points("address", {"same": 1, "similar": 1, "same place": 1, "same post code": 0.5, "same city": 0.5, "similar city": 0.5})}
            as evidence
        from weighed
        inner join records as l on weighed.unique_id_l = l.unique_id
        inner join records as r on weighed.unique_id_r = r.unique_id
    ),
    ruled as (
        select
            facts.*,
            case
                when suffix_differs then 'another generation'
                when first_differs and birth_agrees and email_agrees and not names_stand then 'not the whole person'
                when first_differs and birth_agrees and last_differs and place_agrees and not contacts_differ then 'not the whole person'
                when first_differs and birth_agrees and (place_agrees or phone_agrees) and not contacts_differ and not names_stand
                    then 'perhaps a twin'
                when first_differs then 'another given name'
                when birth_differs and first_agrees and last_agrees and (address_agrees or phone_agrees)
                    then case when is_generation_apart then 'perhaps another generation' else 'not the whole person' end
                when birth_differs and (email_agrees or email_is_near) and (first_agrees or last_agrees) then 'not the whole person'
                when birth_differs then 'another birth date'
                when not (first_agrees or birth_agrees or email_agrees or email_is_near) then 'a household'
                when evidence < 2.5 then 'too little'
                when evidence < 3 then 'little'
                when not (first_agrees and (birth_agrees or email_agrees)) then 'not the whole person'
            end as held_by
        from facts
    )
    select
        *,
        case held_by
            when 'another generation' then {nothing}
            when 'another given name' then {nothing}
            when 'another birth date' then {nothing}
            when 'a household' then {nothing}
            when 'too little' then {nothing}
            when 'perhaps a twin' then {twin}
            when 'perhaps another generation' then {generation}
            when 'little' then {below_wide}
            when 'not the whole person' then {below_strict}
            else 1.0
        end as ceiling
    from ruled
    """)


def gather(connection: duckdb.DuckDBPyConnection, rules: LinkingRules, linked_at: str) -> list[Pair]:
    """The table `all_links`: new links and former ones that stand; returns those above the wide line, strongest first."""
    connection.execute(f"""
    create or replace table all_links as
    select *, timestamp '{linked_at}' as linked_at, false as is_contested from links
    """)
    connection.execute("insert into all_links by name select * from former_links")
    return connection.execute(f"""
        select unique_id_l, unique_id_r from all_links
        where match_probability >= {rules.number("wide_probability")}
        order by match_probability desc, match_weight desc, unique_id_l, unique_id_r
    """).fetchall()


def contest(
    connection: duckdb.DuckDBPyConnection, strongest_first: list[Pair], model: Model, rules: LinkingRules
) -> None:
    """Mark those of the table `all_links` that would join two people."""
    groups = [group for group in components(strongest_first) if len(group) > 2]
    fill(
        connection,
        "members",
        [(record, group[0]) for group in groups if len(group) <= MOST_TOGETHER for record in group],
    )
    fill(
        connection,
        "crowded",
        [(record, group[0]) for group in groups if len(group) > MOST_TOGETHER for record in group],
    )
    connection.execute("""
        create or replace table pairs as
        select left_member.record as join_key_l, right_member.record as join_key_r, '0' as match_key
        from members as left_member
        inner join members as right_member on left_member.other = right_member.other and left_member.record < right_member.record
        anti join all_links
            on left_member.record = all_links.unique_id_l and right_member.record = all_links.unique_id_r
        order by join_key_l, join_key_r
    """)
    numbers = model.numbers()
    comparisons = model.of(COMPARISONS)
    weigh(connection, comparisons, numbers, -1000.0)
    judge(connection, comparisons, numbers, model.content["wrong_birth_dates"], rules)
    # where birth dates are often wrong altogether, another one is no objection
    doubt = numbers.get(("birth_date", "differs"), {"m": 1.0})["m"] < DATES_ARE_GOOD
    vetoes = connection.execute(f"""
        select unique_id_l, unique_id_r from judged
        where held_by in ('another generation', 'another given name')
            or held_by = 'perhaps another generation' and ceiling < 0.5
            or held_by = 'another birth date' and {doubt}
    """).fetchall()
    fill(connection, "refused", sorted(contested(strongest_first, vetoes)))
    connection.execute(f"""
        update all_links set is_contested = true
        where (unique_id_l, unique_id_r) in (select (record, other) from refused)
            or match_probability < {rules.number("strict_probability")}
            and unique_id_l in (select record from crowded) and unique_id_r in (select record from crowded)
    """)


def fill(connection: duckdb.DuckDBPyConnection, table: str, pairs: list[tuple[int, int]]) -> None:
    """A table of pairs of numbers."""
    connection.execute(f"create or replace table {table} (record bigint, other bigint)")
    for start in range(0, len(pairs), 5000):
        values = ", ".join(f"({record}, {other})" for record, other in pairs[start : start + 5000])
        connection.execute(f"insert into {table} values {values}")


def keep_likely(
    connection: duckdb.DuckDBPyConnection, comparisons: list[Comparison], model: Model, rules: LinkingRules
) -> None:
    """The table `links`: pairs at or above the floor, with probability, margin and pattern."""
    shift = log_odds(model.prior)
    margins, patterns = [], []
    numbers = model.numbers()
    for comparison in comparisons:
        column = f"gamma_{comparison.name}"
        margin_cases = " ".join(
            f"when {comparison.gamma(level.name)} then {numbers[comparison.name, level.name]['margin'] ** 2:.6f}"
            for level in comparison.levels
        )
        pattern_cases = " ".join(
            f"when {comparison.gamma(level.name)} then '{comparison.name}:{level.name}'"
            for level in comparison.levels
        )
        margins.append(f"case {column} {margin_cases} else 0 end")
        patterns.append(f"case {column} {pattern_cases} end")
    prior_margin = 1 / math.sqrt(max(model.content["likely_pairs"], 1.0)) / math.log(2)
    spread = f"{rules.number('margin_deviations')} * sqrt({prior_margin**2:.6f} + {' + '.join(margins)})"

    def probability(weight: str) -> str:
        return f"cast(round(least(1 / (1 + pow(2.0, -least(greatest({weight}, -500), 500))), ceiling), 6) as decimal(7, 6))"

    connection.execute(f"""
    create or replace table links as
    with measured as (
        select *, match_weight + {shift!r} as weight, {spread} as spread
        from judged
    ),
    told as (
        select
            l.source as left_source,
            l.table_name as left_table_name,
            l.record_id as left_record_id,
            r.source as right_source,
            r.table_name as right_table_name,
            r.record_id as right_record_id,
            {probability("weight")} as match_probability,
            {probability("weight - spread")} as probability_low,
            {probability("weight + spread")} as probability_high,
            cast(round(weight, 4) as decimal(12, 4)) as match_weight,
            '{model.version}' as model_version,
            concat_ws(' ', {", ".join(patterns)}, 'held:' || held_by) as pattern,
            l.content_hash as left_content_hash,
            r.content_hash as right_content_hash,
            unique_id_l,
            unique_id_r
        from measured
        inner join records as l on measured.unique_id_l = l.unique_id
        inner join records as r on measured.unique_id_r = r.unique_id
    )
    select * from told
    where match_probability >= {rules.number("floor_probability")}
    order by unique_id_l, unique_id_r
    """)


class _Says:
    """Levels of the comparisons as SQL conditions; what is not compared says nothing."""

    def __init__(self, compared: set[str]):
        self.compared = compared
        self.by_name = {comparison.name: comparison for comparison in COMPARISONS}

    def any(self, name: str, *levels: str) -> str:
        if name not in self.compared:
            return "false"
        numbers = ", ".join(str(self.by_name[name].gamma(level)) for level in levels)
        return f"gamma_{name} in ({numbers})"

    def points(self, name: str, levels: dict[str, float]) -> str:
        if name not in self.compared:
            return "0"
        cases = " ".join(
            f"when {self.by_name[name].gamma(level)} then {points}" for level, points in levels.items()
        )
        return f"case gamma_{name} {cases} else 0 end"
