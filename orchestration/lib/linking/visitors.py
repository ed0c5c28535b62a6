"""Visitors: cookies and installations, compared by the networks they came from, their device, when they were in use, and the hours of activity.

Only what one device may have left is compared: two visitors with one device signature who came from one line, or one range of a
provider, within two months. Two cookies of one account show how one device's traces agree, two of two accounts how those of neighbours, spouses and
colleagues with the same device do; no label is read.
"""

from typing import Any, ClassVar

from orchestration.lib.linking import model as learning
from orchestration.lib.linking import scoring
from orchestration.lib.linking.comparisons import REST, Comparison, Level, shape_hash
from orchestration.lib.linking.grouping import Pair, components, contested
from orchestration.lib.linking.model import FORMAT, Model, TooLittle
from orchestration.lib.linking.population import Population

# hours after which a new cookie is no longer the direct successor of an old one
SOON = 45 * 24
# nobody leaves more cookies in one browser: a larger group is a place, not a person
MOST_TOGETHER = 25

NETWORK = Comparison(
    "network",
    "places",
    "places_l is null or places_r is null",
    (
        Level("a line of these two", "list_has_any(own_places_l, own_places_r)", 0.60, 0.20),
        Level("a line in turn", "list_has_any(places_l, places_r)", 0.35, 0.40),
        Level("a range", REST, 0.05, 0.40),
    ),
)
TIMES = Comparison(
    "times",
    "first_hour",
    "first_hour_l is null or first_hour_r is null",
    (
        Level(
            "soon",
            f"greatest(first_hour_l, first_hour_r) - least(last_hour_l, last_hour_r) <= {SOON}",
            0.75,
            0.6,
        ),
        Level("later", REST, 0.25, 0.4),
    ),
)
DEVICE = Comparison(
    "device",
    "device_share",
    "device_share_l is null or device_share_r is null",
    (
        Level("rare", "least(device_share_l, device_share_r) = 1", 0.30, 0.10),
        Level("uncommon", "least(device_share_l, device_share_r) = 2", 0.35, 0.30),
        Level("common", REST, 0.35, 0.60),
    ),
)
HOURS = Comparison(
    "hours",
    "work_share",
    "work_share_l is null or work_share_r is null",
    (
        Level("at home", "greatest(work_share_l, work_share_r) <= 50", 0.65, 0.25),
        Level("mixed", "least(work_share_l, work_share_r) < 100", 0.25, 0.30),
        Level("at work", REST, 0.10, 0.45),
    ),
)
USE = Comparison(
    "use",
    "days",
    "days_l is null or days_r is null",
    (
        Level("both for days", "least(days_l, days_r) >= 2", 0.40, 0.15),
        Level("one for days", "greatest(days_l, days_r) >= 2", 0.40, 0.40),
        Level("once", REST, 0.20, 0.45),
    ),
)
COMPARISONS = (NETWORK, TIMES, DEVICE, HOURS, USE)
# a common device, of which one trace is of one day only
LITTLE = f"gamma_device = {DEVICE.gamma('common')} and gamma_use <> {USE.gamma('both for days')}"


