"""Who reads while builds publish sees one version whole, never an error, and nobody waits for anybody (O4, M1)."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import psycopg2
import pytest

from orchestration.lib.errors import TekilError
from orchestration.lib.publish import PUBLISHED_OPS, is_public, publish, published_path
from orchestration.lib.warehouse import SERVICE_TABLES, connect_postgres
from tests.support.project import ROOT

CYCLES = 50 if os.environ.get("TEKIL_FUZZ") else 5
PUBLIC = ("identity.identity_map", "profiles.customers", "segments.seg_vip", "ops.load_runs")
RESTRICTED = (
    "raw.shop__orders",
    "vault.identifiers",
    "identity.int_identity__steps",
    "activation.sync_sms__messages",
    "ops.outbox",
)
ROWS = 3000

# a process of its own that reads until its standard input closes, and then says what it saw
READ = """
import json, select, sys
import {module}
look = {look}
seen, mixed = [], 0
while True:
    found = look()
    mixed += len(set(found)) != 1
    if found[0] not in seen[-1:]:
        seen.append(found[0])
        print("saw", found[0], flush=True)
    if select.select([sys.stdin], [], [], 0)[0]:
        break
print(json.dumps({{"seen": seen, "mixed": mixed}}))
"""

LOOK_DUCKDB = """
import contextlib
def look(path={path!r}, tables={tables!r}):
    with contextlib.closing(duckdb.connect(path, read_only=True)) as connection:
        return [number for table in tables for number in
                connection.execute("select min(build), max(build) from " + table).fetchone()]
"""

# one statement over all tables, and then, within one transaction, statement by statement
LOOK_POSTGRES = """
def look(connection=psycopg2.connect({dsn!r}), tables={tables!r}, turn=[0]):
    turn[0] += 1
    with connection.cursor() as cursor:
        if turn[0] % 2:
            cursor.execute(" union all ".join("select min(build) from " + table + " union all select max(build) from " + table
                                              for table in tables))
            found = [row[0] for row in cursor.fetchall()]
        else:
            cursor.execute("set transaction isolation level repeatable read")
            found = []
            for table in tables:
                cursor.execute("select min(build), max(build) from " + table)
                found += cursor.fetchone()
    connection.rollback()
    return found
