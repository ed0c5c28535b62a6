"""Connected components on hundreds of graphs, judged by union-find: the macro files themselves, run without dbt (tests/support/macros.py).

The materialization around them is run by dbt, in a project of one model whose links come from the environment.
"""

import hashlib
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable

import duckdb
import pytest

from tests.scenarios.judge import union_find
from tests.support.macros import COMPONENT_MACROS, ROOT, CompilationError, Macros
from tests.support.postgres import connect

Link = tuple[int | None, int | None]
WIDE = 2**60 - 1


class Warehouse:
    """One connection of one engine with the macros bound to it."""

    def __init__(self, engine: str, postgres: dict[str, str] | None) -> None:
        self.connection = duckdb.connect() if engine == "duckdb" else connect(postgres)
        self.engine = engine
        self.macros = Macros(self.connection, engine)

    def run(self, sql: str) -> list[tuple]:
        return self.macros.run_query(sql).rows

    def fill(self, table: str, columns: str, rows: list[tuple]) -> None:
        """Make a table of integers and booleans, anew."""
        self.run(f"drop table if exists {table}")
        self.run(f"create temporary table {table} ({columns})")
        if not rows:
            return
        cursor = self.connection.cursor() if self.engine == "postgres" else self.connection
        lists = [list(column) for column in zip(*rows, strict=True)]
        if self.engine == "postgres":
            types = [word.split()[1] for word in columns.split(", ")]
            unnested = ", ".join(f"cast(%s as {type_name}[])" for type_name in types)
            cursor.execute(f"insert into {table} select * from unnest({unnested})", lists)
        else:
            cursor.execute(f"insert into {table} select {', '.join('unnest(?)' for _ in lists)}", lists)

    def find(self, links: list[Link]) -> list[tuple[int, int]]:
        """The components of the links, in order of nodes; nothing else may be left behind."""
        self.fill("links", "left_node_id bigint, right_node_id bigint", links)
        return self.find_in("select left_node_id, right_node_id from links -- a model may end in a comment")

    def find_in(self, query: str) -> list[tuple[int, int]]:
        self.run("drop table if exists found")
        self.macros.logged.clear()
        self.macros.call("find_components", query, "found", "working", "test")
        return self.run("select node_id, component_id from found order by node_id")

    def tables_left(self) -> list[tuple]:
        return self.run("select table_name from information_schema.tables where table_name like 'working%'")


@pytest.fixture
def warehouse(engine: str, request: pytest.FixtureRequest):
    """A connection of each engine in turn."""
    opened = Warehouse(engine, request.getfixturevalue("postgres_database") if engine == "postgres" else None)
    yield opened
    opened.connection.close()


def judged(links: Iterable[Link]) -> list[tuple[int, int]]:
    """What union-find says: every node that has a link, with the lowest node of its component."""
    real = [(left, right) for left, right in links if None not in (left, right) and left != right]
    return sorted((node, min(group)) for group in union_find(real) for node in group)


def chain(numbers: list[int]) -> list[Link]:
    return list(itertools.pairwise(numbers))


def shuffled(numbers: Iterable[int], seed: int = 1) -> list[int]:
    return random.Random(seed).sample(list(numbers), len(list(numbers)))


