"""The rules of the gate as data (seeds/rules/quality_rules.csv): what is expected of each landed table, how strictly, and why."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orchestration.lib.errors import TekilError
from orchestration.lib.landing import LandingTable

SEED = Path("seeds/rules/quality_rules.csv")
COLUMNS = (
    *("source", "table_name", "expectation", "column_name", "minimum", "maximum", "allowed"),
    *("tolerance", "min_rows", "min_history", "severity", "reason"),
)
SEVERITIES = ("block", "quarantine", "warn")
ANY = "*"
ROWS_TO_LAND = "expect_rows_to_land"
REQUIRED, OPTIONAL = "required", "optional"
EXPECTATIONS = Path(__file__).with_name("expectations.py")


@dataclass(frozen=True)
class Rule:
    """One row of the seed. `tolerance` is the share of rows that may break it before the batch does."""

    source: str
    table_name: str
    expectation: str
    column_name: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    allowed: str = ""
    tolerance: Decimal = Decimal(0)
    min_rows: int = 0
    min_history: int = 0
    severity: str = "warn"
    reason: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.column_name.split())

    @property
    def label(self) -> str:
        """How a person finds it: the expectation and, where it has one, its column."""
        return f"{self.expectation} ({', '.join(self.columns)})" if self.columns else self.expectation

    @property
    def where(self) -> str:
        return f"{SEED}: {self.source}/{self.table_name} {self.label}"


def read_rules(root: Path, contract: Mapping[tuple[str, str], LandingTable]) -> list[Rule]:
    """Every rule of the seed, checked against the landing contract; TekilError says what to change."""
    known = known_expectations()
    rules = [_rule(row, number) for number, row in enumerate(_rows(root / SEED), start=2)]
    seen: set[tuple] = set()
    for rule in rules:
        if rule.expectation not in known:
            raise TekilError(
                f"{SEED} names the expectation '{rule.expectation}', which expectations.py does not have: "
                "correct the name, or write the class."
            )
        key = (rule.source, rule.table_name, rule.expectation, rule.column_name)
        if key in seen:
            raise TekilError(f"{rule.where} stands there twice: remove one row.")
        seen.add(key)
        _check_place(rule, contract)
    return rules


def rules_of(rules: list[Rule], table: LandingTable) -> list[Rule]:
    """The rules of one table; a row for the table itself wins over one for any (`*`)."""
    chosen: dict[tuple[str, str], Rule] = {}
    for rule in sorted(rules, key=lambda rule: (rule.source != ANY, rule.table_name != ANY)):
        if rule.source in (ANY, table.source) and rule.table_name in (ANY, table.name):
            chosen[rule.expectation, rule.column_name] = replace(
                rule, source=table.source, table_name=table.name
            )
    if not any(expectation == ROWS_TO_LAND for expectation, _ in chosen):
        undeclared = Rule(
            table.source, table.name, ROWS_TO_LAND, allowed=REQUIRED, reason="Not declared optional"
        )
        chosen[ROWS_TO_LAND, ""] = undeclared
    return list(chosen.values())


def known_expectations() -> set[str]:
    """The names of the classes in expectations.py, read from its text: importing it imports Great Expectations."""
    names = re.findall(r"^class Expect(\w+)\(", EXPECTATIONS.read_text(encoding="utf-8"), re.MULTILINE)
    return {"expect" + re.sub(r"([A-Z])", lambda m: "_" + m[1].lower(), name) for name in names}


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, strict=True)
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise TekilError(f"{path} cannot be read ({problem}): it says what the gate expects.") from None
    for column in COLUMNS:
        if column not in (table.fieldnames or []):
            raise TekilError(f"{path} has no column '{column}': put it back into the header.")
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise TekilError(
                f"{path} row {number} has more or fewer fields than the header: quote the commas in it."
            )
    return rows


def _rule(row: dict[str, str], line: int) -> Rule:
    def number(name: str) -> Decimal | None:
        text = row[name].strip()
        try:
            value = Decimal(text) if text else None
        except InvalidOperation:
            value = Decimal("NaN")
        if value is not None and not value.is_finite():
            raise TekilError(f"{SEED} row {line}: {name} is {text!r}: write a number, or nothing.")
        return value

    def count(name: str) -> int:
        value = number(name)
        if value is not None and (value < 0 or value != int(value)):
            raise TekilError(f"{SEED} row {line}: {name} is {row[name]!r}: write a whole number, or nothing.")
        return int(value or 0)

    if row["severity"] not in SEVERITIES:
        raise TekilError(
            f"{SEED} row {line}: severity is {row['severity']!r}: write {', '.join(SEVERITIES)}."
        )
    tolerance = number("tolerance") or Decimal(0)
    if not 0 <= tolerance <= 1:
        raise TekilError(f"{SEED} row {line}: tolerance is {row['tolerance']!r}: write a share from 0 to 1.")
    column = row["column_name"].strip()
    return Rule(
        *(row[name].strip() for name in ("source", "table_name", "expectation")),
        "" if column == ANY else column,
        *(number("minimum"), number("maximum"), row["allowed"].strip(), tolerance),
        *(count("min_rows"), count("min_history"), row["severity"], row["reason"].strip()),
    )


def _check_place(rule: Rule, contract: Mapping[tuple[str, str], LandingTable]) -> None:
    """The table and the columns a rule names are in the landing contract."""
    if ANY in (rule.source, rule.table_name):
        if rule.columns:
            raise TekilError(f"{rule.where} names a column of any table: name the table, or leave it out.")
        return
    table = contract.get((rule.source, rule.table_name))
    if table is None:
        raise TekilError(
            f"{rule.where} is about a table that landing_columns.csv does not have: correct its name."
        )
    names = {column.name for column in table.columns}
    for column in rule.columns:
        if column not in names:
            raise TekilError(
                f"{rule.where} names the column '{column}', which landing_columns.csv does not have: correct it."
            )
