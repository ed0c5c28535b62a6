"""Publish a build for its readers: all of its public tables at once, and no build ever waits for a reader (O4).

DuckDB: a read-only copy beside the warehouse, put in place by one rename; who has the older copy open keeps it.
PostgreSQL: the schemas bi_<layer>, brought up to date by one transaction that inserts and deletes rows and takes no
lock a reader would feel. Schemas and tables with personal data (raw, staging, vault, sync_) are in neither.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg2

from orchestration.lib.errors import TekilError
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import column_list, connect_postgres

PUBLISHED_SCHEMAS = ("identity", "profiles", "segments", "activation", "measurement", "rules", "ops")
PRIVATE_PREFIXES = ("int_", "sync_")
# what the product's own programs write is named one by one, so that a new table is private until somebody says otherwise
PUBLISHED_OPS = (
    "gate",
    "gate_decisions",
    "gate_profiles",
    "identity_overrides",
    "linked_records",
    "linking_frequencies",
    "linking_runs",
    "load_files",
    "load_runs",
    "outbox_runs",
    "probable_links",
    "row_counts",
)
READER_PREFIX = "bi_"
LOCK_WAIT_SECONDS = 2
LOCK_ATTEMPTS = 5


@dataclass(frozen=True)
class Publication:
    """What readers got: where it stands, how many tables it has, and in how many of them rows changed."""

    where: str
    tables: int
    changed: int


def published_path(settings: Settings) -> Path:
    """Where BI reads: beside the warehouse, `tekil.duckdb` -> `tekil.published.duckdb`."""
    path = settings.duckdb_path
    return path.with_name(f"{path.stem}.published{path.suffix or '.duckdb'}")


def publish(settings: Settings) -> Publication:
    """Give the readers the public tables as they stand. The caller holds the build lock.

    Raises TekilError, one sentence, when it cannot be done; the readers then keep what they had.
    """
    return _publish_postgres(settings) if settings.target == "postgres" else _publish_duckdb(settings)


def is_public(schema: str, name: str) -> bool:
    """Whether people who read the warehouse may read this table."""
    if schema not in PUBLISHED_SCHEMAS or name.startswith(PRIVATE_PREFIXES):
        return False
    return schema != "ops" or name in PUBLISHED_OPS


# ---------- DuckDB: one file replaces another


def _publish_duckdb(settings: Settings) -> Publication:
    """Views become tables, so that the copy needs nothing outside itself."""
    final = published_path(settings)
    draft = final.with_name(f".{final.name}.{os.getpid()}")
    # the build lock is ours, so whatever draft stands there is a dead build's
    for leftover in final.parent.glob(f".{final.name}.*"):
        _remove(leftover)
    try:
        connection = duckdb.connect(
            config={
                "memory_limit": settings.memory_limit,
                "threads": settings.threads,
                "temp_directory": f"{draft}.spill",
            }
        )
        try:
            tables = _copy(connection, settings.duckdb_path, draft)
        finally:
            connection.close()
        os.chmod(draft, 0o644)
        _flush(draft)
        # a reader that opened the older copy for writing may have left its journal, which is none of the new copy's
        Path(f"{final}.wal").unlink(missing_ok=True)
        os.replace(draft, final)
        _flush(final.parent)
    except (duckdb.Error, OSError) as problem:
        raise TekilError(
            f"The copy for readers, {final}, could not be written ({type(problem).__name__}): "
            "free some disk space or allow writing to the folder; the older copy still stands."
        ) from problem
    finally:
        _remove(draft)
        _remove(Path(f"{draft}.spill"))
    return Publication(str(final), tables, tables)


def _copy(connection: duckdb.DuckDBPyConnection, source: Path, draft: Path) -> int:
    # views name the catalogue they were made in, which DuckDB calls after the file
    built = source.stem
    connection.execute(f"attach '{_quoted(source)}' as \"{built}\" (read_only)")
    connection.execute(f"attach '{_quoted(draft)}' as tekil_published_copy")
    relations = [
        relation
        for relation in connection.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = ? order by 1, 2",
            [built],
        ).fetchall()
        if is_public(*relation)
    ]
    for schema in sorted({schema for schema, _ in relations}):
        connection.execute(f'create schema tekil_published_copy."{schema}"')
    for schema, name in relations:
        connection.execute(
            f'create table tekil_published_copy."{schema}"."{name}" as from "{built}"."{schema}"."{name}"'
        )
    connection.execute("detach tekil_published_copy")
    return len(relations)


def _flush(path: Path) -> None:
    """Wait until the disk has it, so that a power cut after the rename leaves a whole copy."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    for leftover in (path, Path(f"{path}.wal")):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


