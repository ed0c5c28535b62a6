"""A desk whose gate has small numbers, so that a few dozen rows make a batch and two loads a history."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

from orchestration.lib.gate import GateClosed, closed_because
from orchestration.lib.landing import read_contract
from orchestration.lib.load import LoadReport, load
from orchestration.lib.warehouse import open_warehouse
from tests.conftest import PROJECT
from tests.loading.helpers import Desk

ROWS = 60
SEED = "seeds/rules/quality_rules.csv"


class GateDesk(Desk):
    """A desk that tells what the gate said: `closed` is its sentence when it stopped the last load."""

    closed: str | None = None

    def load(self) -> LoadReport:
        self.said = []
        self.closed = None
        self.landing.mkdir(parents=True, exist_ok=True)
        try:
            report = load(self.settings, self.said.append)
        except GateClosed as stopped:
            self.closed, report = str(stopped), stopped.report
        self.check_conservation()
        return report

    def closed_because(self) -> str | None:
        warehouse = open_warehouse(self.settings)
        try:
            return closed_because(warehouse, self.settings)
        finally:
            warehouse.close()

    def fetch_all(self, *queries: str) -> list[list[tuple]]:
        """Several answers for one opening of the warehouse."""
        warehouse = open_warehouse(self.settings)
        try:
            return [warehouse.fetch(query) for query in queries]
        finally:
            warehouse.close()

    def load_id(self) -> int:
        return self.fetch("select max(load_id) from ops.load_runs")[0][0]

    def in_raw(self) -> dict[str, int]:
        """Rows of every raw table, which the staging views show as they are."""
        names = [table.raw_name for table in read_contract(PROJECT).values()]
        return dict(
            self.fetch(" union all ".join(f"select '{name}', count(*) from raw.{name}" for name in names))
        )

    def broken(self) -> list[tuple[str, str, str]]:
        """(table, rule, outcome) of what was broken in the newest verdict."""
        return [
            (table, f"{expectation} ({column})" if column else expectation, outcome)
            for table, expectation, column, outcome in self.fetch(
                "select source || '/' || table_name, expectation, column_name, outcome from ops.gate"
                " where outcome in ('failed', 'error') and load_id = (select max(load_id) from ops.gate) order by 1, 2, 3"
            )
        ]


def small_rules(folder: Path, *more: dict[str, str], most: int = 50, history: int = 2) -> Path:
    """A project root whose rules are the shipped ones with small numbers; `more` are rows added or put in their place."""
    root = folder / "rules-root"
    if not root.exists():
        shutil.copytree(PROJECT / "seeds", root / "seeds")
    with (PROJECT / SEED).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name, limit in (("min_rows", most), ("min_history", history)):
            row[name] = str(min(int(row[name]), limit)) if row[name] else ""
    empty = dict.fromkeys(rows[0], "")
    for row in more:
        same = ("source", "table_name", "expectation", "column_name")
        row = {
            **empty,
            "severity": "warn",
            "reason": "a test",
            **row,
            "column_name": row.get("column_name") or "*",
        }
        rows = [r for r in rows if any(r[name] != row[name] for name in same)]
        rows.append(row)
    with (root / SEED).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(empty), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return root


def gate_desk(
    make_settings, folder: Path, engine: str = "duckdb", *more: dict[str, str], **numbers
) -> GateDesk:
    settings = make_settings(engine)
    root = small_rules(folder, *more, **numbers)
    return GateDesk(replace(settings, root=root))