class Visitors(Population):
    """Learned from cookies on which somebody logged in."""

    name: ClassVar = "visitors"
    noun: ClassVar = "visitors"
    prepared: ClassVar = "int_staging__visitors_prepared"
    landed: ClassVar = (("tracker", "events"),)
    columns: ClassVar = {
        "source": "varchar",
        "table_name": "varchar",
        "record_id": "varchar",
        "account_key": "varchar",
        "account_count": "bigint",
        "device": "varchar",
        "lines": "varchar",
        "week_hours": "varchar",
        "first_hour": "bigint",
        "last_hour": "bigint",
    }
    comparisons: ClassVar = COMPARISONS
    has_frequencies: ClassVar = False

    @classmethod
    def shape(cls) -> str:
        return shape_hash(COMPARISONS, ())

    def prepare(self) -> int:
        """Every step is a function of the whole table, whatever the order of its rows."""
        rules = self.rules
        self.visitors = self.connection.execute("select count(*) from visitors").fetchone()[0]
        self.connection.execute(
            _WORDS.format(
                rare=rules.number("rare_device_share"), uncommon=10 * rules.number("rare_device_share")
            )
        )
        self.connection.execute(_SEEN)
        self.connection.execute(
            _KEPT.format(line=rules.count("visitors_per_line"), range=rules.count("visitors_per_range"))
        )
        self.connection.execute(_RECORDS)
        self.connection.execute(_KEYS.format(most=rules.count("max_block_records")))
        return self.connection.execute("select count(*) from records").fetchone()[0]

    def may_keep(self, records: int) -> bool:
        return self._enough(records) is None

    def _enough(self, records: int) -> str | None:
        """The sentence that says why there is too little, or None."""
        rules = self.rules
        if self.visitors < rules.count("min_visitors"):
            return (
                f"There are {self.visitors} visitors and min_visitors is {rules.count('min_visitors')}: "
                "how often two strangers share a line and a device cannot be learned from so few."
            )
        if records < rules.number("min_visitor_share") * self.visitors:
            return (
                f"Of {self.visitors} visitors {records} have a device and a public address, less than min_visitor_share "
                f"({rules.number('min_visitor_share')}): send context.ip and context.userAgent with the tracker's calls."
            )
        return None

    def learn(self, records: int) -> Model:
        rules = self.rules
        if refusal := self._enough(records):
            raise TooLittle(refusal)
        self.progress(f"linking: learning from {records} visitors")
        scoring.find_pairs(self.connection, changed_only=False)
        guess = {
            (comparison.name, level.name): {"m": level.m, "u": level.least_u}
            for comparison in COMPARISONS
            for level in comparison.levels
        }
        self._weigh(list(COMPARISONS), guess, -1000.0)
        numbers, pairs = self._learn_rates()
        self._weigh(list(COMPARISONS), numbers, -1000.0)
        self._judge()
        prior = self._learn_prior(*pairs)
        checked = self.check(prior)
        return Model(
            {
                "format": FORMAT,
                "shape": self.shape(),
                "trained_on": {
                    "records": records,
                    "pairs_of_one_account": pairs[0],
                    "pairs_of_two_accounts": pairs[1],
                },
                "settings": learning.told_settings(rules),
                "probability_two_records_found_match": prior,
                "likely_pairs": float(min(pairs)),
                "checked_on_accounts": checked,
                "comparisons": learning.described(COMPARISONS, numbers),
            }
        )

    def _learn_rates(self) -> tuple[dict[tuple[str, str], dict[str, float]], tuple[int, int]]:
        """m and u: how often pairs of one account, and of two accounts, agree; our guess counts as prior_pairs of each."""
        same, other = (
            self.connection.execute(f"select count(*) from known_pairs where {condition}").fetchone()[0]
            for condition in ("is_one_account", "not is_one_account")
        )
        least = self.rules.count("min_visitor_pairs")
        if same < least:
            raise TooLittle(
                f"{same} pairs of visitors are of one account and min_visitor_pairs is {least}: "
                "too few people logged in on a device, lost its cookie and logged in again to learn how one device's traces agree."
            )
        guess = self.rules.number("prior_pairs")
        numbers: dict[tuple[str, str], dict[str, float]] = {}
        for comparison in COMPARISONS:
            counted = {
                (gamma, is_one): count
                for gamma, is_one, count in self.connection.execute(
                    f"select gamma_{comparison.name}, is_one_account, count(*) from known_pairs"
                    f" where gamma_{comparison.name} >= 0 group by all"
                ).fetchall()
            }
            of = {
                is_one: sum(n for (_, each), n in counted.items() if each == is_one)
                for is_one in (True, False)
            }
            for level in comparison.levels:
                number = {"m_spread": 0.0, "m_pairs": of[True] + guess, "u_pairs": of[False] + guess}
                for which, is_one, ours in (("m", True, level.m), ("u", False, level.least_u)):
                    seen = counted.get((comparison.gamma(level.name), is_one), 0)
                    number[which] = learning.significant((seen + guess * ours) / (of[is_one] + guess))
                numbers[comparison.name, level.name] = number
        return numbers, (same, other)

    def _weigh(
        self, comparisons: list[Comparison], numbers: dict[tuple[str, str], dict[str, float]], least: float
    ) -> None:
        """Splink's weights, and of them those of two known accounts, who teach and check."""
        scoring.weigh(self.connection, comparisons, numbers, least, ())
        self.connection.execute("""
        create or replace table known_pairs as
        select weighed.*, l.account_key = r.account_key as is_one_account
        from weighed
        inner join records as l on weighed.unique_id_l = l.unique_id
        inner join records as r on weighed.unique_id_r = r.unique_id
        where l.account_key is not null and r.account_key is not null
        """)

    def _judge(self) -> None:
        """The table `judged`: the weighed pairs with the ceiling of their probability and the reason for it."""
        below_wide = round(self.rules.number("wide_probability") - 0.000001, 6)
        nothing = round(self.rules.number("floor_probability") / 2, 6)
        hours = self.rules.count("guest_hours")
        self.connection.execute(f"""
        create or replace table judged as
        with ruled as (
            select
                weighed.*,
                case
                    when l.account_key = r.account_key then 'known already'
                    when l.account_key <> r.account_key then 'another account'
                    when list_has_any(l.peopled, r.peopled) then 'several people there'
                    when l.account_key is not null and r.active_hours >= {hours} or r.account_key is not null and l.active_hours >= {hours}
                        then 'never logged in'
                    when {LITTLE} then 'little'
                    else 'a visitor'
                end as held_by
            from weighed
            inner join records as l on weighed.unique_id_l = l.unique_id
            inner join records as r on weighed.unique_id_r = r.unique_id
        )
        select
            *,
            case held_by
                when 'a visitor' then {self.rules.number("visitor_probability")}
                when 'several people there' then {below_wide}
                when 'never logged in' then {below_wide}
                when 'little' then {below_wide}
                else {nothing}
            end as ceiling
        from ruled
        """)

    def _learn_prior(self, same: int, other: int) -> float:
        """How likely a pair that is found is of one person: as among pairs of known accounts, where a stranger shows only if he logs in too.

        So each pair of two accounts stands for as many more as there are visitors to one that somebody logged in on.
        """
        known = self.connection.execute("select count(account_key) / count(*) from records").fetchone()[0]
        guess = self.rules.number("prior_pairs")
        return learning.significant((same + guess / 4) / (same + guess / 4 + (other + guess / 4) / known), 4)

    def check(self, prior: float) -> dict[str, Any]:
        """Of pairs of two known accounts that would be linked: how many are of one account. Raises TooLittle where too many are of two."""
        line = scoring.log_odds(self.rules.number("wide_probability")) - scoring.log_odds(prior)
        linked, right = self.connection.execute(
            f"""
            select count(*), count(*) filter (is_one_account)
            from known_pairs
            where match_weight >= {line!r} and not ({LITTLE})
            """
        ).fetchone()
        if linked and right < self.rules.number("wide_probability") * linked:
            raise TooLittle(
                f"Of {linked} pairs of known accounts that would be linked {right} are of one account, "
                f"less than wide_probability ({self.rules.number('wide_probability')}): devices and lines do not tell people apart here."
            )
        return {"pairs_above_wide": linked, "of_one_account": right}

    def rescore(self, model: Model) -> None:
        least = scoring.log_odds(self.rules.number("floor_probability")) - 1
        self._weigh(model.of(COMPARISONS), model.numbers(), least - scoring.log_odds(model.prior))
        self._judge()

    def contest(self, strongest_first: list[Pair], model: Model) -> None:
        """A group with two accounts comes apart at its weakest links; one with more cookies than a browser leaves is left alone."""
        groups = components(strongest_first)
        scoring.fill(
            self.connection,
            "crowded",
            [(record, group[0]) for group in groups if len(group) > MOST_TOGETHER for record in group],
        )
        scoring.fill(self.connection, "members", [(record, group[0]) for group in groups for record in group])
        vetoes = self.connection.execute("""
            select l.record, r.record
            from members as l
            inner join members as r on l.other = r.other and l.record < r.record
            inner join records as left_record on l.record = left_record.unique_id
            inner join records as right_record on r.record = right_record.unique_id
            where left_record.account_key <> right_record.account_key
        """).fetchall()
        scoring.fill(self.connection, "refused", sorted(contested(strongest_first, vetoes, absolute=True)))
        self.connection.execute("""
            update all_links set is_contested = true
            where (unique_id_l, unique_id_r) in (select (record, other) from refused)
                or unique_id_l in (select record from crowded)
        """)


