"""Connected components of a customer-like graph: ours against Splink and scipy, what a 1 % batch costs, and how it grows.

`make bench-identity` (or `python -m benchmarks.identity --people 100000 1000000 --engine duckdb postgres`). The graph is generated from a
seed and not counted. Every contender runs in a process of its own, one after another, `--repeats` times round; the middle time counts.
All get the same two tables, links(left_id, right_id) and nodes(id), of 32-character text keys, and end when a table of id and component
stands in the same DuckDB file; the answers are then compared as partitions. Ours runs the macro files of this project as they stand.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.support.macros import Macros

ROOT = Path(__file__).resolve().parents[1]
KINDS = ["account", "email", "phone", "card", "cookie", "device"]
SEED = 20261122


def draw_links(people: int, seed: int = SEED):
    """Links as two arrays of node numbers, and the number of nodes; about 4 links a person.

    Every person has identifiers of his own, heavy-tailed in number (most 1 to 3, at most 400), some seen together a second time; devices
    shared by 2 to 300 people, mostly two; and chains of cookies, most of a few dozen, at most 20,000 long, each hanging on somebody.
    """
    import numpy

    draw = numpy.random.default_rng(seed)
    own = 1 + numpy.minimum((draw.pareto(1.6, people) * 1.75).astype(numpy.int64), 400)
    hubs = numpy.repeat(numpy.arange(people, dtype=numpy.int64), own)
    nodes = people + len(hubs)
    leaves = numpy.arange(people, nodes)
    sharers = 2 + numpy.minimum(draw.pareto(2.0, people // 25).astype(numpy.int64), 298)
    shared = numpy.repeat(numpy.arange(nodes, nodes + len(sharers)), sharers)
    nodes += len(sharers)
    lengths, total = [], 0
    while total < people // 10:
        lengths.append(min(int(draw.pareto(1.0) * 20) + 2, 20_000))
        total += lengths[-1]
    chain = numpy.arange(nodes, nodes + total)
    nodes += total
    last = numpy.cumsum(lengths) - 1
    goes_on = numpy.ones(total, dtype=bool)
    goes_on[last] = False
    again = draw.integers(0, len(hubs) - 1, people // 2)
    again = again[hubs[again] == hubs[again + 1]]
    left = [hubs, draw.integers(0, people, len(shared)), chain[goes_on], draw.integers(0, people, len(last))]
    right = [leaves, shared, chain[numpy.flatnonzero(goes_on) + 1], chain[last - lengths + 1]]
    left = numpy.concatenate([*left, leaves[again]])
    right = numpy.concatenate([*right, leaves[again + 1]])
    order = draw.permutation(len(left))
    flipped = draw.random(len(left)) < 0.5
    left, right = left[order], right[order]
    return numpy.where(flipped, right, left), numpy.where(flipped, left, right), nodes


def generate(graph: Path, people: int, memory: str, links_only: bool = False) -> dict:
    """Write the graph as tables links and nodes; with `links_only` as integer labels, for the run under a memory limit."""
    left, right, nodes = draw_links(people)
    drawn = {"left_number": left, "right_number": right}
    connection = opened(graph, memory)
    connection.register("drawn", drawn)
    if links_only:
        connection.execute(
            "create table links as select cast(hash(left_number) // 16 as bigint) as left_node_id, "
            "cast(hash(right_number) // 16 as bigint) as right_node_id from drawn"
        )
    else:
        key = f"md5({KINDS}[1 + number % {len(KINDS)}] || ':' || number)"
        connection.execute(
            f"create table links as select {key.replace('number', 'left_number')} as left_id, "
            f"{key.replace('number', 'right_number')} as right_id from drawn"
        )
        connection.execute(f"create table nodes as select {key} as id from range({nodes}) as r (number)")
    return {"links": len(left), "nodes": nodes}


def opened(graph: Path, memory: str) -> duckdb.DuckDBPyConnection:
    """The graph's file, with two threads and the memory limit asked for."""
    connection = duckdb.connect(str(graph))
    connection.execute("set threads = 2")
    connection.execute(f"set memory_limit = '{memory}'")
    return connection


