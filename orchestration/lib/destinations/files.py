"""Files for people and machines: the whole list, put in place by one rename whenever it has changed.

What the list holds stands in a store beside it (`.<name>.entries`), so that a run writes differences and the file is always whole.
"""

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

from orchestration.lib.destinations.base import LISTS, Secrets
from orchestration.lib.destinations.keyvalue import KeyValueFile
from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.answers import Closed
from orchestration.lib.outbox.ledger import Command
from orchestration.lib.outbox.rules import Rule

FORMATS = ("csv_people", "csv", "parquet")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
ROWS_AT_ONCE = 50_000


class Files(KeyValueFile):
    """DESTINATION_<NAME>_PATH is the file; _FORMAT is csv_people (spreadsheets), csv (machines, RFC 4180) or parquet."""

    kind = "files"

    def __init__(self, rule: Rule, secrets: Secrets):
        super().__init__(rule, secrets)
        self.format = secrets.get("FORMAT", "parquet" if self.path.suffix == ".parquet" else "csv")
        if self.format not in FORMATS:
            raise TekilError(f"{secrets.name('FORMAT')} is {self.format!r}: write {', '.join(FORMATS)}.")

    @property
    def store(self) -> Path:
        """Beside the file, hidden."""
        return self.path.with_name(f".{self.path.name}.entries")

    def key(self, command: Command) -> str:
        """The row's key, which is no contact value."""
        return command.row_key

    async def finish_page(self) -> None:
        """Write the list anew and rename it into place; only then do the acknowledgements count."""
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            columns = sorted({name for _, fields in self.entries() for name in fields})
            write = self._parquet if self.format == "parquet" else self._csv
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.close(handle)
            write(draft, columns)
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(draft, self.path)
        except OSError as problem:
            raise Closed(
                f"The file of '{self.rule.destination}' cannot be written ({problem.strerror}): "
                "free some disk space, or correct the rights of its folder."
            ) from None
        finally:
            draft.unlink(missing_ok=True)

    def _csv(self, draft: Path, columns: list[str]) -> None:
        for_people = self.format == "csv_people"
        with draft.open("w", encoding="utf-8-sig" if for_people else "utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(["row_key", *columns])
            for key, fields in self.entries():
                cells = [key, *(_cell(fields.get(name)) for name in columns)]
                writer.writerow([harmless(cell) for cell in cells] if for_people else cells)

    def _parquet(self, draft: Path, columns: list[str]) -> None:
        import pyarrow
        import pyarrow.parquet

        types = self._types(columns)
        schema = pyarrow.schema([("row_key", pyarrow.string()), *((name, types[name]) for name in columns)])
        with pyarrow.parquet.ParquetWriter(draft, schema, compression="zstd") as writer:
            for rows in self._some_rows():
                table = [{"row_key": key, **fields} for key, fields in rows]
                writer.write_table(pyarrow.Table.from_pylist(_fitting(table, schema), schema=schema))

    def _types(self, columns: list[str]) -> dict:
        """A type per column: of its values where they agree, text where they do not."""
        import pyarrow

        seen: dict[str, set[type]] = {name: set() for name in columns}
        for _, fields in self.entries():
            for name, value in fields.items():
                if value is not None:
                    seen[name].add(type(value))
        chosen = {}
        for name, kinds in seen.items():
            if name in LISTS:
                chosen[name] = pyarrow.list_(pyarrow.string())
            elif kinds == {bool}:
                chosen[name] = pyarrow.bool_()
            elif kinds == {int}:
                chosen[name] = pyarrow.int64()
            elif kinds and kinds <= {int, float}:
                chosen[name] = pyarrow.float64()
            else:
                chosen[name] = pyarrow.string()
        return chosen

    def _some_rows(self) -> Iterator[list[tuple[str, dict]]]:
        rows = []
        for entry in self.entries():
            rows.append(entry)
            if len(rows) == ROWS_AT_ONCE:
                yield rows
                rows = []
        if rows:
            yield rows


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: OWASP's rule, an apostrophe before it."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, list) else str(value)


def _fitting(rows: list[dict], schema) -> list[dict]:
    """Rows whose values fit the schema: texts where it says text."""
    import pyarrow

    texts = {name for name in schema.names if schema.field(name).type == pyarrow.string()}
    return [
        {
            name: value if value is None or name not in texts or isinstance(value, str) else json.dumps(value)
            for name, value in row.items()
        }
        for row in rows
    ]
