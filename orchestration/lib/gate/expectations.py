"""What is expected of landed rows, in our own words: one class per expectation, on Great Expectations.

A row expectation says which rows it looks at (`applies`) and which of those break it (`breaks`); a batch expectation asks one
question about all rows. Each is one aggregate query on the batch, so no value of a row is ever fetched: a result holds counts.
Import this inside functions only: Great Expectations takes many seconds to import.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from great_expectations.expectations import UnexpectedRowsExpectation

from orchestration.lib.checks import literal, quoted
from orchestration.lib.errors import TekilError
from orchestration.lib.gate.rules import Rule
from orchestration.lib.warehouse import sql_value

PLAN = "tracking_plan"  # as `allowed` of a rule: the names of that seed
SAME_BATCH = "<batch>"  # in a question: the rows it is about, read a second time
# scratch tables that are filled before it asks (history.py)
EARLIER_LOADS = "gate_earlier_loads"
EARLIER_VALUES = "gate_earlier_values"
MISSING_PARENTS = "gate_missing_parents"
REFUSALS = "gate_refusals"


@dataclass(frozen=True)
class Facts:
    """What an expectation may know beside the batch: the clock, the key of the table, the names other seeds hold."""

    now: datetime
    keys: tuple[str, ...]
    planned: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()


class GateExpectation(UnexpectedRowsExpectation):
    """The common ground: a rule, one query, and a verdict by tolerance."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)
    says: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    by_row: ClassVar[bool] = False

    tolerance: str = "0"
    min_rows: int = 0

    @classmethod
    def of(cls, rule: Rule, facts: Facts) -> "GateExpectation":
        """The expectation of a rule of the seed; TekilError when the rule lacks what it needs."""
        for name in cls.needs:
            if getattr(rule, name) in (None, ""):
                raise TekilError(f"{rule.where} has no {name}: fill it in.")
        return cls(
            unexpected_rows_query=cls.query(rule, facts),
            description=cls.sentence(rule),
            severity="warning" if rule.severity == "warn" else "critical",
            tolerance=str(rule.tolerance),
            min_rows=rule.min_rows,
        )

    @classmethod
    def sentence(cls, rule: Rule) -> str:
        """What is expected, with the numbers of the rule, as one sentence."""
        return cls.says.format(
            column=" and ".join(rule.columns),
            first=rule.columns[0] if rule.columns else "",
            second=rule.columns[1] if len(rule.columns) > 1 else "",
            minimum=shown(rule.minimum),
            maximum=shown(rule.maximum),
            allowed=", ".join(rule.allowed.split("|")),
            history=rule.min_history,
        )

    @classmethod
    def query(cls, rule: Rule, facts: Facts) -> str:
        raise NotImplementedError

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        row = metrics["unexpected_rows_query.table"][0]
        judged, failing = int(row["rows_judged"] or 0), int(row["rows_failing"] or 0)
        is_enough = bool(row["is_enough"]) and judged >= self.min_rows
        return {
            "success": not is_enough or failing <= Decimal(self.tolerance) * judged,
            "result": {
                "observed_value": row["observed"],
                "rows_judged": judged,
                "rows_failing": failing,
                "is_enough": is_enough,
            },
        }


def shown(number: Decimal | None) -> str:
    """A number of a rule as people write it."""
    return "" if number is None else f"{number.normalize():f}"


def names(values: Iterable[str]) -> str:
    """Values as a SQL list; one that nothing is in when there are none."""
    return ", ".join(literal(value) for value in values) or "null"


def listed(rule: Rule) -> str:
    """The allowed values of a rule as a SQL list, in small letters."""
    return names(value.strip().lower() for value in rule.allowed.split("|"))


def kind(rule: Rule, facts: Facts) -> str:
    """The kind of a row by a column: a name the rule or the tracking plan lists, else `(other)`, so that no value is kept that could be anybody's."""
    column = quoted(rule.columns[0])
    if rule.allowed == PLAN:
        return f"case when {column} in ({names(facts.planned)}) then {column} else '(other)' end"
    value = f"lower(trim({column}))"
    return f"case when {value} in ({listed(rule)}) then {value} else '(other)' end"