def ours(connection: duckdb.DuckDBPyConnection) -> dict:
    """The macros: integer labels by hex_integer, find_components, text keys at the end."""
    macros = Macros(connection, "duckdb")
    label = {name: macros.call("hex_integer", name).strip() for name in ("left_id", "right_id", "nodes.id")}
    macros.call(
        "find_components",
        f"select {label['left_id']} as left_node_id, {label['right_id']} as right_node_id from links",
        "found",
        "bench",
        "bench",
    )
    connection.execute(
        "create or replace table result_ours as select nodes.id, found.component_id "
        f"from nodes inner join found on {label['nodes.id']} = found.node_id"
    )
    return {"rounds": len(macros.logged)}


def numbered(connection: duckdb.DuckDBPyConnection) -> dict:
    """The same with labels from a sort of all keys (row_number) instead of digits of the key."""
    macros = Macros(connection, "duckdb")
    connection.execute(
        "create temporary table labels as select id, row_number() over (order by id) as node_id from nodes"
    )
    macros.call(
        "find_components",
        "select lefts.node_id as left_node_id, rights.node_id as right_node_id from links "
        "inner join labels as lefts on links.left_id = lefts.id inner join labels as rights on links.right_id = rights.id",
        "found",
        "bench",
        "bench",
    )
    connection.execute(
        "create or replace table result_numbered as select labels.id, found.component_id "
        "from labels inner join found on labels.node_id = found.node_id"
    )
    return {"rounds": len(macros.logged)}


def scipy(connection: duckdb.DuckDBPyConnection) -> dict:
    """scipy's connected_components, with pandas' factorize before and a table written after."""
    import numpy
    import pandas
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    links = connection.execute("select left_id, right_id from links").df()
    codes, keys = pandas.factorize(pandas.concat([links["left_id"], links["right_id"]], ignore_index=True))
    count = len(links)
    matrix = coo_matrix(
        (numpy.ones(count, dtype=numpy.int8), (codes[:count], codes[count:])), shape=(len(keys), len(keys))
    )
    _, labels = connected_components(matrix, directed=False)
    connection.register("solved", pandas.DataFrame({"id": keys, "component_id": labels}))
    connection.execute("create or replace table result_scipy as select id, component_id from solved")
    return {}


def splink(connection: duckdb.DuckDBPyConnection) -> dict:
    """Splink's cluster_pairwise_predictions_at_threshold on the same connection; its answer is a table there already."""
    from splink import DuckDBAPI
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    clusters = cluster_pairwise_predictions_at_threshold(
        "nodes",
        "links",
        DuckDBAPI(connection=connection),
        node_id_column_name="id",
        edge_id_column_name_left="left_id",
        edge_id_column_name_right="right_id",
    )
    connection.execute(
        "create or replace view result_splink as select id, cluster_id as component_id from "
        + clusters.physical_name
    )
    return {}


CONTENDERS: dict[str, Callable[[duckdb.DuckDBPyConnection], dict]] = {
    "ours": ours,
    "numbered": numbered,
    "scipy": scipy,
    "splink": splink,
}
NAMES = {
    "ours": "ours, labels from the key",
    "numbered": "ours, labels from a sort",
    "scipy": "scipy 1.17 connected_components",
    "splink": "Splink 5 clustering",
}


def contend(graph: Path, contender: str, memory: str) -> dict:
    """One contender, once; the libraries are imported before the clock starts."""
    for module in {"scipy": ("pandas", "scipy.sparse.csgraph"), "splink": ("splink",)}.get(contender, ()):
        __import__(module)
    connection = opened(graph, memory)
    started, worked = time.perf_counter(), time.process_time()
    more = CONTENDERS[contender](connection)
    connection.execute("checkpoint")
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "cpu": round(time.process_time() - worked, 2),
        **more,
    }


