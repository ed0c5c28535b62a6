"""Rows that were read and not yet put into raw: where each batch of a load waits while the gate judges it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from orchestration.lib.checks import literal, quoted
from orchestration.lib.files import LandedFile
from orchestration.lib.landing import LandingTable
from orchestration.lib.reading import Reading
from orchestration.lib.warehouse import Warehouse

# a load that is larger waits on disk, compressed, beside the warehouse
IN_MEMORY_BYTES = 128 * 1024 * 1024
ON_DISK = "staged_rows"


@dataclass(frozen=True)
class Batch:
    """One batch of a table: its files, and the scratch tables of its rows, refused rows and file names."""

    number: int
    table: LandingTable
    files: list[LandedFile]
    checked: str
    refused: str
    names: str


@dataclass
class Staging:
    """All batches of one load."""

    warehouse: Warehouse
    batches: list[Batch] = field(default_factory=list)
    bytes: int = 0
    is_attached: bool = False

    @property
    def scratch(self) -> duckdb.DuckDBPyConnection:
        return self.warehouse.scratch

    def add(self, reading: Reading, files: list[LandedFile], size: int) -> None:
        """Keep what was just read into the scratch tables `checked` and `refused`."""
        self.bytes += size
        number = len(self.batches) + 1
        place = ""
        if self.bytes > IN_MEMORY_BYTES:
            self._attach()
            place = f"{ON_DISK}."
        batch = Batch(
            number,
            reading.table,
            files,
            *(f"{place}{name}_{number}" for name in ("checked", "refused", "names")),
        )
        for name, target in (("checked", batch.checked), ("refused", batch.refused)):
            if place:
                self.scratch.execute(f"create table {target} as from {name}")
                self.scratch.execute(f"drop table {name}")
            else:
                self.scratch.execute(f"alter table {name} rename to {target}")
        self.scratch.execute(
            f"create {'' if place else 'temp '}table {batch.names} (_file_number integer, _file varchar)"
        )
        rows = ", ".join(f"({n}, {literal(file.path)})" for n, file in enumerate(files, start=1))
        self.scratch.execute(f"insert into {batch.names} values {rows}")
        self.batches.append(batch)

    def _attach(self) -> None:
        if not self.is_attached:
            folder = self.warehouse.scratch_folder / "staged"
            folder.mkdir(exist_ok=True)
            self.scratch.execute(f"attach {literal(str(folder / 'rows.duckdb'))} as {ON_DISK}")
            self.is_attached = True

    def of(self, table: LandingTable) -> list[Batch]:
        return [batch for batch in self.batches if batch.table == table]

    @property
    def tables(self) -> list[LandingTable]:
        return list(dict.fromkeys(batch.table for batch in self.batches))

    def drop(self, batch: Batch) -> None:
        """Forget a batch that has found its place."""
        for name in (batch.checked, batch.refused, batch.names):
            self.scratch.execute(f"drop table {name}")


def refuse_rows(scratch: duckdb.DuckDBPyConnection, batch: Batch, condition: str, reason: str) -> int:
    """Move the good rows that meet a condition to the refused ones, as JSON of what was read of them; returns how many."""
    where = f"_refusal is null and coalesce({condition}, false)"
    fields = ", ".join(
        f"{literal(column.name)}, {quoted(column.name)}"
        for column in batch.table.columns
        if not column.is_ordinal
    )
    # columns that the row does not fill are left out, as a sender leaves them out
    text = f"cast(json_merge_patch('{{}}', json_object({fields})) as varchar)"
    scratch.execute(
        f"insert into {batch.refused} select _file_number, _row, {text}, {literal(reason)} from {batch.checked} where {where}"
    )
    return scratch.execute(
        f"update {batch.checked} set _refusal = {literal(reason)} where {where}"
    ).fetchone()[0]


def make_view(scratch: duckdb.DuckDBPyConnection, name: str, batches: Iterable[Batch]) -> None:
    """All good rows of a table in this load, under one name."""
    parts = []
    batches = list(batches)
    total = count_good(scratch, batches)
    for batch in batches:
        columns = ", ".join(quoted(column.name) for column in batch.table.columns)
        parts.append(
            f"select {batch.number} as _batch, _file_number, _row, {str(total <= 1_000_000).lower()} as _gate_small,"
            f" {columns} from {batch.checked} where _refusal is null"
        )
    scratch.execute(f"create or replace temp view {quoted(name)} as {' union all '.join(parts)}")


def count_good(scratch: duckdb.DuckDBPyConnection, batches: Iterable[Batch]) -> int:
    return sum(
        scratch.execute(f"select count(*) from {batch.checked} where _refusal is null").fetchone()[0]
        for batch in batches
    )


def count_refused(scratch: duckdb.DuckDBPyConnection, batches: Iterable[Batch]) -> int:
    return sum(
        scratch.execute(f"select count(*) from {batch.checked} where _refusal is not null").fetchone()[0]
        for batch in batches
    )
