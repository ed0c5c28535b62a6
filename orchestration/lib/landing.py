"""The landing contract as data (seeds/rules/landing_columns.csv): which tables land, and their columns."""

import csv
from dataclasses import dataclass
from pathlib import Path

from orchestration.lib.errors import TekilError

SEED = Path("seeds/rules/landing_columns.csv")
SEED_COLUMNS = ("source", "table_name", "column_name", "path", "data_type", "role", "default_value")
DATA_TYPES = ("text", "number", "integer", "boolean", "json", "timestamp", "local_timestamp")
ORDINAL = "_ordinal"
SQL_TYPES = {
    "text": "varchar",
    "json": "varchar",
    "number": "decimal(18,6)",
    "integer": "bigint",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "local_timestamp": "timestamp",
}
META_COLUMNS = {"_file": "varchar", "_row": "bigint", "_loaded_at": "timestamp", "_load_id": "bigint"}


@dataclass(frozen=True)
class Column:
    """One declared column: its name in raw, where the file has it, its type and its roles."""

    name: str
    paths: tuple[str, ...]
    data_type: str
    roles: frozenset[str]
    default: str | None

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.data_type]

    @property
    def is_time(self) -> bool:
        return self.data_type in ("timestamp", "local_timestamp")

    @property
    def is_ordinal(self) -> bool:
        return self.paths == (ORDINAL,)


@dataclass(frozen=True)
class LandingTable:
    """One declared table and its columns, in the order of the seed."""

    source: str
    name: str
    columns: tuple[Column, ...]

    @property
    def raw_name(self) -> str:
        return f"{self.source}__{self.name}"

    @property
    def label(self) -> str:
        return f"{self.source}/{self.name}"

    def with_role(self, role: str) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if role in column.roles)

    @property
    def keys(self) -> tuple[Column, ...]:
        return self.with_role("key")

    @property
    def raw_columns(self) -> dict[str, str]:
        """Name and type of every column of the raw table, in order."""
        return {**{column.name: column.sql_type for column in self.columns}, **META_COLUMNS}

    @property
    def found(self) -> tuple[Column, ...]:
        """The columns that are looked for in the file, so not the ordinal, which is counted."""
        return tuple(column for column in self.columns if not column.is_ordinal)


def read_contract(root: Path) -> dict[tuple[str, str], LandingTable]:
    """All tables of the contract by (source, table), in the order of the seed. Raises TekilError."""
    path = root / SEED
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, strict=True)
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise TekilError(f"{path} cannot be read ({problem}): it declares what may land.") from None
    for column in SEED_COLUMNS:
        if column not in (table.fieldnames or []):
            raise TekilError(f"{path} has no column '{column}': put it back into the header.")
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise TekilError(
                f"{path} row {number} has more or fewer fields than the header: quote the commas in it."
            )
    grouped: dict[tuple[str, str], list[Column]] = {}
    for row in rows:
        grouped.setdefault((row["source"], row["table_name"]), []).append(_column(row))
    contract = {key: LandingTable(*key, tuple(columns)) for key, columns in grouped.items()}
    for table in contract.values():
        if not table.keys:
            raise TekilError(
                f"{SEED} gives {table.label} no key: mark at least one column with the role key."
            )
    return contract


def _column(row: dict[str, str]) -> Column:
    if row["data_type"] not in DATA_TYPES:
        raise TekilError(
            f"{SEED} gives {row['column_name']} the data_type {row['data_type']!r}: "
            f"set it to one of {', '.join(DATA_TYPES)}."
        )
    return Column(
        name=row["column_name"],
        paths=tuple(path.strip() for path in row["path"].split(",")),
        data_type=row["data_type"],
        roles=frozenset(row["role"].split()),
        default=row["default_value"] or None,
    )