def braced(sql: str) -> str:
    """SQL of ours inside a query that Great Expectations formats: its braces doubled."""
    return sql.replace("{", "{{").replace("}", "}}")


class RowExpectation(GateExpectation):
    """Each row keeps it or breaks it, so those that break it can be told, and quarantined."""

    by_row: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ("column_name",)

    @classmethod
    def applies(cls, rule: Rule, facts: Facts) -> str:
        """The rows it looks at: those in which its columns are filled."""
        return " and ".join(f"{quoted(column)} is not null" for column in rule.columns)

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        raise NotImplementedError

    @classmethod
    def query(cls, rule: Rule, facts: Facts) -> str:
        applies, breaks = braced(cls.applies(rule, facts)), braced(cls.breaks(rule, facts))
        return (
            f"select count(*) as rows_judged, count(*) filter (where {breaks}) as rows_failing,"
            " cast(null as varchar) as observed, true as is_enough"
            " from {batch} " + f"where {applies}"
        )


class NumberBetween(RowExpectation):
    """A number has bounds beyond which it was never meant."""

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        number = quoted(rule.columns[0])
        bounds = [f"{number} < {rule.minimum}"] if rule.minimum is not None else []
        bounds += [f"{number} > {rule.maximum}"] if rule.maximum is not None else []
        if not bounds:
            raise TekilError(f"{rule.where} has neither minimum nor maximum: fill one in.")
        return " or ".join(bounds)


class ExpectPlausibleAmount(NumberBetween):
    """Prices and totals are sums that somebody could pay."""

    says: ClassVar[str] = "{column} is an amount from {minimum} to {maximum}."


class ExpectPlausibleQuantity(NumberBetween):
    """Quantities are pieces that somebody could carry or send."""

    says: ClassVar[str] = "{column} is a quantity from {minimum} to {maximum}."


class ExpectDiscountWithinPrice(RowExpectation):
    """A discount does not exceed what it is a discount on; columns: discount, price, quantity."""

    says: ClassVar[str] = "{first} is no more than price times quantity."

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        discount, price, quantity = (f"cast({quoted(column)} as double)" for column in rule.columns)
        return f"{discount} > abs({price} * {quantity}) + 0.01"


class ExpectPlausibleTime(RowExpectation):
    """No trace is older than the systems that write it: an earlier year is a clock that was never set."""

    says: ClassVar[str] = "{column} is not before the year {minimum}."
    needs: ClassVar[tuple[str, ...]] = ("column_name", "minimum")

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        return f"{quoted(rule.columns[0])} < timestamp '{int(rule.minimum or 0):04}-01-01'"


class ExpectNoFutureTime(RowExpectation):
    """What has happened is not still to come."""

    says: ClassVar[str] = "{column} is at most {maximum} hours ahead of the clock."
    needs: ClassVar[tuple[str, ...]] = ("column_name", "maximum")

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        return f"{quoted(rule.columns[0])} > {sql_value(facts.now)} + to_hours({int(rule.maximum or 0)})"


class ExpectClocksInStep(RowExpectation):
    """The clock of a device and the clock of the collector speak of one moment."""

    says: ClassVar[str] = "{first} and {second} are at most {maximum} hours apart."
    needs: ClassVar[tuple[str, ...]] = ("column_name", "maximum")

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        one, other = (f"epoch({quoted(column)})" for column in rule.columns)
        return f"abs({one} - {other}) > {rule.maximum} * 3600"


class ExpectTimesInOrder(RowExpectation):
    """Nothing changes, is cancelled or opted into before it began."""

    says: ClassVar[str] = "{first} is not after {second}."

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        first, second = (quoted(column) for column in rule.columns)
        return f"{first} > {second}"


class ExpectSomeIdentity(RowExpectation):
    """A trace names at least one identifier; without one it can never belong to anybody."""

    says: ClassVar[str] = "A row names at least one of {column}."

    @classmethod
    def applies(cls, rule: Rule, facts: Facts) -> str:
        return "true"

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        return " and ".join(f"coalesce(trim({quoted(column)}), '') = ''" for column in rule.columns)


