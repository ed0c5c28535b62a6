"""One thin face for the two engines: run SQL, hold a transaction, carry rows over from the DuckDB scratch."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg2

from orchestration.lib.errors import TekilError, WarehouseBusy
from orchestration.lib.landing import LandingTable
from orchestration.lib.settings import Settings

SERVICE_TABLES = {
    "raw.quarantine": {
        "source": "varchar",
        "table_name": "varchar",
        "_file": "varchar",
        "_row": "bigint",
        "raw_text": "varchar",
        "reason": "varchar",
        "_loaded_at": "timestamp",
        "_load_id": "bigint",
    },
    "raw.rejected_files": {
        "path": "varchar",
        "sha256": "varchar",
        "bytes": "bigint",
        "reason": "varchar",
        "_loaded_at": "timestamp",
        "_load_id": "bigint",
    },
    "raw.identifier_salt": {"salt": "varchar"},
    "raw.moved_origins": {
        "source": "varchar",
        "table_name": "varchar",
        "origin": "varchar",
        "_load_id": "bigint",
    },
    "ops.identity_overrides": {
        "action": "varchar",
        "identifier_key": "varchar",
        "other_identifier_key": "varchar",
        "decided_at": "timestamp",
        "decided_by": "varchar",
        "reason": "varchar",
    },
    "ops.load_runs": {
        "load_id": "bigint",
        "started_at": "timestamp",
        "finished_at": "timestamp",
        "status": "varchar",
        "landing": "varchar",
        "files_seen": "bigint",
        "files_loaded": "bigint",
        "files_rejected": "bigint",
        "files_stopped": "bigint",
        "files_held": "bigint",
        "rows_read": "bigint",
        "rows_loaded": "bigint",
        "rows_replaced": "bigint",
        "rows_quarantined": "bigint",
    },
    "ops.load_files": {
        "load_id": "bigint",
        "source": "varchar",
        "table_name": "varchar",
        "path": "varchar",
        "sha256": "varchar",
        "bytes": "bigint",
        "status": "varchar",
        "reason": "varchar",
        "rows_read": "bigint",
        "rows_loaded": "bigint",
        "rows_replaced": "bigint",
        "rows_quarantined": "bigint",
        "loaded_at": "timestamp",
    },
    "ops.row_counts": {
        "source": "varchar",
        "table_name": "varchar",
        "rows_read": "bigint",
        "rows_loaded": "bigint",
        "rows_replaced": "bigint",
        "rows_quarantined": "bigint",
        "rows_in_raw": "bigint",
    },
    "ops.gate": {
        "load_id": "bigint",
        "source": "varchar",
        "table_name": "varchar",
        "expectation": "varchar",
        "column_name": "varchar",
        "severity": "varchar",
        "outcome": "varchar",
        "is_blocking": "boolean",
        "rows_seen": "bigint",
        "rows_failing": "bigint",
        "rows_quarantined": "bigint",
        "observed": "varchar",
        "reason": "varchar",
        "checked_at": "timestamp",
    },
    "ops.gate_profiles": {
        "load_id": "bigint",
        "source": "varchar",
        "table_name": "varchar",
        "column_name": "varchar",
        "value": "varchar",
        "rows_with_value": "bigint",
        "rows_of_batch": "bigint",
    },
    "ops.gate_decisions": {
        "load_id": "bigint",
        "source": "varchar",
        "table_name": "varchar",
        "action": "varchar",
        "decided_at": "timestamp",
        "decided_by": "varchar",
        "reason": "varchar",
    },
    "ops.probable_links": {
        "left_source": "varchar",
        "left_table_name": "varchar",
        "left_record_id": "varchar",
        "right_source": "varchar",
        "right_table_name": "varchar",
        "right_record_id": "varchar",
        "match_probability": "decimal(7, 6)",
        "probability_low": "decimal(7, 6)",
        "probability_high": "decimal(7, 6)",
        "match_weight": "decimal(12, 4)",
        "pattern": "varchar",
        "model_version": "varchar",
        "left_content_hash": "varchar",
        "right_content_hash": "varchar",
        "is_contested": "boolean",
        "linked_at": "timestamp",
    },
    "ops.linking_runs": {
        "run_id": "bigint",
        "started_at": "timestamp",
        "finished_at": "timestamp",
        "status": "varchar",
        "reason": "varchar",
        "records": "bigint",
        "changed_records": "bigint",
        "pairs_compared": "bigint",
        "links": "bigint",
        "model_version": "varchar",
        "trained_on_records": "bigint",
        "load_id": "bigint",
        "rules": "varchar",
        "population": "varchar",
    },
    "ops.linked_records": {
        "source": "varchar",
        "table_name": "varchar",
        "record_id": "varchar",
        "content_hash": "varchar",
        "compared_hash": "varchar",
    },
    "ops.linking_frequencies": {
        "model_version": "varchar",
        "column_name": "varchar",
        "value_key": "varchar",
        "frequency": "decimal(18, 9)",
    },
    # what a destination knows a row by, kept until it has confirmed the deletion (M4)
    "raw.outbox_addresses": {"destination": "varchar", "row_key": "varchar", "address": "varchar"},
    "ops.outbox_state": {
        "destination": "varchar",
        "row_key": "varchar",
        "customer_id": "varchar",
        "payload_hash": "varchar",
        "claimed": "varchar",
        "version": "bigint",
        "is_deleted": "boolean",
        "acknowledged_at": "timestamp",
    },
    "ops.outbox_commands": {
        "destination": "varchar",
        "row_key": "varchar",
        "customer_id": "varchar",
        "operation": "varchar",
        "cause": "varchar",
        "payload_hash": "varchar",
        "attempts": "bigint",
        "reason": "varchar",
        "planned_at": "timestamp",
        "run_id": "varchar",
    },
    "ops.outbox_receipts": {
        "destination": "varchar",
        "row_key": "varchar",
        "customer_id": "varchar",
        "operation": "varchar",
        "cause": "varchar",
        "payload_hash": "varchar",
        "idempotency_key": "varchar",
        "receipt": "varchar",
        "acknowledged_at": "timestamp",
        "run_id": "varchar",
    },
    "ops.outbox_dead_letters": {
        "destination": "varchar",
        "row_key": "varchar",
        "customer_id": "varchar",
        "operation": "varchar",
        "cause": "varchar",
        "payload_hash": "varchar",
        "attempts": "bigint",
        "reason": "varchar",
        "died_at": "timestamp",
        "run_id": "varchar",
    },
    "ops.outbox_runs": {
        "run_id": "varchar",
        "destination": "varchar",
        "started_at": "timestamp",
        "finished_at": "timestamp",
        "status": "varchar",
        "reason": "varchar",
        "inserted": "bigint",
        "updated": "bigint",
        "deleted": "bigint",
        "unchanged": "bigint",
        "refused": "bigint",
        "retried": "bigint",
        "dead": "bigint",
    },
}


def column_list(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class Warehouse:
    """What the loader needs of an engine. `scratch` is the DuckDB connection that reads and checks files."""

    scratch: duckdb.DuckDBPyConnection
    scratch_folder: Path

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        raise NotImplementedError

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple]:
        raise NotImplementedError

    def transaction(self) -> contextlib.AbstractContextManager[None]:
        raise NotImplementedError

    def copy_in(self, table: str, columns: Sequence[str], select: str) -> None:
        """Append the rows of a scratch query to a warehouse table."""
        raise NotImplementedError

    def copy_out(self, select: str, path: Path) -> None:
        """Write the rows of a warehouse query to a .csv file without a header."""
        raise NotImplementedError

    def forget_known(self, scratch_table: str, column: str, table: str, key: str) -> None:
        """Delete from a scratch table the values of a column that a warehouse table has as its key."""
        raise NotImplementedError

    def temporary_table(self, name: str, columns: dict[str, str]) -> None:
        definitions = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self.execute(f"drop table if exists {name}")
        self.execute(f"create temporary table {name} ({definitions})")

    def by_code_point(self, text: str) -> str:
        """A text expression that compares by code point."""
        return text

    def columns_of(self, table: str) -> list[str]:
        """The names of a table's or view's columns, in order."""
        raise NotImplementedError

    def sha256(self, text: str) -> str:
        """The SHA-256 of a text expression, in hexadecimal digits."""
        return f"sha256({text})"

    def look_up_by(self, table: str, columns: Sequence[str]) -> None:
        """An index on these columns, for engines that look rows up by one."""

    def after_copy(self, table: str) -> None:
        """Whatever the engine wants before it joins a table just copied in."""

    def after_load(self, table: LandingTable, row_count: int) -> None:
        """Whatever the engine wants after new rows."""

    def existing_columns(self, schemas: Sequence[str] = ("raw", "ops")) -> dict[str, list[str]]:
        """The columns of every table in these schemas, by `schema.table`."""
        named = ", ".join(f"'{schema}'" for schema in schemas)
        rows = self.fetch(
            "select table_schema || '.' || table_name, column_name from information_schema.columns"
            f" where table_schema in ({named}) and table_catalog = current_database()"
        )
        existing: dict[str, list[str]] = {}
        for table, column in rows:
            existing.setdefault(table, []).append(column)
        return existing

    def ensure_table(self, table: str, columns: dict[str, str], existing: list[str]) -> bool:
        """Make the table, or add the columns it does not have yet; true when it was not there."""
        if not existing:
            definitions = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            self.execute(f"create table if not exists {table} ({definitions})")
            return True
        for column, kind in columns.items():
            if column not in existing:
                self.execute(f'alter table {table} add column "{column}" {kind}')
        return False

    def ensure_tables(self, contract: dict[tuple[str, str], LandingTable]) -> None:
        """Make the schemas raw and ops and all their tables, empty where nothing landed."""
        with self.transaction():
            for schema in ("raw", "ops"):
                self.execute(f"create schema if not exists {schema}")
            existing = self.existing_columns()
            for name, columns in SERVICE_TABLES.items():
                self.ensure_table(name, columns, existing.get(name, []))
            for table in contract.values():
                name = f"raw.{table.raw_name}"
                if self.ensure_table(name, table.raw_columns, existing.get(name, [])):
                    self.ensure_key_index(table)

    def ensure_key_index(self, table: LandingTable) -> None:
        """An index on the key, for engines that look rows up by one."""

    def check_salt(self, salt: str) -> None:
        """Keep the salt with the warehouse; TekilError when it was built with another one."""
        kept = [row[0] for row in self.fetch("select salt from raw.identifier_salt")]
        if not kept:
            with self.transaction():
                self.execute("insert into raw.identifier_salt (salt) values (?)", [salt])
        elif kept != [salt]:
            raise TekilError(
                "TEKIL_PII_SALT (or the file pii_salt) is not the one this warehouse was built with, "
                "so every identifier key would change: put the old salt back, or start a new warehouse."
            )

    def close(self) -> None:
        shutil.rmtree(self.scratch_folder, ignore_errors=True)


class DuckDBWarehouse(Warehouse):
    """The warehouse is a DuckDB file; scratch tables are temporary tables of the same connection."""

    def __init__(self, settings: Settings):
        path = settings.duckdb_path
        with writing_to(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            self.scratch_folder = make_scratch_folder(path.parent)
        try:
            if not path.exists():
                self._create(path, settings)
            self.scratch = connect_duckdb(str(path), settings, self.scratch_folder)
        except BaseException:
            self.close()
            raise

    def _create(self, path: Path, settings: Settings) -> None:
        """Make an empty file that takes its name whole: half of one would be no DuckDB file for ever."""
        draft = self.scratch_folder / path.name
        try:
            connect_duckdb(str(draft), settings, self.scratch_folder).close()
            # it holds raw data and the salt: its owner's alone, like the salt file
            os.chmod(draft, 0o600)
            os.replace(draft, path)
        except (TekilError, duckdb.Error, OSError) as problem:
            raise TekilError(duckdb_sentence(str(path), str(problem))) from None

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self.scratch.execute(with_literals(sql, parameters))

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple]:
        return self.scratch.execute(with_literals(sql, parameters)).fetchall()

    def columns_of(self, table: str) -> list[str]:
        result = self.scratch.execute(f"select * from {table} limit 0")
        names = [column[0] for column in result.description]
        result.fetchall()
        return names

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        self.scratch.execute("begin transaction")
        try:
            yield
            self.scratch.execute("commit")
        except BaseException:
            with contextlib.suppress(duckdb.Error):
                self.scratch.execute("rollback")
            raise

    def copy_in(self, table: str, columns: Sequence[str], select: str) -> None:
        self.scratch.execute(f"insert into {table} ({column_list(columns)}) {select}")

    def copy_out(self, select: str, path: Path) -> None:
        self.scratch.execute(f"copy ({select}) to '{path}' (format csv, header false)")

    def forget_known(self, scratch_table: str, column: str, table: str, key: str) -> None:
        self.scratch.execute(f'delete from {scratch_table} where "{column}" in (select "{key}" from {table})')

    def close(self) -> None:
        if hasattr(self, "scratch"):
            self.scratch.close()
        super().close()


class PostgresWarehouse(Warehouse):
    """The warehouse is a PostgreSQL database; an in-memory DuckDB reads and checks, rows travel by COPY."""

    def __init__(self, settings: Settings):
        self.connection = connect_postgres(settings)
        self.scratch_folder = make_scratch_folder(None)
        self.scratch = connect_duckdb(":memory:", settings, self.scratch_folder)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(_for_psycopg(sql, parameters), list(parameters) or None)

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(_for_psycopg(sql, parameters), list(parameters) or None)
            return cursor.fetchall()

    def columns_of(self, table: str) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(f"select * from {table} limit 0")
            return [column[0] for column in cursor.description]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        self.execute("begin")
        try:
            yield
            self.execute("commit")
        except BaseException:
            with contextlib.suppress(psycopg2.Error):
                self.execute("rollback")
            raise

    def copy_in(self, table: str, columns: Sequence[str], select: str) -> None:
        path = self.scratch_folder / "copy.csv"
        self.scratch.execute(f"copy ({select}) to '{path}' (format csv, header false)")
        with self.connection.cursor() as cursor, path.open("rb") as file:
            cursor.copy_expert(f"copy {table} ({column_list(columns)}) from stdin (format csv)", file)
        path.unlink()

    def copy_out(self, select: str, path: Path) -> None:
        with self.connection.cursor() as cursor, path.open("wb") as file:
            cursor.copy_expert(f"copy ({select}) to stdout (format csv)", file)

    def forget_known(self, scratch_table: str, column: str, table: str, key: str) -> None:
        self.temporary_table("asked_keys", {column: "varchar"})
        self.copy_in("asked_keys", [column], f'select "{column}" from {scratch_table}')
        self.after_copy("asked_keys")
        path = self.scratch_folder / "known.csv"
        known = f'select "{column}" from asked_keys where exists (select 1 from {table} where "{key}" = "{column}")'
        self.copy_out(known, path)
        if path.stat().st_size:
            read = f"read_csv('{path}', columns={{'k': 'VARCHAR'}}, header=false, auto_detect=false, delim=',', quote='\"')"
            self.scratch.execute(f'delete from {scratch_table} where "{column}" in (select k from {read})')
        path.unlink()
        self.execute("drop table asked_keys")

    def by_code_point(self, text: str) -> str:
        return f'{text} collate "C"'

    def sha256(self, text: str) -> str:
        return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"

    def look_up_by(self, table: str, columns: Sequence[str]) -> None:
        name = f"{table.partition('.')[2]}_key"
        self.execute(f'create index if not exists "{name}" on {table} ({column_list(columns)})')

    def ensure_key_index(self, table: LandingTable) -> None:
        keys = column_list([column.name for column in table.keys])
        name = f"{table.raw_name}_key"
        self.execute(f'create index if not exists "{name}" on raw.{table.raw_name} ({keys})')

    def after_copy(self, table: str) -> None:
        self.execute(f"analyze {table}")

    def after_load(self, table: LandingTable, row_count: int) -> None:
        if row_count >= 1000:
            self.execute(f"analyze raw.{table.raw_name}")

    def close(self) -> None:
        self.connection.close()
        if hasattr(self, "scratch"):
            self.scratch.close()
        super().close()


def with_literals(sql: str, parameters: Sequence[Any]) -> str:
    """The statement with its `?` filled in; DuckDB's own binding imports pandas, which takes seconds."""
    texts = iter([sql_value(parameter) for parameter in parameters])
    return re.sub(r"\?", lambda _: next(texts), sql) if parameters else sql