def compare(graph: Path, contenders: list[str], memory: str) -> dict:
    """Whether all answers are one partition: each is named by the lowest key of its component, then compared row by row."""
    connection = opened(graph, memory)
    for contender in contenders:
        connection.execute(
            f"create temporary table named_{contender} as select id, min(id) over (partition by component_id) as lowest from result_{contender}"
        )
    first, *others = contenders
    for other in others:
        different = connection.execute(
            f"select count(*) from named_{first} as a full join named_{other} as b on a.id = b.id where a.lowest is distinct from b.lowest"
        ).fetchone()[0]
        if different:
            raise SystemExit(f"{first} and {other} disagree about {different:,} keys")
    return {
        "components": connection.execute(f"select count(distinct lowest) from named_{first}").fetchone()[0]
    }


def feed_of(withdrawn: bool) -> str:
    """1 % of the links changed: all new, or nine in ten new and one withdrawn. Picked by the labels, so the same on every engine."""
    picked = "(left_node_id + right_node_id) % 100 = 0"
    gone = "left_node_id % 10 = 0" if withdrawn else "1 = 0"
    return f"select left_node_id, right_node_id, {picked} as is_changed, not ({picked} and {gone}) as is_standing from labelled"


def batches(run: Callable[[str], list[tuple]], macros: Macros, commit: Callable[[], None]) -> dict:
    """A full run into a table, and both kinds of 1 % batch on the table as it stood before, on either engine."""
    result: dict = {}

    def full(query: str, table: str) -> float:
        run(f"drop table if exists {table}")
        run("drop table if exists found")
        commit()
        started = time.perf_counter()
        macros.logged.clear()
        macros.call("find_components", query, "found", "bench", "bench")
        run(f"create table {table} as select node_id, component_id from found")
        commit()
        return time.perf_counter() - started

    for kind in (False, True):
        feed = feed_of(kind)
        run("drop table if exists feed")
        run(f"create table feed as {feed}")
        if macros.engine == "postgres":
            run("analyze feed")
        links = "select left_node_id, right_node_id from feed where "
        seconds = full(links + "is_standing", "expected")
        full(links + ("not is_changed or not is_standing"), "components")
        result.setdefault("full s", round(seconds, 2))
        result.setdefault("rounds", len(macros.logged))
        started = time.perf_counter()
        macros.logged.clear()
        macros.call(
            "renew_components", "select * from feed", "components", "stale", "fresh", "bench", "bench"
        )
        run("delete from components where node_id in (select node_id from stale)")
        run("insert into components (node_id, component_id) select node_id, component_id from fresh")
        commit()
        name = "1 % with withdrawn s" if kind else "1 % new s"
        result[name] = round(time.perf_counter() - started, 2)
        result[name[:-2] + " of full"] = round(result[name] / seconds, 3)
        result[name[:-2] + " rows changed"] = run("select count(*) from fresh")[0][0]
        run("drop table stale")
        run("drop table fresh")
        if run(
            "select (select count(*) from expected), (select count(*) from components), count(*) from expected "
            "inner join components on expected.node_id = components.node_id and expected.component_id = components.component_id"
        ) != [(result_count := run("select count(*) from expected")[0][0],) * 3]:
            raise SystemExit(f"the batch does not end where a full run of {result_count:,} nodes ends")
    return result


def batch_duckdb(graph: Path, memory: str) -> dict:
    """The batches on DuckDB, in the graph's file."""
    connection = opened(graph, memory)
    macros = Macros(connection, "duckdb")
    connection.execute(
        f"create or replace table labelled as select {macros.call('hex_integer', 'left_id')} as left_node_id, "
        f"{macros.call('hex_integer', 'right_id')} as right_node_id from links"
    )

    def run(sql: str) -> list[tuple]:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []

    return batches(run, macros, lambda: connection.execute("checkpoint"))


