"""Publish a build: a read-only copy of the tables people may read, put in place by one rename.

Readers of the old copy keep it until they open the file again; a build never waits for a reader (O4).
The schemas that hold personal data (raw, staging, vault) are not in the copy.
"""

import contextlib
import os
import shutil
from pathlib import Path

import duckdb

from orchestration.lib.errors import TekilError
from orchestration.lib.settings import Settings

PUBLISHED_SCHEMAS = ("identity", "profiles", "segments", "rules", "ops")


def published_path(settings: Settings) -> Path:
    """Where BI reads: beside the warehouse, `tekil.duckdb` -> `tekil.published.duckdb`."""
    path = settings.duckdb_path
    return path.with_name(f"{path.stem}.published{path.suffix or '.duckdb'}")


def publish(settings: Settings) -> Path | None:
    """Copy the public schemas into a new file and rename it over the published one; None on PostgreSQL.

    Views become tables, so that the copy needs nothing outside itself. Raises TekilError when the disk is full.
    """
    if settings.target != "duckdb":
        return None
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
            _copy(connection, settings.duckdb_path, draft)
        finally:
            connection.close()
        os.chmod(draft, 0o644)
        os.replace(draft, final)
    except (duckdb.Error, OSError) as problem:
        raise TekilError(
            f"The copy for readers, {final}, could not be written ({type(problem).__name__}): "
            "free some disk space or allow writing to the folder; the older copy still stands."
        ) from problem
    finally:
        _remove(draft)
    return final


def _copy(connection: duckdb.DuckDBPyConnection, source: Path, draft: Path) -> None:
    # views name the catalogue they were made in, which DuckDB calls after the file
    built = source.stem
    connection.execute(f"attach '{_quoted(source)}' as \"{built}\" (read_only)")
    connection.execute(f"attach '{_quoted(draft)}' as tekil_published_copy")
    relations = connection.execute(
        "select table_schema, table_name from information_schema.tables where table_catalog = ? "
        f"and table_schema in ({', '.join(repr(schema) for schema in PUBLISHED_SCHEMAS)}) "
        "and not starts_with(table_name, 'int_') order by 1, 2",
        [built],
    ).fetchall()
    for schema in sorted({schema for schema, _ in relations}):
        connection.execute(f'create schema tekil_published_copy."{schema}"')
    for schema, name in relations:
        connection.execute(
            f'create table tekil_published_copy."{schema}"."{name}" as from "{built}"."{schema}"."{name}"'
        )
    connection.execute("detach tekil_published_copy")


def _remove(path: Path) -> None:
    for leftover in (path, Path(f"{path}.wal")):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