# ---------- PostgreSQL: one transaction changes the rows of all reader tables


def _publish_postgres(settings: Settings) -> Publication:
    """Rows are inserted and deleted, tables never replaced: a reader sees all of the old version or all of the new one.

    What a table swap would do to a transaction that is being read (an empty table, an error, a wait) cannot happen, and views,
    rights and rows that did not change stay. A lock is needed only where columns changed; then it is tried for a moment, again.
    """
    for attempt in range(LOCK_ATTEMPTS):
        connection = connect_postgres(settings)
        try:
            with connection.cursor() as cursor:
                return _Publisher(cursor, settings.pg_reader).publish(settings.pg_dbname)
        except psycopg2.errors.LockNotAvailable:
            time.sleep(0.2 * (attempt + 1))
        except psycopg2.Error as problem:
            raise TekilError(
                f"The tables for readers in {settings.pg_dbname} could not be written ({type(problem).__name__}): "
                "see PostgreSQL's log for the reason; readers keep the older version."
            ) from problem
        finally:
            with contextlib.suppress(psycopg2.Error):
                connection.close()
    raise TekilError(
        f"The columns of a table changed, and a reader kept a table of {READER_PREFIX}* in {settings.pg_dbname} in use for "
        f"{LOCK_ATTEMPTS * LOCK_WAIT_SECONDS} seconds: end its transaction, then run this again; readers keep the older version."
    )


Columns = dict[str, str]


