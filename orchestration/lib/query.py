"""Read the warehouse without ever writing to it; `make query SQL="select ..."` prints a small table."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

import duckdb
import psycopg2

from orchestration.lib.errors import TekilError
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import connect_postgres, duckdb_refusal

MOST_ROWS = 50
MOST_CHARACTERS = 40

Fetch = Callable[[str], list[tuple]]


@contextlib.contextmanager
def reader(settings: Settings) -> Iterator[Callable]:
    """A cursor's `execute`-and-return function over the warehouse, read-only; closes with the block."""
    if settings.target == "postgres":
        connection = connect_postgres(settings)
        connection.set_session(readonly=True, autocommit=True)
    else:
        path = str(settings.duckdb_path)
        if not settings.duckdb_path.exists():
            raise TekilError(f"There is no warehouse at {path}: run make build first.")
        try:
            connection = duckdb.connect(path, read_only=True)
        except duckdb.Error as problem:
            raise duckdb_refusal(path, problem) from None
    try:
        yield lambda sql: _executed(connection.cursor(), sql)
    finally:
        connection.close()


def _executed(cursor, sql: str):
    cursor.execute(sql)
    return cursor


@contextlib.contextmanager
def fetching(settings: Settings) -> Iterator[Fetch]:
    """A function from SQL to all its rows."""
    with reader(settings) as execute:
        yield lambda sql: execute(sql).fetchall()


def printed(settings: Settings, sql: str) -> str:
    """The first rows of a query as a text table. Raises TekilError with the engine's own sentence."""
    try:
        with reader(settings) as execute:
            cursor = execute(sql)
            names = [column[0] for column in cursor.description or []]
            rows = cursor.fetchmany(MOST_ROWS + 1)
    except (duckdb.Error, psycopg2.Error) as problem:
        raise TekilError(f"The query was refused: {str(problem).strip()}") from None
    cells = [names, *([_cell(value) for value in row] for row in rows[:MOST_ROWS])]
    widths = [max(len(row[place]) for row in cells) for place in range(len(names))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    if len(rows) > MOST_ROWS:
        lines.append(f"... the first {MOST_ROWS} rows")
    return "\n".join(lines)


def _cell(value) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def main() -> int:
    """Print the query in the environment variable SQL, or in the arguments."""
    sql = os.environ.get("SQL") or " ".join(sys.argv[1:])
    if not sql:
        print('usage: make query SQL="select * from segments.segments"', file=sys.stderr)
        return 2
    try:
        print(printed(Settings.from_environment(), sql))
    except TekilError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