def sql_value(value: str | int | datetime | None) -> str:
    """A Python value as a SQL literal."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"timestamp '{value:%Y-%m-%d %H:%M:%S.%f}'"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def open_warehouse(settings: Settings) -> Warehouse:
    """Open the warehouse TEKIL_TARGET names. Raises TekilError when it cannot be reached."""
    return PostgresWarehouse(settings) if settings.target == "postgres" else DuckDBWarehouse(settings)


def _for_psycopg(sql: str, parameters: Sequence[Any]) -> str:
    return sql.replace("%", "%%").replace("?", "%s") if parameters else sql


@contextlib.contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise TekilError(
            f"The folder {folder} cannot be written ({problem.strerror}): "
            "set TEKIL_DUCKDB_PATH to a folder you may write."
        ) from None


def make_scratch_folder(beside: Path | None) -> Path:
    """A new private folder for scratch files: beside the warehouse, or in the system's place for such.

    Its name holds our process id; folders of processes that have died are cleared away.
    """
    parent = beside or Path(tempfile.gettempdir())
    for folder in parent.glob(".tekil-scratch-*-*"):
        pid = folder.name.split("-")[2]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f".tekil-scratch-{os.getpid()}-", dir=parent))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def connect_duckdb(path: str, settings: Settings, scratch_folder: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection within the machine's bounds. Raises TekilError in one sentence."""
    config = {
        "memory_limit": settings.memory_limit,
        "threads": settings.threads,
        "temp_directory": str(scratch_folder / "spill"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    try:
        connection = duckdb.connect(path, config=config)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
    except duckdb.Error as problem:
        raise duckdb_refusal(path, problem) from None
    return connection


def duckdb_refusal(path: str, problem: duckdb.Error) -> TekilError:
    """The error to raise for a DuckDB file that cannot be opened; WarehouseBusy when another process has it."""
    is_busy = "Could not set lock" in str(problem) or "Conflicting lock" in str(problem)
    return (WarehouseBusy if is_busy else TekilError)(duckdb_sentence(path, str(problem)))


def duckdb_sentence(path: str, problem: str) -> str:
    """Why the DuckDB file cannot be opened, as one sentence for the user."""
    if "Could not set lock" in problem or "Conflicting lock" in problem:
        holder = re.search(r"Conflicting lock is held in (.+?) \(PID (\d+)\)", problem)
        who = f"the process {holder[2]} ({holder[1]})" if holder else "another process"
        return f"The warehouse {path} is open in {who}: close it there, then run this again."
    if "not a valid DuckDB" in problem or "exists, but it is not" in problem:
        return f"{path} is not a DuckDB file: set TEKIL_DUCKDB_PATH to another file."
    if "Permission denied" in problem or "Read-only" in problem:
        return f"The warehouse {path} may not be written: set TEKIL_DUCKDB_PATH to a file you may write."
    if "No space left" in problem:
        return f"The warehouse {path} cannot be written because the disk is full: free some space, then run this again."
    return f"The warehouse {path} cannot be opened: {problem.splitlines()[0].rstrip('.')}."


def connect_postgres(settings: Settings) -> Any:
    """A PostgreSQL connection in autocommit. Raises TekilError that names the server, never the password."""
    try:
        connection = psycopg2.connect(
            host=settings.pg_host,
            port=settings.pg_port,
            user=settings.pg_user,
            password=settings.pg_password or None,
            dbname=settings.pg_dbname,
            connect_timeout=10,
            application_name="tekil",
            options="-c timezone=UTC -c client_min_messages=warning",
        )
    except psycopg2.Error as problem:
        reason = str(problem).strip().splitlines()[-1].strip() if str(problem).strip() else "no answer"
        raise TekilError(
            f"PostgreSQL at {settings.pg_host}:{settings.pg_port}, database {settings.pg_dbname}, cannot"
            f" be reached "
            f"as {settings.pg_user}: {reason} (check the TEKIL_PG_ settings)."
        ) from None
    connection.autocommit = True
    return connection