class ExpectFilled(RowExpectation):
    """A column without which the row says nothing is filled."""

    says: ClassVar[str] = "{column} is filled."

    @classmethod
    def applies(cls, rule: Rule, facts: Facts) -> str:
        return "true"

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        return f"{quoted(rule.columns[0])} is null"


class ExpectKnownEvent(RowExpectation):
    """An event has a name of the tracking plan, or is a call whose kind stands there."""

    says: ClassVar[str] = "The event is named in tracking_plan.csv."

    @classmethod
    def applies(cls, rule: Rule, facts: Facts) -> str:
        return f"coalesce({', '.join(quoted(column) for column in rule.columns)}) is not null"

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        plan = names(facts.planned)
        return " and ".join(f"coalesce({quoted(column)}, '') not in ({plan})" for column in rule.columns)


class ExpectKnownValue(RowExpectation):
    """A code is one of those that the sender's manual lists."""

    says: ClassVar[str] = "{column} is one of {allowed}."
    needs: ClassVar[tuple[str, ...]] = ("column_name", "allowed")

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        return f"lower(trim(cast({quoted(rule.columns[0])} as varchar))) not in ({listed(rule)})"


class ExpectKnownCurrency(RowExpectation):
    """A currency has a rate, or its amounts could not be added up."""

    says: ClassVar[str] = "{column} has a rate in currency_rates.csv."

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        return f"upper(trim({quoted(rule.columns[0])})) not in ({names(facts.currencies)})"


class ExpectEmailShape(RowExpectation):
    """An e-mail address has one sign @ with something before it and a domain behind it."""

    says: ClassVar[str] = "{column} has the shape of an e-mail address."

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        return f"not regexp_full_match(trim({quoted(rule.columns[0])}), '[^@\\s]+@[^@\\s]+\\.[^@\\s.]+')"


class ExpectPhoneShape(RowExpectation):
    """A phone number has as many digits as numbers have, and no letters."""

    says: ClassVar[str] = "{column} has 7 to 15 digits and no letters."

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        column = quoted(rule.columns[0])
        digits = f"length(regexp_replace({column}, '[^0-9]', '', 'g'))"
        return f"{digits} not between 7 and 15 or regexp_matches({column}, '[A-Za-z]')"


class ExpectReadableLetters(RowExpectation):
    """Text was decoded as it was encoded: a Turkish letter is one letter, not two signs."""

    says: ClassVar[str] = "{column} is free of wrongly decoded letters."

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        return f"regexp_matches({quoted(rule.columns[0])}, '[\ufffd]|[\u00c3\u00c4\u00c5][\u0080-\u00bf\u0178\u0192\u2020-\u203a]')"


class ExpectNoPlaceholder(RowExpectation):
    """Nothing is empty; the word `null` is something."""

    says: ClassVar[str] = "{column} is not a word for nothing, such as null, undefined or n/a."

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        words = "'null', 'undefined', 'none', 'nan', 'n/a', '(null)', '[object object]', '#n/a', '-'"
        return f"lower(trim({quoted(rule.columns[0])})) in ({words})"


class ExpectShortText(RowExpectation):
    """A code or a name is short: a long one is a page that was sent in its place."""

    says: ClassVar[str] = "{column} has at most {maximum} letters."
    needs: ClassVar[tuple[str, ...]] = ("column_name", "maximum")

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        return f"length({quoted(rule.columns[0])}) > {int(rule.maximum or 0)}"


class ExpectParentToExist(RowExpectation):
    """A row that names another table's row finds it, among what landed with it or before."""

    says: ClassVar[str] = "{column} is found in {allowed}."
    needs: ClassVar[tuple[str, ...]] = ("column_name", "allowed")

    @classmethod
    def breaks(cls, rule: Rule, facts: Facts) -> str:
        missing = f"select parent_key from {MISSING_PARENTS} where rule = {literal(rule.label)}"
        return f"{quoted(rule.columns[0])} in ({missing})"


