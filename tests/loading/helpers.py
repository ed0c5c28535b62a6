"""A landing folder written by hand, a warehouse to load it into, and what the tests ask of it."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.lib.load import LoadReport, load
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import open_warehouse

OPS_COLUMNS = {"_file", "_row", "_loaded_at", "_load_id"}


@dataclass
class Desk:
    """One landing folder and one warehouse; `said` is what the last load told the user."""

    settings: Settings
    said: list[str] = field(default_factory=list)

    @property
    def landing(self) -> Path:
        return self.settings.landing

    def put(self, path: str, content: bytes | str | list[dict]) -> Path:
        """Write a landing file: bytes and text as they are, dictionaries as JSON lines; `.gz` packs it."""
        target = self.landing / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content)
        data = content.encode() if isinstance(content, str) else content
        target.write_bytes(gzip.compress(data, mtime=0) if path.endswith(".gz") else data)
        return target

    def load(self) -> LoadReport:
        self.said = []
        self.landing.mkdir(parents=True, exist_ok=True)
        report = load(self.settings, self.said.append)
        self.check_conservation()
        return report

    def fetch(self, sql: str) -> list[tuple]:
        warehouse = open_warehouse(self.settings)
        try:
            return warehouse.fetch(sql)
        finally:
            warehouse.close()

    def reasons(self) -> list[tuple[str, int, str]]:
        return self.fetch(
            'select _file, _row, reason from raw.quarantine order by _file collate "C", _row, _load_id'
        )

    def content(self, table: str, *, keep: set[str] = frozenset()) -> list[dict]:
        """The rows of a raw table without the columns that tell of the load, in a stable order."""
        warehouse = open_warehouse(self.settings)
        try:
            names = warehouse.existing_columns()[f"raw.{table}"]
            rows = warehouse.fetch(
                f"select {', '.join(chr(34) + n + chr(34) for n in names)} from raw.{table}"
            )
        finally:
            warehouse.close()
        kept = [
            {n: v for n, v in zip(names, row, strict=True) if n not in OPS_COLUMNS - keep} for row in rows
        ]
        return sorted(kept, key=lambda row: [(v is not None, str(v)) for v in row.values()])

    def check_conservation(self) -> None:
        """Rows in = loaded + replaced + quarantined, for files, tables and runs; raw holds the loaded."""
        warehouse = open_warehouse(self.settings)
        try:
            for table in ("load_files", "load_runs", "row_counts"):
                wrong = warehouse.fetch(
                    f"select * from ops.{table} where rows_read <> rows_loaded + rows_replaced +"
                    f" rows_quarantined"
                    " or rows_loaded < 0 or rows_replaced < 0"
                )
                assert wrong == [], table
            of_files = warehouse.fetch(
                "select source, table_name, sum(rows_read), sum(rows_loaded), sum(rows_replaced),"
                " sum(rows_quarantined) from ops.load_files group by source, table_name"
            )
            kept = warehouse.fetch("select source, table_name, count(*) from raw.quarantine group by 1, 2")
            kept = {(source, name): count for source, name, count in kept}
            totals = {
                (row[0], row[1]): tuple(row[2:])
                for row in warehouse.fetch(
                    "select * from ops.row_counts where rows_read > 0 or rows_in_raw > 0"
                )
            }
            assert {key: row[:4] for key, row in totals.items()} == {
                (row[0], row[1]): tuple(int(value) for value in row[2:]) for row in of_files if row[2]
            }
            for (source, name), row in totals.items():
                count = warehouse.fetch(f"select count(*) from raw.{source}__{name}")[0][0]
                assert row[1] == count == row[4]
                assert kept.get((source, name), 0) == row[3]
        finally:
            warehouse.close()


def customer(number: int | str, **values) -> dict:
    return {"id": str(number), "updated_at": "2026-01-01T00:00:00Z", **values}


def event(number: int | str, **values) -> dict:
    return {
        "type": "track",
        "messageId": str(number),
        "timestamp": "2026-01-01T00:00:00Z",
        "channel": "web",
        **values,
    }