def random_graph(seed: int) -> list[Link]:
    """A graph of any density, with repeats and links to itself; half of them have numbers of 60 bits, some below zero."""
    choose = random.Random(seed)
    size = choose.randint(2, 60)
    names = (
        choose.sample(range(WIDE), size) if seed % 2 else list(range(-size // 3 * (seed % 4 // 2), size * 2))
    )
    return [
        (choose.choice(names[:size]), choose.choice(names[:size])) for _ in range(choose.randint(0, size * 2))
    ]


def grid(side: int, number: Callable[[int], int]) -> list[Link]:
    across = [
        (number(row * side + column), number(row * side + column + 1))
        for row in range(side)
        for column in range(side - 1)
    ]
    down = [
        (number(row * side + column), number((row + 1) * side + column))
        for row in range(side - 1)
        for column in range(side)
    ]
    return across + down


SHAPES: dict[str, list[Link]] = {
    "nothing": [],
    "links to itself only": [(5, 5), (6, 6)],
    "a link with nobody": [(None, 1), (2, None), (3, 4)],
    "one link three times, both ways": [(1, 2), (2, 1), (1, 2)],
    "star, lowest in the middle": [(0, leaf) for leaf in range(1, 500)],
    "star, highest in the middle": [(999, leaf) for leaf in range(500)],
    "star, numbers mixed": [(250, leaf) for leaf in range(500) if leaf != 250],
    "two cliques and a bridge": [
        (left + base, right + base) for base in (0, 100) for left in range(25) for right in range(left)
    ]
    + [(24, 100)],
    "grid": grid(30, lambda cell: cell),
    "grid, shuffled": grid(30, shuffled(range(900)).__getitem__),
    "caterpillar": chain(list(range(0, 600, 3)))
    + [(spine, spine + leg) for spine in range(0, 600, 3) for leg in (1, 2)],
    "zigzag": chain(
        [number for pair in zip(range(300), range(600, 300, -1), strict=True) for number in pair]
    ),
    "comb of rising heights": [
        link
        for tooth in range(30)
        for link in [(tooth * 100, tooth * 100 + 100), *chain(range(tooth * 100, tooth * 100 + tooth + 1))]
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_solved_as_union_find_solves_it(warehouse, shape):
    assert warehouse.find(SHAPES[shape]) == judged(SHAPES[shape])
    assert warehouse.tables_left() == []


def test_random_graphs_are_solved_as_union_find_solves_them(warehouse):
    for seed in range(150 if warehouse.engine == "duckdb" else 20):
        links = random_graph(seed)
        assert warehouse.find(links) == judged(links), f"seed {seed}"


@pytest.mark.parametrize(
    "order", ["monotone", "reversed", "shuffled", pytest.param("wide", id="60-bit numbers")]
)
def test_a_long_chain_takes_few_rounds(warehouse, order):
    length = 100_000 if warehouse.engine == "duckdb" else 10_000
    numbers = {
        "monotone": list(range(length)),
        "reversed": list(range(length, 0, -1)),
        "shuffled": shuffled(range(length)),
        "wide": shuffled(range(0, WIDE, WIDE // length)),
    }[order]
    found = warehouse.find(chain(numbers))
    assert len(found) == len(numbers)
    assert {component for _, component in found} == {min(numbers)}
    # a shuffled chain keeps a third of its nodes per round: log3; an ordered one is solved by jumping within the first
    assert len(warehouse.macros.logged) <= (1 if order in ("monotone", "reversed") else 14)
    assert all("round" in line for line in warehouse.macros.logged)


def test_one_answer_whatever_the_order_of_rows_and_the_threads():
    warehouse = Warehouse("duckdb", None)
    choose = random.Random(7)
    links = [(choose.randrange(WIDE) % 150, choose.randrange(WIDE) % 150) for _ in range(130)]
    warehouse.fill("links", "left_node_id bigint, right_node_id bigint", links)
    seen = set()
    for threads in (1, 2, 8):
        warehouse.run(f"set threads = {threads}")
        for seed in range(100):
            warehouse.run(
                f"create or replace temp table mixed as select * from links order by hash(rowid + {seed}), rowid"
            )
            found = warehouse.find_in("select left_node_id, right_node_id from mixed")
            seen.add(hashlib.sha256(repr(found).encode()).hexdigest())
    assert len(seen) == 1


def test_one_answer_of_a_graph_that_keeps_eight_threads_busy():
    warehouse = Warehouse("duckdb", None)
    seen = set()
    for threads in (1, 2, 8):
        warehouse.run(f"set threads = {threads}")
        for seed in range(2):
            warehouse.run(
                "create or replace temp table links as select cast(hash(i) // 16 as bigint) % 400000 as left_node_id, "
                "cast(hash(i + 1000000) // 16 as bigint) % 400000 as right_node_id from range(300000) as numbers (i) "
                f"order by hash(i + {seed})"
            )
            warehouse.run("drop table if exists found")
            warehouse.macros.call("find_components", "select * from links", "found", "working", "test")
            seen.add(
                warehouse.run(
                    "select count(*), count(distinct component_id), bit_xor(hash(node_id, component_id)) from found"
                )[0]
            )
    assert len(seen) == 1


def test_too_few_rounds_are_refused(warehouse):
    warehouse.macros.variables["max_component_rounds"] = 2
    with pytest.raises(
        CompilationError, match="did not converge in 2 rounds: raise var max_component_rounds"
    ):
        warehouse.find(chain(shuffled(range(2_000))))


def test_exactly_enough_rounds_are_enough(warehouse):
    warehouse.macros.variables["max_component_rounds"] = 1
    assert warehouse.find(chain(list(range(1_000))))[-1] == (999, 0)


FEED = "left_node_id bigint, right_node_id bigint, is_changed boolean, is_standing boolean"


def renew(warehouse: Warehouse, feed: list[tuple]) -> list[tuple[int, int]]:
    """Bring the table `components` up to date as the materialization does; returns it in order of nodes."""
    warehouse.fill("feed", FEED, feed)
    warehouse.macros.call(
        "renew_components", "select * from feed", "components", "stale", "fresh", "working", "test"
    )
    warehouse.run("delete from components where node_id in (select node_id from stale)")
    warehouse.run("insert into components (node_id, component_id) select node_id, component_id from fresh")
    warehouse.run("drop table stale")
    warehouse.run("drop table fresh")
    return warehouse.run("select node_id, component_id from components order by node_id")


@pytest.mark.parametrize("seed", range(6))
def test_a_history_of_changes_ends_where_a_full_run_ends(warehouse, seed):
    """Links come, go, come back, stand in two rows of which one goes, and say changed without being it."""
    choose = random.Random(seed)
    size = choose.choice([8, 40, 120])
    names = choose.sample(range(WIDE), size) if seed % 2 else list(range(size))
    rows: list[dict] = []
    warehouse.fill("components", "node_id bigint, component_id bigint", [])
    for step in range(25 if warehouse.engine == "duckdb" else 10):
        for row in rows:
            row["is_changed"] = choose.random() < 0.02
        for row in choose.sample(rows, min(len(rows), choose.choice([0, 0, 1, 3, size // 4]))):
            row["is_standing"], row["is_changed"] = not row["is_standing"], True
        for _ in range(choose.choice([0, 1, 2, size // 4])):
            rows.append(
                {
                    "left": choose.choice(names),
                    "right": choose.choice(names),
                    "is_changed": True,
                    # withdrawn before it was ever seen
                    "is_standing": choose.random() < 0.95,
                }
            )
        standing = [(row["left"], row["right"]) for row in rows if row["is_standing"]]
        feed = [(row["left"], row["right"], row["is_changed"], row["is_standing"]) for row in rows]
        assert renew(warehouse, choose.sample(feed, len(feed))) == judged(standing), f"step {step}"
    assert warehouse.tables_left() == []


def test_rows_that_are_right_already_are_not_touched(warehouse):
    """A new leaf of a large component is one row to insert and none to delete."""
    star = [(0, leaf) for leaf in range(1, 1_000)]
    warehouse.fill("components", "node_id bigint, component_id bigint", judged(star))
    warehouse.fill("feed", FEED, [(*link, False, True) for link in star] + [(0, 5_000, True, True)])
    warehouse.macros.call(
        "renew_components", "select * from feed", "components", "stale", "fresh", "working", "test"
    )
    assert warehouse.run("select node_id from stale") == []
    assert warehouse.run("select node_id, component_id from fresh") == [(5_000, 0)]


@pytest.mark.parametrize(
    "digits", ["000000000000000", "00000000000000f", "7fffffffffffff0", "fffffffffffffff"]
)
def test_the_label_of_a_key_is_its_first_fifteen_digits(warehouse, digits):
    label = warehouse.macros.call("hex_integer", "identifier_key").strip()
    key = digits + "abcdef0123456789a"
    assert warehouse.run(f"select {label} from (select '{key}' as identifier_key) as keys") == [
        (int(digits, 16),)
    ]


MODEL = """{{ config(materialized='connected_components', change_feed=true, post_hook=env_var('COMPONENTS_HOOK')) }}
select left_node_id, right_node_id, is_changed, is_standing
from (values {{ env_var('COMPONENTS_FEED') }}) as feed (left_node_id, right_node_id, is_changed, is_standing)
"""
# (links with is_changed and is_standing, flags of dbt, post-hook) one after another in one process, which saves the starts
STEPS = [
    ("(1, 2, true, true), (3, 4, true, true), (7, 8, true, false)", [], "select 1"),
    ("(1, 2, false, true), (3, 4, false, true), (2, 3, true, true)", [], "select * from nowhere"),
    ("(1, 2, false, true), (3, 4, false, true), (2, 3, true, true)", [], "select 1"),
    ("(1, 2, true, false), (3, 4, false, true), (2, 3, false, true), (9, 5, true, true)", [], "select 1"),
    ("(3, 4, false, true), (20, 21, false, true)", ["--full-refresh"], "select * from nowhere"),
    # a link that the feed never called changed: only a full refresh reads it
    ("(3, 4, false, true), (20, 21, false, true)", ["--full-refresh"], "select 1"),
    (
        "(1, 3, true, true), (3, 2, true, true), (2, 9, true, true)",
        ["--vars", "{max_component_rounds: 0}"],
        "select 1",
    ),
]
EXPECTED = [
    (True, [(1, 1), (2, 1), (3, 3), (4, 3)]),
    (False, [(1, 1), (2, 1), (3, 3), (4, 3)]),
    (True, [(1, 1), (2, 1), (3, 1), (4, 1)]),
    (True, [(2, 2), (3, 2), (4, 2), (5, 5), (9, 5)]),
    (False, [(2, 2), (3, 2), (4, 2), (5, 5), (9, 5)]),
    (True, [(3, 3), (4, 3), (20, 20), (21, 20)]),
    (False, [(3, 3), (4, 3), (20, 20), (21, 20)]),
]
PLAYER = """
import json, os, sys
from dbt.cli.main import dbtRunner
from tests.support.tables import connect
ended = []
for feed, flags, hook in json.loads(sys.argv[1]):
    os.environ.update(COMPONENTS_FEED=feed, COMPONENTS_HOOK=hook)
    done = dbtRunner().invoke(["run", "--quiet", *flags])
    if os.environ["TEKIL_TARGET"] == "duckdb":
        import duckdb
        connection = duckdb.connect(os.environ["TEKIL_DUCKDB_PATH"])
    else:
        connection = connect(dict(os.environ))
    cursor = connection.cursor()
    cursor.execute("select node_id, component_id from public.components order by node_id")
    ended.append([done.success, cursor.fetchall()])
    connection.close()
print("ended", json.dumps(ended))
"""
PROFILE = """tekil:
  target: "{{ env_var('TEKIL_TARGET') }}"
  outputs:
    duckdb: {type: duckdb, path: "{{ env_var('TEKIL_DUCKDB_PATH') }}", schema: public, threads: 1}
    postgres:
      type: postgres
      host: "{{ env_var('TEKIL_PG_HOST', '') }}"
      port: "{{ env_var('TEKIL_PG_PORT', '5432') | as_number }}"
      user: "{{ env_var('TEKIL_PG_USER', '') }}"
      password: "{{ env_var('TEKIL_PG_PASSWORD', '') }}"
      dbname: "{{ env_var('TEKIL_PG_DBNAME', '') }}"
      schema: public
      threads: 1
"""


def test_the_table_is_the_old_or_the_new_one(engine, tmp_path, request):
    """dbt: first build, renewal, full refresh, and runs that fail late: in a hook before the commit, and for want of rounds."""
    (tmp_path / "macros").mkdir()
    (tmp_path / "models").mkdir()
    for path in (*COMPONENT_MACROS, ROOT / "macros" / "identity" / "connected_components.sql"):
        shutil.copy(path, tmp_path / "macros" / path.name)
    (tmp_path / "models" / "components.sql").write_text(MODEL, encoding="utf-8")
    (tmp_path / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "dbt_project.yml").write_text(
        "{name: tekil, profile: tekil, config-version: 2, vars: {max_component_rounds: 60}}", encoding="utf-8"
    )
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TEKIL_", "DBT_"))
    }
    environment |= {
        "TEKIL_TARGET": engine,
        "TEKIL_DUCKDB_PATH": str(tmp_path / "tekil.duckdb"),
        "PYTHONPATH": str(ROOT),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    if engine == "postgres":
        environment |= request.getfixturevalue("postgres_database")
    done = subprocess.run(
        [sys.executable, "-c", PLAYER, json.dumps(STEPS)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    ended = json.loads(done.stdout.split("ended ", 1)[1])
    assert [(success, [tuple(row) for row in rows]) for success, rows in ended] == EXPECTED, done.stdout[
        -3000:
    ]
