"""What the gate has said, kept in ops.gate: written with the load, read by whatever delivers, changed by a person's decision."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import psycopg2

from orchestration.lib.errors import TekilError
from orchestration.lib.locks import build_lock
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import Warehouse, open_warehouse, sql_value

if TYPE_CHECKING:
    from orchestration.lib.gate.judging import Outcome, Verdict

Fetch = Callable[[str], list[tuple]]
RELEASE, DISCARD = "release", "discard"
ACTIONS = (RELEASE, DISCARD)
HOW_TO_SEE = 'make query SQL="select * from ops.gate where is_blocking"'

# the newest verdict on each table, where it was stopped and nobody has decided about it since
STOPPED = """
select newest.source, newest.table_name, newest.load_id
from (select source, table_name, max(load_id) as load_id from ops.gate group by source, table_name) as newest
where exists (
    select 1 from ops.gate
    where gate.source = newest.source and gate.table_name = newest.table_name
    and gate.load_id = newest.load_id and gate.is_blocking
) and not exists (
    select 1 from ops.gate_decisions as decided
    where decided.source = newest.source and decided.table_name = newest.table_name
    and decided.load_id = newest.load_id and decided.action = 'discard'
)
order by newest.load_id, newest.source, newest.table_name
"""


class GateClosed(TekilError):
    """The gate stopped what landed. `report` is the load's, with what was quarantined."""

    def __init__(self, sentence: str, report: object = None):
        super().__init__(sentence)
        self.report = report


def closed_because(warehouse: Warehouse, settings: Settings | None = None) -> str | None:
    """Why nothing may leave the warehouse now, as one sentence; None when the gate is open.

    Whatever delivers asks this right before the first byte. Closed when no gate has run, when the newest load was not judged or
    did not end well, when a table's newest batch was stopped and nobody has decided about it, when the data is stale, and when
    none of that can be read.
    """
    settings = settings or Settings.from_environment()
    return _closed(warehouse.fetch, _now(settings), settings.stale_after)


def _now(settings: Settings) -> datetime:
    from orchestration.lib.build import clock_of_sample

    return settings.as_of or clock_of_sample(settings.landing) or settings.clock()


def _closed(fetch: Fetch, now: datetime, stale_after: int) -> str | None:
    try:
        return _reason(fetch, now, stale_after)
    except (duckdb.CatalogException, psycopg2.errors.UndefinedTable):
        return "No gate has run on this warehouse: run make build first."
    except (duckdb.Error, psycopg2.Error) as problem:
        return f"The gate cannot be read ({type(problem).__name__}): run make build again."


