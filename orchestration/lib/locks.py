"""One build at a time: an exclusive lock that says who holds it."""

import contextlib
import fcntl
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg2

from orchestration.lib.errors import WarehouseBusy
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import connect_postgres, writing_to

ADVISORY_KEY = 0x74656B696C  # "tekil"
HELD = "TEKIL_LOCK_HELD"
PAUSE = 0.2


@contextlib.contextmanager
def build_lock(
    settings: Settings, command: str | None = None, progress: Callable[[str], None] = print
) -> Iterator[None]:
    """Hold the warehouse's build lock; processes started inside (and inner calls) share it.

    Waits up to `settings.lock_timeout` seconds and says once who holds it; then WarehouseBusy names the holder.
    """
    name = lock_name(settings)
    if os.environ.get(HELD) == name:
        yield
        return
    command = command or " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    hold = _postgres_lock if settings.target == "postgres" else _file_lock
    with hold(settings, command, progress):
        os.environ[HELD] = name
        try:
            yield
        finally:
            os.environ.pop(HELD, None)


@contextlib.contextmanager
def delivery_lock(
    settings: Settings, destination: str, progress: Callable[[str], None] = print
) -> Iterator[None]:
    """Let one process at a time deliver to a destination; builds and other destinations go on.

    Waits like build_lock. The warehouse is not held by it: a delivery asks for build_lock between two pages.
    """
    command = f"delivery to {destination}"
    if settings.target == "postgres":
        key = int.from_bytes(hashlib.sha256(destination.encode()).digest()[:7], "big")
        hold = _postgres_lock(settings, command, progress, key)
    else:
        hold = _file_lock(settings, command, progress, f".deliver-{destination}")
    with hold:
        yield


def lock_name(settings: Settings) -> str:
    """What the lock is about: the warehouse, and never its password."""
    if settings.target == "postgres":
        return f"postgres:{settings.pg_host}:{settings.pg_port}/{settings.pg_dbname}"
    return f"duckdb:{settings.duckdb_path}"


@contextlib.contextmanager
def _file_lock(
    settings: Settings, command: str, progress: Callable[[str], None], what: str = ""
) -> Iterator[None]:
    path = settings.duckdb_path.with_name(f"{settings.duckdb_path.name}{what}.lock")
    with writing_to(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    with file:
        _wait(lambda: _try_flock(file), lambda: _file_holder(file), settings, progress)
        _write_holder(file.fileno(), command)
        try:
            yield
        finally:
            os.ftruncate(file.fileno(), 0)


def _try_flock(file) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_holder(handle: int, command: str) -> None:
    """Say who holds the lock. A full disk takes the words away, not the lock."""
    started_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    holder = {"pid": os.getpid(), "command": command, "started_at": started_at}
    os.ftruncate(handle, 0)
    with contextlib.suppress(OSError):
        os.write(handle, json.dumps(holder).encode())


def _file_holder(file) -> str:
    try:
        file.seek(0)
        holder = json.load(file)
        return f"process {holder['pid']} ({holder['command']}, since {holder['started_at']})"
    except (ValueError, KeyError, TypeError):
        return "another process"


@contextlib.contextmanager
def _postgres_lock(
    settings: Settings, command: str, progress: Callable[[str], None], key: int = ADVISORY_KEY
) -> Iterator[None]:
    connection = connect_postgres(settings)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "select set_config('application_name', %s, false)", [f"tekil {os.getpid()} {command}"[:63]]
            )
            _wait(
                lambda: _try_advisory(cursor, key), lambda: _postgres_holder(cursor, key), settings, progress
            )
        yield
    finally:
        with contextlib.suppress(psycopg2.Error):
            connection.close()


def _try_advisory(cursor, key: int = ADVISORY_KEY) -> bool:
    cursor.execute("select pg_try_advisory_lock(%s)", [key])
    return cursor.fetchone()[0]


def _postgres_holder(cursor, key: int = ADVISORY_KEY) -> str:
    cursor.execute(
        "select application_name, backend_start at time zone 'UTC' from pg_locks"
        " join pg_stat_activity on pg_stat_activity.pid = pg_locks.pid"
        " where locktype = 'advisory' and granted and ((classid::bigint << 32) | objid::bigint) = %s"
        " and pg_locks.database = (select oid from pg_database where datname = current_database())",
        [key],
    )
    row = cursor.fetchone()
    if not row:
        return "another session"
    _, pid, *command = [*row[0].split(" ", 2), "?", "?"][:3]
    return f"process {pid} ({' '.join(command)}, since {row[1]:%Y-%m-%dT%H:%M:%SZ})"


def _wait(
    attempt: Callable[[], bool],
    holder: Callable[[], str],
    settings: Settings,
    progress: Callable[[str], None],
) -> None:
    deadline = time.monotonic() + settings.lock_timeout
    was_told = False
    while not attempt():
        if time.monotonic() >= deadline:
            raise WarehouseBusy(
                f"The build lock of {lock_name(settings)} is held by {holder()}: "
                "wait for it to end or stop it, then run this again (TEKIL_LOCK_TIMEOUT says how long to"
                " wait)."
            )
        if not was_told:
            progress(f"waiting for the build lock, held by {holder()}")
            was_told = True
        time.sleep(PAUSE)