@dataclass
class _Publisher:
    """One publication, over one connection."""

    cursor: "psycopg2.extensions.cursor"
    reader: str

    def publish(self, database: str) -> Publication:
        built = {relation: columns for relation, columns in self._columns("").items() if is_public(*relation)}
        shown = self._columns(READER_PREFIX)
        self.cursor.execute("select set_config('lock_timeout', %s, false)", [f"{LOCK_WAIT_SECONDS}s"])
        for relation in built.keys() & shown.keys():
            self._add_columns(relation, built[relation], shown[relation])
        changed = 0
        self.cursor.execute("begin")
        try:
            for schema in sorted({schema for schema, _ in built}):
                self._execute(f'create schema if not exists "{READER_PREFIX}{schema}"')
            for relation, columns in sorted(built.items()):
                changed += self._bring_up_to_date(relation, columns, shown.get(relation))
            for relation in sorted(shown.keys() - built.keys()):
                self._execute(f"delete from {_name(relation, READER_PREFIX)}")
            self._grant()
            self.cursor.execute("commit")
        except BaseException:
            with contextlib.suppress(psycopg2.Error):
                self.cursor.execute("rollback")
            raise
        for relation in sorted(shown.keys() - built.keys()):
            # somebody's view may stand on it; it is empty then
            with contextlib.suppress(
                psycopg2.errors.DependentObjectsStillExist, psycopg2.errors.LockNotAvailable
            ):
                self._execute(f"drop table {_name(relation, READER_PREFIX)}")
        return Publication(f"{READER_PREFIX}* of {database}", len(built), changed)

    def _columns(self, prefix: str) -> dict[tuple[str, str], Columns]:
        """Columns and their types, in order, of every table of the schemas with this prefix, by layer and name."""
        self.cursor.execute(
            "select nspname, relname, attname, format_type(atttypid, atttypmod)"
            " from pg_attribute join pg_class on pg_class.oid = attrelid"
            " join pg_namespace on pg_namespace.oid = relnamespace"
            " where nspname = any(%s) and relkind in ('r', 'v', 'm') and attnum > 0 and not attisdropped"
            " order by nspname, relname, attnum",
            [[f"{prefix}{schema}" for schema in PUBLISHED_SCHEMAS]],
        )
        found: dict[tuple[str, str], Columns] = {}
        for schema, name, column, kind in self.cursor.fetchall():
            found.setdefault((schema.removeprefix(prefix), name), {})[column] = kind
        return found

    def _add_columns(self, relation: tuple[str, str], wanted: Columns, there: Columns) -> None:
        """New columns come first and empty, in a moment of their own; one that is gone stays, and is emptied."""
        for column, kind in wanted.items():
            if column not in there:
                self._execute(f'alter table {_name(relation, READER_PREFIX)} add column "{column}" {kind}')

    def _bring_up_to_date(self, relation: tuple[str, str], columns: Columns, there: Columns | None) -> bool:
        """Delete the rows that are gone, insert those that are new; true when there were any."""
        source, target = _name(relation, ""), _name(relation, READER_PREFIX)
        if there and any(there.get(column, kind) != kind for column, kind in columns.items()):
            self._execute(f"drop table {target}")
            there = None
        if there is None:
            self._execute(f"create table {target} as select * from {source}")
            self._execute(f"analyze {target}")
            return True
        changed = 0
        for column in there.keys() - columns.keys():
            changed += self._execute(f'update {target} set "{column}" = null where "{column}" is not null')
        self._execute(f"create temporary table next_rows on commit drop as select * from {source}")
        names = column_list(list(columns))
        row = f"row({names})::text"
        # as often on one side as on the other, or it differs
        self._execute(
            "create temporary table difference on commit drop as select content from ("
            f"select {row} as content, 1 as side from next_rows union all select {row}, -1 from {target}"
            ") as sides group by content having sum(side) <> 0"
        )
        different = f"where {row} in (select content from difference)"
        changed += self._execute(f"delete from {target} {different}")
        changed += self._execute(f"insert into {target} ({names}) select {names} from next_rows {different}")
        self._execute("drop table next_rows, difference")
        if changed:
            self._execute(f"analyze {target}")
        return changed > 0

    def _grant(self) -> None:
        """The role of the readers, where there is one, may read all of it, and nothing else by this."""
        self.cursor.execute("select 1 from pg_roles where rolname = %s", [self.reader])
        if not self.cursor.fetchone():
            return
        role = '"' + self.reader.replace('"', '""') + '"'
        self.cursor.execute(
            "select nspname from pg_namespace where nspname = any(%s) and not has_schema_privilege(%s, oid, 'usage')",
            [self._schemas(), self.reader],
        )
        for (schema,) in self.cursor.fetchall():
            self._execute(f'grant usage on schema "{schema}" to {role}')
        self.cursor.execute(
            "select nspname, relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace"
            " where nspname = any(%s) and relkind = 'r' and not has_table_privilege(%s, pg_class.oid, 'select')",
            [self._schemas(), self.reader],
        )
        for schema, name in self.cursor.fetchall():
            self._execute(f'grant select on "{schema}"."{name}" to {role}')

    def _schemas(self) -> Sequence[str]:
        return [f"{READER_PREFIX}{schema}" for schema in PUBLISHED_SCHEMAS]

    def _execute(self, statement: str) -> int:
        """Run one statement; how many rows it touched."""
        self.cursor.execute(statement)
        return self.cursor.rowcount


def _name(relation: tuple[str, str], prefix: str) -> str:
    schema, name = relation
    return f'"{prefix}{schema}"."{name}"'
