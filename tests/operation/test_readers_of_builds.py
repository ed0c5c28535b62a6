"""A BI tool that reads in a loop while builds are published sees each time one version, in all tables, and no error (O4).

The tables are those of a true build of the small sample. What a version holds is taken from the warehouse, table by table, and every look of the
reader must be one of them from the first table to the last. Every run publishes five versions whose rows were stamped; `make fuzz` 50 on either
engine, three of them by `make build` on another day. tests/orchestration/test_readers.py has the same on tables of its own, with columns that come
and go.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.publish import publish, published_path
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import connect_postgres
from tests.operation.helpers import settings
from tests.support.project import AS_OF, ROOT, build

FULL = bool(os.environ.get("TEKIL_FUZZ"))
# table -> a column that is another in every version
STAMPED = {
    "identity.identity_map": "last_seen_at",
    "profiles.customers": "first_seen_at",
    "profiles.customer_events": "occurred_at",
    "profiles.customer_orders": "ordered_at",
    "segments.segments": "refreshed_at",
    "segments.segment_memberships": "entered_at",
    "ops.load_runs": "started_at",
}

READ = """
import contextlib, json, select, sys
import {module}
queries, tables, target = {queries!r}, {tables!r}, {target!r}

def look_duckdb(turn):
    with contextlib.closing(duckdb.connect(target, read_only=True)) as connection:
        return [list(map(str, connection.execute(query).fetchone())) for query in queries]

def look_postgres(turn):
    with connection.cursor() as cursor:
        if turn % 2:
            cursor.execute(" union all ".join(f"select {{place}}, * from ({{query}}) as looked" for place, query in enumerate(queries)))
            found = [list(map(str, row[1:])) for row in sorted(cursor.fetchall())]
        else:
            cursor.execute("set transaction isolation level repeatable read")
            found = []
            for query in queries:
                cursor.execute(query)
                found.append(list(map(str, cursor.fetchone())))
    connection.rollback()
    return found

if {module!r} == "psycopg2":
    connection = psycopg2.connect(target)
look = look_{engine}
seen, looks, is_last = [], 0, False
while True:
    found = look(looks)
    looks += 1
    if found != (seen or [None])[-1]:
        seen.append(found)
    if looks == 1:
        print("reading", flush=True)
    if is_last:
        break
    is_last = bool(select.select([sys.stdin], [], [], 0)[0])
print(json.dumps({{"seen": seen, "looks": looks}}))
"""


class Shop:
    """A warehouse, what its versions were, and the SQL that tells one from another."""

    def __init__(self, env: dict[str, str]):
        self.env = env
        self.settings = Settings.from_environment(env)
        self.is_server = self.settings.target == "postgres"
        self.versions: list[list[list[str]]] = []
        self.columns = {
            table: [
                name
                for (name,) in self.execute(
                    "select column_name from information_schema.columns where table_schema = '{}' and table_name = '{}'"
                    " order by column_name".format(*table.split("."))
                )
            ]
            for table in STAMPED
        }
        assert all(STAMPED[table] in columns for table, columns in self.columns.items())

    def execute(self, *statements: str) -> list[tuple]:
        connect = (
            (lambda: connect_postgres(self.settings))
            if self.is_server
            else (lambda: duckdb.connect(str(self.settings.duckdb_path)))
        )
        with contextlib.closing(connect()) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            has_rows = cursor.description and not statements[-1].startswith(("update", "create", "drop"))
            return cursor.fetchall() if has_rows else []

    def queries(self, prefix: str = "") -> list[str]:
        """How many rows, and a sum over all that stands in them."""
        names = {table: ", ".join(f'"{name}"' for name in columns) for table, columns in self.columns.items()}
        content = "hashtext(row({})::text)::bigint" if self.is_server else "hash({})"
        return [
            f"select count(*), sum({content.format(names[table])}) from {prefix}{table}" for table in STAMPED
        ]

    def note(self) -> None:
        """Remember what this version holds."""
        self.versions.append([list(map(str, self.execute(query)[0])) for query in self.queries()])

    def stamp(self) -> None:
        """Another version: every row of every table differs from the last."""
        self.execute(
            *(
                f"update {table} set {column} = {column} + interval '1 second'"
                for table, column in STAMPED.items()
            )
        )
        self.note()
        publish(self.settings)

    def build(self, day: int) -> None:
        """The windows of another day: other segments, other profiles, by all that a build does."""
        as_of = datetime.datetime.fromisoformat(AS_OF) + datetime.timedelta(days=day)
        build({**self.env, "TEKIL_AS_OF": as_of.isoformat()})
        self.note()


@contextlib.contextmanager
def reading(shop: Shop, role: str):
    """A reader in a process of its own, until the block ends."""
    server = shop.settings
    code = READ.format(
        module="psycopg2" if shop.is_server else "duckdb",
        engine=server.target,
        queries=shop.queries("bi_" if shop.is_server else ""),
        tables=list(STAMPED),
        target=f"host={server.pg_host} port={server.pg_port} user={role} dbname={server.pg_dbname}"
        if shop.is_server
        else str(published_path(server)),
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
        assert process.stdout.readline() == "reading\n", process.stderr.read()
        yield result
        said, errors = process.communicate("stop\n", timeout=120)
        assert process.returncode == 0, errors
        result |= json.loads(said.splitlines()[-1])
    finally:
        process.kill()


def check(shop: Shop, seen: list, looks: int) -> None:
    assert len({json.dumps(version) for version in shop.versions}) == len(shop.versions)
    places = [shop.versions.index(look) if look in shop.versions else None for look in seen]
    assert None not in places, "a look that was no version: some tables of one, some of another"
    assert places == sorted(places) and len(places) > 1, places
    assert places[-1] == len(shop.versions) - 1, "the look after the last publication"
    print(f"{looks} looks, {len(places)} of {len(shop.versions)} versions seen")


def test_a_reader_sees_one_version_in_all_tables(built, tmp_path):
    env = {**built[0], "TEKIL_DUCKDB_PATH": str(tmp_path / "warehouse" / "test.duckdb")}
    shutil.copytree(Path(built[0]["TEKIL_DUCKDB_PATH"]).parent, tmp_path / "warehouse")
    shop = Shop(env)
    shop.note()
    with reading(shop, "") as result:
        for _ in range(5):
            shop.stamp()
    check(shop, result["seen"], result["looks"])


@pytest.mark.fuzz
@pytest.mark.skipif(not FULL, reason="long: make fuzz runs it")
@pytest.mark.parametrize("engine", ["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_reader_sees_one_version_through_fifty_publications(engine, small_landing, tmp_path, request):
    postgres = request.getfixturevalue("postgres_database") if engine == "postgres" else None
    role = f"bi_{os.getpid()}"
    env = settings(tmp_path, engine, postgres, TEKIL_LANDING=str(small_landing), TEKIL_PG_READER=role)
    if postgres:
        with contextlib.closing(connect_postgres(Settings.from_environment(env))) as connection:
            connection.cursor().execute(f"create role {role} login")
    build(env)
    shop = Shop(env)
    shop.note()
    with reading(shop, role) as result:
        for number in range(1, 51):
            if number % 16 == 0:
                shop.build(number)
            else:
                shop.stamp()
    check(shop, result["seen"], result["looks"])
    if postgres:
        shop.execute(f"drop owned by {role}", f"drop role {role}")