class WholeBatchExpectation(GateExpectation):
    """One question about the batch as a whole; all of its rows stand or fall together."""

    counts: ClassVar[str] = "rows_judged"

    @classmethod
    def question(cls, rule: Rule, facts: Facts) -> tuple[str, str, str, str]:
        """(relations beside the batch, whether it is broken, what was observed, whether there is enough to say)."""
        raise NotImplementedError

    @classmethod
    def query(cls, rule: Rule, facts: Facts) -> str:
        parts = (braced(part).replace(SAME_BATCH, "{batch}") for part in cls.question(rule, facts))
        measured, broken, observed, is_enough = parts
        return (
            f"select {cls.counts} as rows_judged, case when coalesce({broken}, false) then greatest({cls.counts}, 1)"
            f" else 0 end as rows_failing, cast({observed} as varchar) as observed,"
            f" coalesce({is_enough}, false) as is_enough from (select count(*) as rows_judged, {measured} from"
            + " {batch}) as measured"
        )


class ExpectRowsToLand(WholeBatchExpectation):
    """A table that is declared required brings rows when a file of it lands."""

    says: ClassVar[str] = "A file that lands holds rows."
    needs: ClassVar[tuple[str, ...]] = ("allowed",)

    @classmethod
    def question(cls, rule: Rule, facts: Facts) -> tuple[str, str, str, str]:
        return "1 as one", "rows_judged = 0", "rows_judged", "true"


class ExpectUsualVolume(WholeBatchExpectation):
    """A batch is about as large as the earlier ones."""

    says: ClassVar[str] = (
        "The batch has from {minimum} to {maximum} times the rows of the median of the last 30 loads,"
        " once there are {history}."
    )
    needs: ClassVar[tuple[str, ...]] = ("minimum", "maximum")

    @classmethod
    def question(cls, rule: Rule, facts: Facts) -> tuple[str, str, str, str]:
        measured = (
            f"(select median(rows_read) from {EARLIER_LOADS}) as usual,"
            f" (select count(*) from {EARLIER_LOADS}) as loads"
        )
        return (
            measured,
            f"rows_judged < {rule.minimum} * usual or rows_judged > {rule.maximum} * usual",
            "round(rows_judged / usual, 2)",
            f"loads >= {max(1, rule.min_history)}",
        )


class ExpectFreshRows(WholeBatchExpectation):
    """The newest row of a batch is recent."""

    says: ClassVar[str] = "The newest {column} is at most {maximum} hours behind the clock."
    needs: ClassVar[tuple[str, ...]] = ("column_name", "maximum")

    @classmethod
    def question(cls, rule: Rule, facts: Facts) -> tuple[str, str, str, str]:
        age = f"(epoch({sql_value(facts.now)}) - epoch(newest)) / 3600"
        measured = (
            f"max({quoted(rule.columns[0])}) as newest, (select count(*) from {EARLIER_LOADS}) as loads"
        )
        return (
            measured,
            f"newest is null or {age} > {rule.maximum}",
            f"round({age}, 1)",
            f"loads >= {rule.min_history}",
        )


class ExpectFewRefusals(WholeBatchExpectation):
    """Most rows of a file can be understood: where most cannot, its layout has changed."""

    says: ClassVar[str] = (
        "The loader understands all rows but a share of {maximum} of the rows, once there are {history} earlier loads."
    )
    needs: ClassVar[tuple[str, ...]] = ("maximum",)
    counts: ClassVar[str] = "(rows_judged + refused)"

    @classmethod
    def question(cls, rule: Rule, facts: Facts) -> tuple[str, str, str, str]:
        measured = f"(select max(rows_refused) from {REFUSALS}) as refused, (select count(*) from {EARLIER_LOADS}) as loads"
        return measured, f"refused > {rule.maximum} * {cls.counts}", "refused", f"loads >= {rule.min_history}"


