"""A table of another PostgreSQL database: upserts and deletions of a batch in one transaction."""

import re
from collections.abc import Sequence

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extras import execute_values

from orchestration.lib.destinations.base import Destination, Secrets
from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.answers import Answer, Closed, Refused, Transient, acknowledged
from orchestration.lib.outbox.ledger import Command
from orchestration.lib.outbox.rules import Rule

KEY = "row_key"
OURS_TO_MEND = (
    errors.InsufficientPrivilege,
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.InvalidSchemaName,
)


class PostgresTable(Destination):
    """DESTINATION_<NAME>_URL is postgresql://user:password@host/database, _TABLE is schema.table; it is made when it is not there."""

    kind = "postgres"
    batch_size = 5_000
    concurrency = 1
    requests_per_second = 0.0

    def __init__(self, rule: Rule, secrets: Secrets):
        super().__init__(rule, secrets)
        table = secrets.need("TABLE")
        if not re.fullmatch(r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*", table):
            raise TekilError(f"{secrets.name('TABLE')} is {table!r}: write schema.table in small letters.")
        self.table = sql.Identifier(*table.split("."))
        self._connection = None
        self._columns: set[str] = set()

    async def open(self) -> None:
        """Connect when the first batch is sent, so that an outage is retried like any other."""
        self.secrets.need("URL")

    async def close(self) -> None:
        """Close the connection."""
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    async def send(self, batch: Sequence[Command]) -> list[Answer]:
        """All rows of the batch, or none."""
        try:
            connection = self._connected()
            with connection, connection.cursor() as cursor:
                if batch[0].is_delete:
                    if self._columns:
                        cursor.execute(
                            sql.SQL("delete from {} where {} = any(%s)").format(
                                self.table, sql.Identifier(KEY)
                            ),
                            [[one.row_key for one in batch]],
                        )
                else:
                    self._upsert(cursor, batch)
            return [acknowledged("committed") for _ in batch]
        except OURS_TO_MEND as problem:
            raise Closed(
                f"{self.rule.destination} does not let us write its table ({type(problem).__name__}): "
                f"correct the rights, or {self.secrets.name('TABLE')}."
            ) from None
        except (psycopg2.DataError, psycopg2.IntegrityError) as problem:
            raise Refused(f"the table refused it ({type(problem).__name__})") from None
        except psycopg2.Error as problem:
            self._drop()
            raise Transient(f"the database did not do it ({type(problem).__name__})") from None

    def _connected(self):
        if self._connection is None:
            self._connection = psycopg2.connect(
                self.secrets.need("URL"),
                connect_timeout=10,
                options="-c statement_timeout=60000 -c client_min_messages=warning",
            )
            self._columns = self._existing()
        return self._connection

    def _existing(self) -> set[str]:
        schema, name = self.table.strings
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(
                "select column_name from information_schema.columns where table_schema = %s and table_name = %s",
                [schema, name],
            )
            return {row[0] for row in cursor.fetchall()}

    def _upsert(self, cursor, batch: Sequence[Command]) -> None:
        columns = sorted({name for one in batch for name in one.fields})
        self._make_columns(cursor, columns)
        # rows whose empty fields are left alone do not all name the same columns
        by_columns: dict[tuple[str, ...], list[Command]] = {}
        for one in batch:
            by_columns.setdefault(tuple(sorted(one.fields)), []).append(one)
        for names, rows in by_columns.items():
            listed = sql.SQL(", ").join(map(sql.Identifier, (KEY, *names)))
            kept = sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names
            )
            action = sql.SQL("update set {}").format(kept) if names else sql.SQL("nothing")
            statement = sql.SQL("insert into {} ({}) values %s on conflict ({}) do {}").format(
                self.table, listed, sql.Identifier(KEY), action
            )
            values = [(one.row_key, *(_text(one.fields[name]) for name in names)) for one in rows]
            execute_values(cursor, statement.as_string(cursor), values, page_size=1000)

    def _make_columns(self, cursor, columns: Sequence[str]) -> None:
        """The table as texts where it is not there, and a column for each field it lacks."""
        if not self._columns:
            cursor.execute(
                sql.SQL("create table if not exists {} ({} text primary key)").format(
                    self.table, sql.Identifier(KEY)
                )
            )
        for name in columns:
            if name not in self._columns:
                cursor.execute(
                    sql.SQL("alter table {} add column if not exists {} text").format(
                        self.table, sql.Identifier(name)
                    )
                )
        self._columns |= {KEY, *columns}


def _text(value: object) -> str | None:
    """A value as text, which PostgreSQL casts to the type of a column that was made by hand only when it is text there too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