# a cookie of several accounts is a shared device: it takes no part, and neither does one whose device is unknown
_WORDS = """
create or replace table words as
with usable as (
    select * from visitors
    where account_count <= 1 and device is not null and lines is not null
),
shares as (
    select device, count(*) / (select count(*) from usable) as share
    from usable
    group by device
)
select
    row_number() over (order by source, table_name, record_id) as unique_id,
    usable.* exclude (account_count),
    case when share <= {rare} then 1 when share <= {uncommon} then 2 else 3 end as device_share
from usable
inner join shares on usable.device = shares.device
"""

# a period and the next: who was seen in neighbouring periods shares one of the two
_SEEN = """
create or replace table seen as
with used as (
    select unique_id, device, account_key, string_split(unnest(string_split(lines, ' ')), '@') as line
    from words
),
told as (
    select unique_id, device, account_key, 'line' as kind, line[1] as site, cast(line[3] as bigint) as period from used
    union all
    select unique_id, device, account_key, 'range' as kind, line[2] as site, cast(line[3] as bigint) as period from used
)
select distinct unique_id, device, account_key, kind, site, site || '@' || (period + step) as place
from told
cross join (values (0), (1)) as steps (step)
"""

# a carrier's or an office's line is on too many visitors to say anything, also when few of them come; a range on too many with the same device
_KEPT = """
create or replace table kept as
with crowds as (
    select kind, site, max(visitors) as visitors
    from (
        select kind, site, place, count(distinct unique_id) as visitors
        from seen
        group by kind, site, place
    )
    group by kind, site
),
-- whoever else of the house logs in, on whatever device and whenever
peopled as (
    select kind, site, count(distinct account_key) as accounts
    from seen
    group by kind, site
),
ordered as (
    select
        found.*,
        words.first_hour < max(words.last_hour) over (
            partition by found.kind, found.site, found.device
            order by words.first_hour, words.unique_id
            rows between unbounded preceding and 1 preceding
        ) as is_side_by_side
    from (select distinct kind, site, device, unique_id from seen) as found
    inner join words on found.unique_id = words.unique_id
),
sites as (
    select kind, site, device, count(*) as visitors, bool_or(coalesce(is_side_by_side, false)) as is_side_by_side
    from ordered
    group by kind, site, device
)
select
    seen.*,
    sites.visitors <= 2 as is_own,
    peopled.accounts >= 2 as is_peopled
from seen
inner join crowds on seen.kind = crowds.kind and seen.site = crowds.site
inner join peopled on seen.kind = peopled.kind and seen.site = peopled.site
inner join sites on seen.kind = sites.kind and seen.site = sites.site and seen.device = sites.device
where not sites.is_side_by_side
    and case seen.kind when 'line' then crowds.visitors <= {line} else sites.visitors <= {range} end
"""