"""


def rebuild(settings, number: int) -> None:
    """Make every table anew as dbt does: another table takes the place, and what stood on the old one goes."""
    for table in (*PUBLIC, *RESTRICTED):
        schema, name = table.split(".")
        numbers = (
            "generate_series(1, 3000) as rows (n)"
            if settings.target == "postgres"
            else "range(3000) as rows (n)"
        )
        statements = [
            f"create schema if not exists {schema}",
            f"create table {schema}.{name}__new as select {number} as build, n, 'text of ' || n as words from {numbers}",
            f"drop {'view' if name.startswith('seg_') else 'table'} if exists {table} cascade",
        ]
        if name.startswith("seg_"):
            statements[1] = f"create view {table}__new as select * from profiles.customers"
            statements.append(f"create or replace view {table} as select * from profiles.customers")
            statements[1:2] = []
        else:
            statements.append(f"alter table {schema}.{name}__new rename to {name}")
        execute(settings, *statements)


def execute(settings, *statements: str) -> list[tuple]:
    """Run statements in the warehouse; the rows of the last one that gives any."""
    if settings.target == "postgres":
        with contextlib.closing(connect_postgres(settings)) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    settings.duckdb_path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(duckdb.connect(str(settings.duckdb_path))) as connection:
        for statement in statements:
            done = connection.execute(statement)
        return done.fetchall()


def dsn(settings) -> str:
    return (
        f"host={settings.pg_host} port={settings.pg_port} user={settings.pg_user} dbname={settings.pg_dbname}"
    )


@contextlib.contextmanager
def reading(settings):
    """A reader in a loop, in a process of its own; gives what it saw in the end."""
    if settings.target == "postgres":
        tables = [f"bi_{table}" for table in PUBLIC]
        code = READ.format(module="psycopg2", look="None") .replace(
            "look = None", LOOK_POSTGRES.format(dsn=dsn(settings), tables=tables)
        )  # fmt: skip
    else:
        code = READ.format(module="duckdb", look="None").replace(
            "look = None", LOOK_DUCKDB.format(path=str(published_path(settings)), tables=PUBLIC)
        )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    result: dict = {}
    try:
        assert process.stdout.readline() == "saw 0\n", process.stderr.read()
        yield result
        said, errors = process.communicate("stop\n", timeout=60)
        assert process.returncode == 0, errors
        result |= json.loads(said.splitlines()[-1])
    finally:
        process.kill()


def test_a_reader_in_a_loop_sees_whole_versions_through_rebuilds(engine, make_settings):
    settings = make_settings(engine)
    rebuild(settings, 0)
    publish(settings)
    with contextlib.ExitStack() as open_copies:
        if engine == "duckdb":
            kept = open_copies.enter_context(contextlib.closing(open_copy(settings)))
        with reading(settings) as result:
            for number in range(1, CYCLES + 1):
                rebuild(settings, number)
                publish(settings)
        assert result["mixed"] == 0
        assert result["seen"] == sorted(result["seen"]) and result["seen"][0] == 0
        assert len(result["seen"]) > 1, "the reader must have read while builds were published"
        if engine == "duckdb":
            older = kept.execute("select min(build), count(*) from profiles.customers").fetchone()
            assert older == (0, ROWS), "who has the older copy open keeps it"


def open_copy(settings) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(published_path(settings)), read_only=True)


def reader_tables(settings) -> set[str]:
    """What a reader can find, by `schema.table` of the warehouse."""
    listed = "select table_schema || '.' || table_name from information_schema.tables"
    if settings.target == "postgres":
        rows = execute(settings, f"{listed} where table_schema like 'bi\\_%'")
        return {name.removeprefix("bi_") for (name,) in rows}
    with contextlib.closing(open_copy(settings)) as connection:
        return {
            name for (name,) in connection.execute(f"{listed} where table_catalog = current_database()").fetchall()
        }  # fmt: skip


def test_readers_get_the_public_tables_and_no_restricted_one(engine, make_settings):
    settings = make_settings(engine)
    rebuild(settings, 1)
    done = publish(settings)
    assert reader_tables(settings) == set(PUBLIC)
    assert done.tables == len(PUBLIC)


def test_every_table_of_the_service_says_whether_it_is_public():
    """A new one is private until it is named; a name that is gone goes from the list."""
    of_ops = {name.split(".")[1] for name in SERVICE_TABLES if name.startswith("ops.")}
    assert {name for name in of_ops if is_public("ops", name)} <= set(PUBLISHED_OPS)
    assert not any(is_public(*name.split(".")) for name in SERVICE_TABLES if not name.startswith("ops."))


def test_a_publication_that_fails_leaves_the_older_one(engine, make_settings, monkeypatch):
    settings = make_settings(engine)
    rebuild(settings, 1)
    publish(settings)
    rebuild(settings, 2)
    # a view that cannot be read is met when half of the tables are done
    execute(
        settings, "create view segments.broken as select 1 / n as build from profiles.customers where n < 0"
    )
    column = "n / 0" if engine == "postgres" else "error('no')"
    execute(
        settings, f"create or replace view segments.broken as select cast({column} as integer) as build from profiles.customers"
    )  # fmt: skip
    with pytest.raises(TekilError, match="older"):
        publish(settings)
    assert shown_build(settings) == 1
    execute(settings, "drop view segments.broken")
    publish(settings)
    assert shown_build(settings) == 2
    if engine == "duckdb":
        left = [path.name for path in settings.duckdb_path.parent.iterdir() if path.name.startswith(".")]
        assert left == []


def shown_build(settings) -> int:
    query = "select min(build), max(build) from {}profiles.customers"
    if settings.target == "postgres":
        [(least, most)] = execute(settings, query.format("bi_"))
    else:
        with contextlib.closing(open_copy(settings)) as connection:
            least, most = connection.execute(query.format("")).fetchone()
    assert least == most
    return least


def test_a_journal_that_a_reader_left_beside_the_copy_spoils_nothing(make_settings):
    settings = make_settings()
    rebuild(settings, 1)
    path = Path(publish(settings).where)
    Path(f"{path}.wal").write_bytes(b"a journal of another file")
    rebuild(settings, 2)
    publish(settings)
    assert shown_build(settings) == 2


@pytest.mark.postgres
def test_on_postgres_nothing_waits_for_a_reader_and_rights_and_views_stay(make_settings):
    settings = make_settings("postgres")
    rebuild(settings, 1)
    role = f"bi_{os.getpid()}"
    execute(settings, f"create role {role} login")
    settings = type(settings)(**{**vars(settings), "pg_reader": role})
    publish(settings)
    execute(settings, "create view public.report as select count(*) as rows from bi_profiles.customers")
    identities = execute(
        settings, "select oid from pg_class where relnamespace = 'bi_profiles'::regnamespace"
    )

    bi = psycopg2.connect(dsn(settings).replace("user=postgres", f"user={role}"))
    with contextlib.closing(bi), bi.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read")
        cursor.execute("select max(build) from bi_profiles.customers")
        assert cursor.fetchone() == (1,)
        # its transaction stays open while the next version is published
        rebuild(settings, 2)
        assert publish(settings).changed == len(PUBLIC)
        for table in PUBLIC:
            cursor.execute(f"select min(build), max(build), count(*) from bi_{table}")
            assert cursor.fetchone() == (1, 1, ROWS)
        bi.rollback()
        cursor.execute("select max(build) from bi_profiles.customers")
        assert cursor.fetchone() == (2,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("select * from vault.identifiers")
    assert execute(settings, "select rows from public.report") == [(ROWS,)]
    same = execute(settings, "select oid from pg_class where relnamespace = 'bi_profiles'::regnamespace")
    assert same == identities
    assert publish(settings).changed == 0, "nothing new, nothing written"
    execute(
        settings, f"revoke all on all tables in schema bi_identity, bi_profiles, bi_segments, bi_ops from {role}"
    )  # fmt: skip
    execute(settings, f"drop owned by {role}", f"drop role {role}")


@pytest.mark.postgres
def test_on_postgres_columns_and_tables_come_and_go(make_settings):
    settings = make_settings("postgres")
    table = "profiles.customers"
    execute(
        settings,
        "create schema profiles",
        f"create table {table} (customer_id text, city text, score integer)",
        f"insert into {table} values ('a', 'İzmir', 1), ('b', null, 2), ('b', null, 2), ('c', 'Ankara', null)",
        "create table profiles.leaving as select 1 as n",
    )
    publish(settings)
    execute(settings, "create view public.cities as select city from bi_profiles.customers")
    execute(
        settings,
        f"drop table {table} cascade",
        "drop table profiles.leaving",
        f"create table {table} (customer_id text, score integer, age integer)",
        f"insert into {table} values ('a', 1, 40), ('b', 2, null), ('b', 2, null), ('b', 2, null)",
    )
    publish(settings)
    shown = execute(settings, "select customer_id, score, age, city from bi_profiles.customers order by 1, 2")
    assert shown == [("a", 1, 40, None), *[("b", 2, None, None)] * 3], "a column that is gone is emptied"
    assert reader_tables(settings) == {table}
    # another type needs another table: who stands on the old one is told
    execute(settings, f"alter table {table} alter column score type text")
    with pytest.raises(TekilError, match="DependentObjectsStillExist"):
        publish(settings)
    execute(settings, "drop view public.cities")
    publish(settings)
    shown = execute(settings, "select score from bi_profiles.customers order by 1")
    assert shown == [("1",), ("2",), ("2",), ("2",)]
