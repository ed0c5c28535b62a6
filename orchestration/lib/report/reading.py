"""What the report reads: each file in queries/ is one question to the public tables, the same on both engines."""

import contextlib
import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg2

from orchestration.lib.errors import TekilError
from orchestration.lib.publish import READER_PREFIX, published_path
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import connect_postgres

QUERIES = Path(__file__).parent / "queries"
TABLE = re.compile(r"\b(from|join) (\w+)\.(\w+)")

Rows = list[dict[str, Any]]


def read(settings: Settings) -> dict[str, Rows]:
    """The answers to all queries, by name; rows in an order that is the same on both engines.

    Reads the published copy on DuckDB, the public schemas on PostgreSQL. Raises TekilError when there is none.
    """
    with _cursor(settings) as cursor:
        cursor.execute("select table_schema, table_name from information_schema.tables")
        existing = {f"{schema}.{name}" for schema, name in cursor.fetchall()}
        return {path.stem: _rows(cursor, _sql(path, existing)) for path in sorted(QUERIES.glob("*.sql"))}


def tables() -> list[str]:
    """The tables that the queries name, as schema.table."""
    return sorted(
        {table for path in QUERIES.glob("*.sql") for table in _tables(path.read_text(encoding="utf-8"))}
    )


def _tables(sql: str) -> set[str]:
    return {f"{schema}.{name}" for _, schema, name in TABLE.findall(sql)}


def _sql(path: Path, existing: set[str]) -> str:
    """The query, in the readers' schemas where there are such."""
    sql = path.read_text(encoding="utf-8")
    if all(READER_PREFIX + table in existing for table in _tables(sql)):
        sql = TABLE.sub(rf"\1 {READER_PREFIX}\2.\3", sql)
    return sql


@contextlib.contextmanager
def _cursor(settings: Settings) -> Iterator[Any]:
    """A cursor over one version of the tables; what the engine says becomes one sentence."""
    is_server = settings.target == "postgres"
    place = f"the database {settings.pg_dbname}" if is_server else str(published_path(settings))
    with contextlib.ExitStack() as closing:
        try:
            connection = connect_postgres(settings) if is_server else _published(settings)
            closing.callback(connection.close)
            if is_server:
                connection.set_session(readonly=True, isolation_level="REPEATABLE READ")
            yield connection.cursor()
        except (
            duckdb.CatalogException,
            duckdb.BinderException,
            psycopg2.errors.InvalidSchemaName,
            psycopg2.errors.UndefinedColumn,
            psycopg2.errors.UndefinedTable,
        ):
            raise TekilError(
                f"The report reads tables that {place} does not hold yet: run make build first."
            ) from None
        except (duckdb.Error, psycopg2.Error) as problem:
            raise TekilError(
                f"The report could not read {place} ({type(problem).__name__}): run make build, then make report again."
            ) from None


def _published(settings: Settings) -> duckdb.DuckDBPyConnection:
    path = published_path(settings)
    if not path.exists():
        raise TekilError(f"There is no published copy at {path}: run make build first.")
    limits = {"memory_limit": settings.memory_limit, "threads": settings.threads}
    return duckdb.connect(str(path), read_only=True, config=limits)


def _rows(cursor: Any, sql: str) -> Rows:
    cursor.execute(sql)
    names = [column[0] for column in cursor.description]
    rows = [tuple(_plain(value) for value in row) for row in cursor.fetchall()]
    # engines order texts by their own collation, Python by code point
    rows.sort(key=lambda row: tuple((value is None, str(type(value)), value) for value in row))
    return [dict(zip(names, row, strict=True)) for row in rows]


def _plain(value: Any) -> Any:
    """Whole numbers as int, other numbers as Decimal, moments as they are: drivers differ in all of these."""
    if isinstance(value, bool) or value is None or isinstance(value, str | datetime.date):
        return value
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else number.normalize()