def batch_postgres(graph: Path, memory: str) -> dict:
    """The same on PostgreSQL, which gets the labels by COPY; only the server's statements are timed."""
    from tests.support.postgres import connect, create_database, start_postgres

    source = opened(graph, memory)
    server = connect(create_database(start_postgres(), "bench_identity"))
    server.autocommit = False
    cursor = server.cursor()
    cursor.execute("create table keyed (left_id text, right_id text)")
    with tempfile.TemporaryDirectory(prefix="tekil-bench-") as folder:
        file = Path(folder) / "links.csv"
        source.execute(f"copy links to '{file}' (header false)")
        with file.open(encoding="utf-8") as lines:
            cursor.copy_expert("copy keyed from stdin csv", lines)
    source.close()
    server.commit()
    macros = Macros(server, "postgres")
    started = time.perf_counter()
    cursor.execute(
        f"create table labelled as select {macros.call('hex_integer', 'left_id')} as left_node_id, "
        f"{macros.call('hex_integer', 'right_id')} as right_node_id from keyed"
    )
    server.commit()
    labels = round(time.perf_counter() - started, 2)

    def run(sql: str) -> list[tuple]:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []

    return {"labels s": labels, **batches(run, macros, server.commit)}


def limited(graph: Path, memory: str) -> dict:
    """Integer links of the file into a table of components under the memory limit; what does not fit goes to disk."""
    connection = opened(graph, memory)
    links = connection.execute("select count(*) from links").fetchone()[0]
    macros = Macros(connection, "duckdb")
    started = time.perf_counter()
    macros.call("find_components", "select left_node_id, right_node_id from links", "found", "bench", "bench")
    connection.execute("create or replace table components as select node_id, component_id from found")
    return {
        "links": links,
        "seconds": round(time.perf_counter() - started, 1),
        "rounds": len(macros.logged),
    }


def work(arguments: argparse.Namespace) -> dict:
    """What one process of the benchmark does."""
    graph, memory = arguments.graph, arguments.memory
    task, _, name = arguments.worker.partition(" ")
    if task == "generate":
        return generate(graph, arguments.people[0], memory, links_only=name == "labels")
    if task == "contend":
        return contend(graph, name, memory)
    if task == "compare":
        return compare(graph, name.split(), memory)
    if task == "batch":
        return {"duckdb": batch_duckdb, "postgres": batch_postgres}[name](graph, memory)
    return limited(graph, memory)


