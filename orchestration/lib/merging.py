"""From checked rows to the raw table: one row per key stays, the newest version, and every row is counted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import duckdb

from orchestration.lib.checks import literal, quoted
from orchestration.lib.gate.staged import Batch
from orchestration.lib.landing import META_COLUMNS, LandingTable
from orchestration.lib.warehouse import Warehouse, sql_value


@dataclass(frozen=True)
class Counts:
    """Rows of a file, a table or a run: read = loaded + replaced + quarantined."""

    read: int = 0
    loaded: int = 0
    replaced: int = 0
    quarantined: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.read + other.read,
            self.loaded + other.loaded,
            self.replaced + other.replaced,
            self.quarantined + other.quarantined,
        )


@dataclass(frozen=True)
class Stamp:
    """What every row of a load is stamped with."""

    load_id: int
    loaded_at: datetime


def choose_winners(scratch: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """The scratch table `repeats`: of keys met more than once in the batch, which wins, which came first."""
    table, keys = batch.table, _columns(batch.table, "key")
    scratch.execute(
        f"create or replace temp table repeated_keys as select {keys} from {batch.checked} where _refusal is null"
        f" group by {keys} having count(*) > 1"
    )
    order = "".join(f"{quoted(c.name)} desc nulls last, " for c in table.with_role("version"))
    scratch.execute(
        f"create or replace temp table repeats as select checked.rowid as _row_id,"
        f" row_number() over (partition by {keys} order by {order}_file_number desc, _row desc) = 1 as"
        f" _is_winner,"
        f" min(_file_number) over (partition by {keys}) as _first_file"
        f" from {batch.checked} as checked semi join repeated_keys using ({keys}) where _refusal is null"
    )


def winners_query(batch: Batch, stamp: Stamp) -> str:
    """The winning rows of the batch with their stamps; `_first_file` is where their key came first."""
    columns = _columns(batch.table)
    return (
        f"select {columns}, _file, _row, {sql_value(stamp.loaded_at)} as _loaded_at,"
        f" cast({stamp.load_id} as bigint) as _load_id, coalesce(_first_file, _file_number) as _first_file"
        f" from (select checked.*, checked.rowid as _row_id from {batch.checked} as checked where _refusal is null) as good"
        f" join {batch.names} using (_file_number) left join repeats using (_row_id)"
        " where coalesce(_is_winner, true)"
    )


def merge_batch(warehouse: Warehouse, batch: Batch, stamp: Stamp) -> dict[int, int]:
    """Put the winners into raw, inside the caller's transaction; gives the rows added by first file."""
    table = batch.table
    raw = f"raw.{table.raw_name}"
    columns = [*(column.name for column in table.columns), *META_COLUMNS]
    chosen = winners_query(batch, stamp)
    if not warehouse.fetch(f"select 1 from {raw} limit 1"):
        plain = ", ".join(quoted(name) for name in columns)
        warehouse.copy_in(raw, columns, f"select {plain} from ({chosen})")
        return dict(
            warehouse.scratch.execute(
                f"select _first_file, count(*) from ({chosen}) group by _first_file"
            ).fetchall()
        )
    warehouse.temporary_table("incoming", {**table.raw_columns, "_first_file": "integer"})
    warehouse.copy_in("incoming", [*columns, "_first_file"], chosen)
    warehouse.after_copy("incoming")
    return _merge_incoming(warehouse, table, raw, columns)


def _merge_incoming(
    warehouse: Warehouse, table: LandingTable, raw: str, columns: list[str]
) -> dict[int, int]:
    same = " and ".join(f"stored.{quoted(c.name)} = incoming.{quoted(c.name)}" for c in table.keys)
    listed = ", ".join(quoted(name) for name in columns)
    added = warehouse.fetch(
        f"select _first_file, count(*) from incoming where not exists (select 1 from {raw} as stored where"
        f" {same})"
        " group by _first_file"
    )
    newer = f"({_rank(warehouse, table, 'stored')}) > ({_rank(warehouse, table, 'incoming')})"
    warehouse.execute(f"delete from incoming using {raw} as stored where {same} and {newer}")
    _note_moves(warehouse, table, raw, same)
    warehouse.execute(f"delete from {raw} as stored using incoming where {same}")
    warehouse.execute(f"insert into {raw} ({listed}) select {listed} from incoming")
    warehouse.execute("drop table incoming")
    return dict(added)


def _note_moves(warehouse: Warehouse, table: LandingTable, raw: str, same: str) -> None:
    """Keep whom a stored row was of, where the row that replaces it is of another: evidence of both changes."""
    origins = [quoted(column.name) for column in table.with_role("origin") if column not in table.keys]
    if not origins:
        return
    moved = " or ".join(f"stored.{name} is distinct from incoming.{name}" for name in origins)
    told = " union ".join(
        f"select stored.{name} as origin, incoming._load_id from {raw} as stored join incoming on {same}"
        f" where ({moved}) and stored.{name} is not null"
        for name in origins
    )
    warehouse.execute(
        "insert into raw.moved_origins (source, table_name, origin, _load_id)"
        f" select {literal(table.source)}, {literal(table.name)}, origin, _load_id from ({told}) as told"
    )


def _rank(warehouse: Warehouse, table: LandingTable, name: str) -> str:
    """What two versions of a row are compared by: version (nulls oldest), load, file, row."""
    parts = []
    for column in table.with_role("version"):
        value = f"{name}.{quoted(column.name)}"
        if column.is_time:
            parts.append(f"coalesce({value}, timestamp '0001-01-01')")
        elif column.data_type == "text":
            parts.append(warehouse.by_code_point(f"coalesce({value}, '')"))
        else:
            parts.append(f"coalesce(cast({value} as decimal(38,6)), -1e30)")
    parts += [f"{name}._load_id", warehouse.by_code_point(f"{name}._file"), f"{name}._row"]
    return ", ".join(parts)


def write_quarantine(
    warehouse: Warehouse, batch: Batch, stamp: Stamp, files: Collection[int] | None = None
) -> None:
    """Append the refused rows of the batch, or of some of its files, to raw.quarantine."""
    table = batch.table
    some = "" if files is None else f" where _file_number in ({', '.join(map(str, files))})"
    columns = ["source", "table_name", "_file", "_row", "raw_text", "reason", "_loaded_at", "_load_id"]
    warehouse.copy_in(
        "raw.quarantine",
        columns,
        f"select {literal(table.source)}, {literal(table.name)}, _file, _row, raw_text, reason,"
        f" {sql_value(stamp.loaded_at)}, {stamp.load_id} from {batch.refused} join {batch.names} using (_file_number){some}",
    )


def count_rows(scratch: duckdb.DuckDBPyConnection, batch: Batch, added: dict[int, int]) -> dict[int, Counts]:
    """The counts of each file of the batch, by file number."""
    rows = scratch.execute(
        f"select _file_number, count(*), count(_refusal) from {batch.checked} group by _file_number"
    ).fetchall()
    return {
        number: Counts(read, added.get(number, 0), read - refused - added.get(number, 0), refused)
        for number, read, refused in rows
    }


def _columns(table: LandingTable, role: str | None = None) -> str:
    columns = table.with_role(role) if role else table.columns
    return ", ".join(quoted(column.name) for column in columns)