class ExpectFewRepeats(WholeBatchExpectation):
    """A key comes once or a few times in a batch."""

    says: ClassVar[str] = "At most a share of {maximum} of the rows repeat a key of the same batch."
    needs: ClassVar[tuple[str, ...]] = ("maximum",)

    @classmethod
    def question(cls, rule: Rule, facts: Facts) -> tuple[str, str, str, str]:
        keys = f"hash({', '.join(quoted(key) for key in facts.keys)})"
        # beyond a million rows an estimate (2 %) is enough to see a flood
        distinct = (
            f"case when count(*) > 1000000 then approx_count_distinct({keys}) else null end as estimated"
        )
        measured = f"{distinct}, count(distinct case when _gate_small then {keys} end) as counted"
        repeats = "greatest(rows_judged - coalesce(estimated, counted), 0)"
        return measured, f"{repeats} > {rule.maximum} * rows_judged", repeats, "true"


class ExpectStillFilled(WholeBatchExpectation):
    """A column that used to be filled still is: an emptied one is a field that was renamed at the sender."""

    says: ClassVar[str] = (
        "{column} is filled in at least a share of {minimum} of what it was in the last 30 loads, once there are {history}."
    )
    needs: ClassVar[tuple[str, ...]] = ("column_name", "minimum")

    @classmethod
    def question(cls, rule: Rule, facts: Facts) -> tuple[str, str, str, str]:
        column = rule.columns[0]
        earlier = f"from {EARLIER_VALUES} where column_name = {literal(column)} and value = '(filled)'"
        measured = (
            f"count({quoted(column)}) as filled, (select sum(rows_with_value) / sum(rows_of_batch) {earlier}) as usual,"
            f" (select count(*) {earlier}) as loads"
        )
        return (
            measured,
            f"filled < {rule.minimum} * usual * rows_judged",
            "filled",
            f"loads >= {max(1, rule.min_history)} and usual > 0",
        )


class ExpectUsualMix(WholeBatchExpectation):
    """The kinds of rows come in about the shares of before (total variation distance)."""

    says: ClassVar[str] = (
        "At most a share of {maximum} of the rows would have to change {column} to give the mix of the last 30 loads,"
        " once there are {history}."
    )
    needs: ClassVar[tuple[str, ...]] = ("column_name", "maximum", "allowed")

    @classmethod
    def question(cls, rule: Rule, facts: Facts) -> tuple[str, str, str, str]:
        column = quoted(rule.columns[0])
        earlier = (
            f"from {EARLIER_VALUES} where column_name = {literal(rule.columns[0])} and value <> '(filled)'"
        )
        usual = f"(select map_from_entries(list((value, total) order by value)) from (select value, sum(rows_with_value) as total {earlier} group by value))"
        measured = (
            f"histogram({kind(rule, facts)}) filter (where {column} is not null) as here, {usual} as usual,"
            f" (select count(distinct load_id) {earlier}) as loads"
        )
        # the share of a kind now less its share before, where it has grown: summed, that is the distance
        grown = (
            "list_sum(list_transform(map_keys(here), lambda k: greatest(0, here[k] / list_sum(map_values(here))"
            " - coalesce(usual[k], 0) / list_sum(map_values(usual)))))"
        )
        return (
            measured,
            f"{grown} > {rule.maximum}",
            f"round({grown}, 4)",
            f"loads >= {max(1, rule.min_history)}",
        )


class ExpectVariety(WholeBatchExpectation):
    """No single value fills a batch: a collector that is stuck says one thing again and again."""

    says: ClassVar[str] = "No single {column} stands in more than a share of {maximum} of the rows."
    needs: ClassVar[tuple[str, ...]] = ("column_name", "maximum")

    @classmethod
    def question(cls, rule: Rule, facts: Facts) -> tuple[str, str, str, str]:
        column = quoted(rule.columns[0])
        counted = f"select count(*) as times from {SAME_BATCH} where {column} is not null group by {column}"
        measured = f"(select max(times) from ({counted})) as most"
        return measured, f"most > {rule.maximum} * rows_judged", "most", "true"


def expectation_classes() -> dict[str, type[GateExpectation]]:
    """Every expectation by the name the seed uses."""
    found: dict[str, type[GateExpectation]] = {}
    waiting = [GateExpectation]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.says:
            found[kind.expectation_type] = kind
    return found