def in_a_process(worker: str, graph: Path, memory: str, people: int = 0) -> dict:
    """Run one worker in a process of its own; its answer and its peak memory."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.identity", "--worker", worker, "--graph", str(graph)),
            *("--memory", memory, "--people", str(people)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{worker} on {graph.name} failed")
    return json.loads(done.stdout.splitlines()[-1])


def bench(people: int, arguments: argparse.Namespace, folder: Path) -> dict:
    """One size: the contest on DuckDB, then the batches on every engine asked for."""
    graph = folder / f"people-{people}.duckdb"
    graph.unlink(missing_ok=True)
    result: dict = {"people": people, **in_a_process("generate", graph, arguments.memory, people)}
    result.pop("peak MB")
    print(f"  {people:,} people: {result['links']:,} links, {result['nodes']:,} nodes", flush=True)
    contenders = arguments.contenders if "duckdb" in arguments.engine else []
    times: dict[str, list[float]] = {contender: [] for contender in contenders}
    for _ in range(arguments.repeats):
        for contender in contenders:
            measured = in_a_process(f"contend {contender}", graph, arguments.memory)
            times[contender].append(measured.pop("seconds"))
            known = result.setdefault(contender, {"peak MB": 0})
            measured["peak MB"] = max(known["peak MB"], measured["peak MB"])
            measured["cpu"] = min(known.get("cpu", measured["cpu"]), measured["cpu"])
            known |= measured
            print(f"  {people:,} people: {contender} {times[contender][-1]} s, {known}", flush=True)
    for contender in contenders:
        result[contender] |= {"seconds": statistics.median(times[contender]), "all": times[contender]}
    if len(contenders) > 1:
        result |= in_a_process("compare " + " ".join(contenders), graph, "16GB")
        result.pop("peak MB")
        print(f"  {people:,} people: one partition of {result['components']:,} components", flush=True)
    for engine in arguments.engine:
        result[f"batch {engine}"] = in_a_process(f"batch {engine}", graph, arguments.memory)
        print(f"  {people:,} people: batch {engine} {result[f'batch {engine}']}", flush=True)
    if not arguments.folder:
        graph.unlink()
    return result


def tables(results: list[dict]) -> str:
    """The results as two Markdown tables: the contest, and the batches."""
    lines = [
        "| people | links | contender | seconds | of ours | cpu s | peak MB | rounds | seconds × |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    before: dict[str, float] = {}
    for result in results:
        for contender, name in NAMES.items():
            if contender not in result:
                continue
            one = result[contender]
            of_ours = f"{one['seconds'] / result['ours']['seconds']:.2f}" if "ours" in result else ""
            growth = f"{one['seconds'] / before[contender]:.1f}" if contender in before else ""
            lines.append(
                f"| {result['people']:,} | {result['links']:,} | {name} | {one['seconds']:.2f} | {of_ours} | {one['cpu']:.2f} "
                f"| {one['peak MB']:,} | {one.get('rounds', '')} | {growth} |"
            )
            before[contender] = one["seconds"]
    lines += [
        "",
        "| people | engine | full s | 1 % new s | of full | 1 %, a tenth withdrawn s | of full | peak MB | rounds | full × |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        for engine in ("duckdb", "postgres"):
            if one := result.get(f"batch {engine}"):
                growth = f"{one['full s'] / before[engine]:.1f}" if engine in before else ""
                lines.append(
                    f"| {result['people']:,} | {engine} | {one['full s']} | {one['1 % new s']} | {one['1 % new of full']} "
                    f"| {one['1 % with withdrawn s']} | {one['1 % with withdrawn of full']} | {one['peak MB']:,} | {one['rounds']} | {growth} |"
                )
                before[engine] = one["full s"]
    return "\n".join(lines)


def main() -> int:
    """Run what is asked for and print the tables; a process of the benchmark prints one line of JSON instead."""
    ask = argparse.ArgumentParser(prog="make bench-identity")
    ask.add_argument("--people", type=int, nargs="+", default=[100_000, 1_000_000])
    ask.add_argument("--engine", nargs="*", default=["duckdb", "postgres"], choices=["duckdb", "postgres"])
    ask.add_argument("--contenders", nargs="+", default=list(CONTENDERS), choices=list(CONTENDERS))
    ask.add_argument("--repeats", type=int, default=3, help="times round; the middle time counts")
    ask.add_argument("--memory", default="8GB", help="memory limit of DuckDB, for all contenders")
    ask.add_argument(
        "--limited-people",
        type=int,
        default=5_000_000,
        help="people of the run under 2GB; 5 million are 20 million links; 0 leaves it out",
    )
    ask.add_argument("--folder", type=Path, help="where graphs are kept; a temporary folder if not given")
    ask.add_argument("--json", type=Path, help="append the results to this file, one JSON object a line")
    ask.add_argument("--worker", help=argparse.SUPPRESS)
    ask.add_argument("--graph", type=Path, help=argparse.SUPPRESS)
    arguments = ask.parse_args()
    if arguments.worker:
        answer = work(arguments)
        answer["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 1_000_000
        print(json.dumps(answer))
        return 0
    results = []
    with tempfile.TemporaryDirectory(prefix="tekil-bench-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for people in arguments.people:
            results.append(bench(people, arguments, folder))
        if arguments.limited_people:
            graph = folder / "limited.duckdb"
            graph.unlink(missing_ok=True)
            in_a_process("generate labels", graph, "8GB", arguments.limited_people)
            found = in_a_process("limited", graph, "2GB")
            results.append({"memory_limit": "2GB", **found})
            print(f"  under 2GB: {found}", flush=True)
    if arguments.json:
        with arguments.json.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(result) + "\n" for result in results)
    print(tables([result for result in results if "people" in result]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