_RECORDS = """
create or replace table records as
with listed as (
    select
        unique_id,
        coalesce(list_sort(list(distinct place) filter (kind = 'line')), []) as places,
        coalesce(list_sort(list(distinct place) filter (kind = 'line' and is_own)), []) as own_places,
        coalesce(list_sort(list(distinct place) filter (kind = 'line' and is_peopled)), []) as peopled
    from kept
    group by unique_id
),
active as (
    select unique_id, string_split(unnest(string_split(week_hours, ' ')), ':') as told
    from words
),
hours as (
    select unique_id, cast(told[1] as integer) as week_hour, cast(told[2] as integer) as active_hours
    from active
),
worked as (
    -- from Monday to Friday between nine and six
    select
        unique_id,
        sum(active_hours) as active_hours,
        100 * coalesce(sum(active_hours) filter (week_hour < 120 and week_hour % 24 between 9 and 17), 0) // sum(active_hours) as work_share
    from hours
    group by unique_id
)
select
    words.unique_id,
    words.source,
    words.table_name,
    words.record_id,
    cast(null as varchar) as content_hash,
    words.account_key,
    words.device_share,
    words.first_hour,
    words.last_hour,
    1 + (words.last_hour - words.first_hour) // 24 as days,
    listed.places,
    listed.own_places,
    listed.peopled,
    worked.active_hours,
    worked.work_share
from words
left join listed on words.unique_id = listed.unique_id
left join worked on words.unique_id = worked.unique_id
order by words.unique_id
"""

_KEYS = """
create or replace table keys as
with found as (
    select distinct kind as key, place || ' ' || device as value, unique_id
    from kept
),
blocks as (
    select key, value
    from found
    group by key, value
    having count(*) between 2 and {most}
)
select found.key, found.value, found.unique_id
from found
inner join blocks on found.key = blocks.key and found.value = blocks.value
order by found.unique_id, found.key, found.value
"""