def _reason(fetch: Fetch, now: datetime, stale_after: int) -> str | None:
    runs = fetch(
        "select load_id, status from ops.load_runs where status <> 'running' order by load_id desc limit 1"
    )
    if not runs or not fetch("select 1 from ops.gate limit 1"):
        return "No gate has run on this warehouse: run make build with data that lands."
    for source, table, load_id in fetch(STOPPED):
        ((label, reason),) = fetch(
            "select case when column_name = '' then expectation else expectation || ' (' || column_name || ')' end, reason"
            f" from ops.gate where load_id = {int(load_id)} and source = {sql_value(source)}"
            f" and table_name = {sql_value(table)} and is_blocking order by expectation, column_name limit 1"
        )
        return (
            f"The gate stopped {source}/{table} in load {load_id}, {label}: {reason.rstrip('.')}; "
            f"land it corrected, or run make release or make discard with LOAD={load_id}."
        )
    load_id, status = runs[0]
    if status in ("failed", "interrupted"):
        return f"Load {load_id} did not come to an end: run make build again."
    ((newest, loaded_at),) = fetch(
        "select max(load_id), max(loaded_at) from ops.load_files where rows_loaded + rows_replaced > 0"
    )
    if newest is None:
        return "Nothing has landed yet: run make build with data that lands."
    if not fetch(f"select 1 from ops.gate where load_id = {int(newest)} limit 1"):
        return f"Load {newest} was not judged, since TEKIL_GATE was off: turn it on and land the next file."
    if stale_after and loaded_at < now - timedelta(hours=stale_after):
        hours = int((now - loaded_at).total_seconds() // 3600)
        return (
            f"The newest data landed {hours} hours ago, and TEKIL_STALE_AFTER is {stale_after}: "
            "land what is new, or set it higher."
        )
    return None


@dataclass(frozen=True)
class Said:
    """One row of ops.gate, as it is shown."""

    label: str
    severity: str
    outcome: str
    is_blocking: bool
    rows_seen: int
    rows_failing: int
    rows_quarantined: int
    reason: str

    @property
    def is_broken(self) -> bool:
        return self.outcome in ("failed", "error")


@dataclass(frozen=True)
class TableVerdict:
    """What the gate said last about a table; `is_stopped_now` when it was the newest load that stopped it."""

    load_id: int
    outcomes: list[Said]
    is_stopped_now: bool


def newest_verdicts(fetch: Fetch) -> dict[tuple[str, str], TableVerdict]:
    """The newest verdict on every table that was ever judged, by (source, table)."""
    ((newest_load,),) = fetch("select max(load_id) from ops.load_runs")
    rows = fetch(
        "select source, table_name, load_id, expectation, column_name, severity, outcome, is_blocking, rows_seen, rows_failing,"
        " rows_quarantined, reason from ops.gate as said where load_id = (select max(load_id) from ops.gate as other"
        " where other.source = said.source and other.table_name = said.table_name)"
        " order by source, table_name, expectation, column_name"
    )
    found: dict[tuple[str, str], TableVerdict] = {}
    for source, table, load_id, expectation, column, severity, outcome, is_blocking, *counts, reason in rows:
        verdict = found.get((source, table), TableVerdict(int(load_id), [], False))
        label = f"{expectation} ({column})" if column else expectation
        verdict.outcomes.append(
            Said(label, severity, outcome, bool(is_blocking), *(int(count) for count in counts), reason)
        )
        stopped_now = verdict.is_stopped_now or (bool(is_blocking) and int(load_id) == newest_load)
        found[source, table] = TableVerdict(int(load_id), verdict.outcomes, stopped_now)
    return found


def gate_line(fetch: Fetch, settings: Settings) -> str:
    """The gate in one line, for the summary of a build."""
    closed = _closed(fetch, _now(settings), settings.stale_after)
    try:
        rows = fetch(
            "select outcome, severity, count(*) from ops.gate where load_id = (select max(load_id) from ops.gate)"
            " group by outcome, severity"
        )
    except (duckdb.Error, psycopg2.Error):
        rows = []
    checks = sum(int(count) for outcome, _, count in rows if outcome != "skipped")
    broken = sum(int(count) for outcome, _, count in rows if outcome in ("failed", "error"))
    return f"closed: {closed}" if closed else f"open; {checks} checks of the newest batch, {broken} broken"


def write_verdicts(
    warehouse: Warehouse, verdicts: list["Verdict"], load_id: int, checked_at: datetime
) -> None:
    """Append every outcome to ops.gate, and what later batches are compared with; inside the caller's transaction."""
    rows = [
        [
            *(load_id, verdict.table.source, verdict.table.name, outcome.rule.expectation),
            *(", ".join(outcome.rule.columns), outcome.rule.severity, outcome.outcome, outcome.is_blocking),
            *(outcome.rows_seen, outcome.rows_failing, outcome.rows_quarantined, outcome.observed),
            *(outcome.reason, checked_at),
        ]
        for verdict in verdicts
        for outcome in sorted(verdict.outcomes, key=_order)
    ]
    _insert(
        warehouse,
        "ops.gate (load_id, source, table_name, expectation, column_name, severity, outcome, is_blocking, rows_seen,"
        " rows_failing, rows_quarantined, observed, reason, checked_at)",
        rows,
    )
    if not any(verdict.is_blocked for verdict in verdicts):
        profiles = [
            [load_id, verdict.table.source, verdict.table.name, *row]
            for verdict in verdicts
            for row in verdict.profile
        ]
        _insert(
            warehouse,
            "ops.gate_profiles (load_id, source, table_name, column_name, value, rows_with_value, rows_of_batch)",
            profiles,
        )


def _order(outcome: "Outcome") -> tuple[str, str]:
    return outcome.rule.expectation, outcome.rule.column_name


def _insert(warehouse: Warehouse, target: str, rows: list[list]) -> None:
    for start in range(0, len(rows), 200):
        some = rows[start : start + 200]
        places = ", ".join("(" + ", ".join("?" * len(row)) + ")" for row in some)
        warehouse.execute(f"insert into {target} values {places}", [value for row in some for value in row])


def released(warehouse: Warehouse) -> set[tuple[int, str, str]]:
    """(load, source, table) of the stopped batches that a person has released."""
    rows = warehouse.fetch(
        "select load_id, source, table_name from ops.gate_decisions where action = 'release'"
    )
    return {(int(load_id), source, table) for load_id, source, table in rows}


def stopped_by(warehouse: Warehouse, load_id: int, source: str, table: str) -> set[str]:
    """Labels of the rules that stopped a table in a load."""
    rows = warehouse.fetch(
        "select expectation, column_name from ops.gate where load_id = ? and source = ? and table_name = ? and is_blocking",
        [load_id, source, table],
    )
    return {f"{expectation} ({column})" if column else expectation for expectation, column in rows}


def decide(settings: Settings, action: str, load_id: int, reason: str, by: str) -> str:
    """Write a person's decision about what a load stopped; returns a sentence of what happens next.

    `release`: its files are read again by the next load, and what stopped them only warns. `discard`: they stay in quarantine,
    and the gate no longer minds. Raises TekilError when that load stopped nothing, or no reason is given.
    """
    if not reason.strip():
        raise TekilError("No reason was given: say why, for who reads the ledger later (REASON=...).")
    with build_lock(settings):
        warehouse = open_warehouse(settings)
        try:
            tables = _stopped_in(warehouse, load_id)
            if not tables:
                raise TekilError(f"Load {load_id} stopped nothing: see {HOW_TO_SEE}.")
            with warehouse.transaction():
                for source, table in tables:
                    warehouse.execute(
                        "insert into ops.gate_decisions (load_id, source, table_name, action, decided_at, decided_by, reason)"
                        " values (?, ?, ?, ?, ?, ?, ?)",
                        [load_id, source, table, action, settings.clock(), by, reason.strip()],
                    )
        finally:
            warehouse.close()
    named = ", ".join(f"{source}/{table}" for source, table in tables)
    if action == RELEASE:
        return f"Released {named} of load {load_id}: the next make build reads those files again and lets them pass."
    return f"Discarded {named} of load {load_id}: the rows stay in raw.quarantine, and the gate no longer minds them."


def _stopped_in(warehouse: Warehouse, load_id: int) -> list[tuple[str, str]]:
    try:
        return warehouse.fetch(
            "select distinct source, table_name from ops.gate where load_id = ? and is_blocking order by 1, 2",
            [load_id],
        )
    except (duckdb.CatalogException, psycopg2.errors.UndefinedTable):
        return []
