"""What the gate knows beside the batch: earlier loads, earlier mixes, and parents that are nowhere to be found."""

import csv
from collections.abc import Iterable
from pathlib import Path

from orchestration.lib.checks import literal, quoted
from orchestration.lib.errors import TekilError
from orchestration.lib.gate.expectations import (
    EARLIER_LOADS,
    EARLIER_VALUES,
    MISSING_PARENTS,
    REFUSALS,
    ExpectParentToExist,
    ExpectStillFilled,
    ExpectUsualMix,
    Facts,
    kind,
)
from orchestration.lib.gate.rules import Rule
from orchestration.lib.gate.staged import Staging, count_refused
from orchestration.lib.landing import LandingTable
from orchestration.lib.warehouse import Warehouse, sql_value

LOADS_REMEMBERED = 30
FILLED = "(filled)"


def column_of_seed(root: Path, seed: str, column: str, **where: str) -> tuple[str, ...]:
    """The distinct values of a column of a seed, in order."""
    path = root / "seeds" / "rules" / f"{seed}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if all(row[k] == v for k, v in where.items())]
            return tuple(sorted({row[column] for row in rows}))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as problem:
        raise TekilError(
            f"{path} cannot be read ({type(problem).__name__}): put it back or correct it."
        ) from None


def remember(warehouse: Warehouse, staging: Staging, table: LandingTable) -> int:
    """Fill the scratch tables of what came before; returns how many earlier loads brought rows of this table."""
    named = [table.source, table.name]
    loads = warehouse.fetch(
        "select load_id, sum(rows_read) from ops.load_files where source = ? and table_name = ?"
        " and status in ('loaded', 'partial') and rows_read > 0 group by load_id order by load_id desc",
        named,
    )
    last = [load_id for load_id, _ in loads[:LOADS_REMEMBERED]]
    values = warehouse.fetch(
        "select load_id, column_name, value, rows_with_value, rows_of_batch from ops.gate_profiles"
        " where source = ? and table_name = ? and load_id >= ?",
        [*named, min(last, default=0)],
    )
    scratch = staging.scratch
    _fill(scratch, EARLIER_LOADS, "load_id bigint, rows_read bigint", loads[:LOADS_REMEMBERED])
    _fill(
        scratch,
        EARLIER_VALUES,
        "load_id bigint, column_name varchar, value varchar, rows_with_value bigint, rows_of_batch bigint",
        values,
    )
    refused = count_refused(scratch, staging.of(table))
    _fill(scratch, REFUSALS, "rows_refused bigint", [(refused,)])
    return len(loads)


def _fill(scratch, name: str, columns: str, rows: Iterable[tuple]) -> None:
    scratch.execute(f"create or replace temp table {name} ({columns})")
    texts = [
        "(" + ", ".join(sql_value(int(v) if not isinstance(v, str | None) else v) for v in row) + ")"
        for row in rows
    ]
    if texts:
        scratch.execute(f"insert into {name} values {', '.join(texts)}")


def look_for_parents(
    warehouse: Warehouse,
    staging: Staging,
    contract: dict[tuple[str, str], LandingTable],
    view: str,
    rules: Iterable[Rule],
) -> None:
    """The scratch table of named parents that neither landed in this load nor stand in raw, for each rule that asks."""
    scratch = staging.scratch
    scratch.execute(f"create or replace temp table {MISSING_PARENTS} (rule varchar, parent_key varchar)")
    for rule in rules:
        if rule.expectation != ExpectParentToExist.expectation_type:
            continue
        parent, key = parent_of(rule, contract)
        column = quoted(rule.columns[0])
        scratch.execute(
            f"create or replace temp table gate_keys as select distinct {column} as parent_key from {quoted(view)}"
            f" where {column} is not null"
        )
        for batch in staging.of(parent):
            scratch.execute(
                f"delete from gate_keys where parent_key in (select {quoted(key)} from {batch.checked} where _refusal is null)"
            )
        warehouse.forget_known("gate_keys", "parent_key", f"raw.{parent.raw_name}", key)
        scratch.execute(
            f"insert into {MISSING_PARENTS} select {literal(rule.label)}, parent_key from gate_keys"
        )
        scratch.execute("drop table gate_keys")


def parent_of(rule: Rule, contract: dict[tuple[str, str], LandingTable]) -> tuple[LandingTable, str]:
    """The table and key column that `allowed` of such a rule names as source.table.column."""
    parts = rule.allowed.split(".")
    table = contract.get(tuple(parts[:2])) if len(parts) == 3 else None
    if table is None or parts[2] not in {column.name for column in table.columns}:
        raise TekilError(
            f"{rule.where} allows '{rule.allowed}': write source.table.column of landing_columns.csv."
        )
    return table, parts[2]


def profile(staging: Staging, view: str, rules: Iterable[Rule], facts: Facts) -> list[tuple]:
    """(column, value, rows, rows of the batch) of what later batches will be compared with; values are names of the rules only."""
    found: list[tuple] = []
    for rule in rules:
        if rule.expectation == ExpectUsualMix.expectation_type:
            query = (
                f"select {kind(rule, facts)} as value, count(*), sum(count(*)) over () from {quoted(view)}"
                f" where {quoted(rule.columns[0])} is not null group by 1 order by 1"
            )
        elif rule.expectation == ExpectStillFilled.expectation_type:
            query = f"select '{FILLED}', count({quoted(rule.columns[0])}), count(*) from {quoted(view)}"
        else:
            continue
        found += [(rule.columns[0], *map(_plain, row)) for row in staging.scratch.execute(query).fetchall()]
    return found


def _plain(value: object) -> object:
    return value if isinstance(value, str) else int(value)
