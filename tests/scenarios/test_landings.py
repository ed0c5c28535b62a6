"""One load, ten landings in order, ten landings shuffled: the same customers, and the same tables about them (I8).

Customer ids may differ, for they tell in which order things were learned; so every id is replaced by what its members are.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import shutil
from pathlib import Path

import pytest

import sample
from tests.scenarios.judge import partition
from tests.support.project import build, build_models, environment
from tests.support.tables import CONTRACT, columns, rows, snapshot

LANDINGS = 10 if os.environ.get("TEKIL_FUZZ") else 5
CUSTOMERS = 150
# the ledger of ids tells the history of learning, which is what differs
HISTORY = {"identity.identity_changes", "identity.identity_aliases"}


@pytest.fixture(scope="module")
def small_sample(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "landing"
    sample.generate(folder, 7, CUSTOMERS, 200)
    return folder


@pytest.fixture(scope="module")
def one_load(small_sample, tmp_path_factory) -> dict[str, str]:
    # likeness is learned from what was there when it was learned; tests/scenarios/test_linking.py judges it with one model
    env = environment(tmp_path_factory.mktemp("one"), TEKIL_LINKING="off")
    shutil.copytree(small_sample, env["TEKIL_LANDING"])
    build(env)
    return env


def split(folder: Path, parts: int) -> list[dict[Path, bytes]]:
    """Deal the rows of every file out over `parts` landings, as smaller files of the same format."""
    dealt: list[dict[Path, bytes]] = [{} for _ in range(parts)]
    for path in sorted(folder.glob("*/*/*")):
        data = path.read_bytes()
        relative = path.relative_to(folder)
        if path.name.endswith(".gz"):
            data = gzip.decompress(data)
        if ".csv" in path.name:
            try:
                header, *body = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
            except UnicodeDecodeError:
                dealt[0][relative] = data
                continue
            chunks = [body[number::parts] for number in range(parts)]
            written = [_csv([header, *chunk]) if chunk else None for chunk in chunks]
        else:
            body = data.split(b"\n")
            body = body[:-1] if body[-1] == b"" else body
            written = [
                b"\n".join(body[number::parts]) + b"\n" if body[number::parts] else None
                for number in range(parts)
            ]
        for number, content in enumerate(written):
            if content is not None:
                dealt[number][relative.with_name(f"day{number}-{path.name.removesuffix('.gz')}")] = content
    return dealt


def _csv(table: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode("utf-8")


def members(env: dict[str, str]) -> dict[str, str]:
    """What stands for each customer whatever its id: the least of its identifier keys."""
    return dict(
        rows(env, "select customer_id, min(identifier_key) from identity.identity_map group by customer_id")
    )


def relabelled(env: dict[str, str]) -> dict[str, list[tuple]]:
    """Every public table with members in place of customer ids."""
    names = members(env)
    taken = snapshot(env, tables=[table for table in CONTRACT if table not in HISTORY])
    for table, found in taken.items():
        places = [
            place for place, name in enumerate(sorted(columns(env, table))) if name.endswith("customer_id")
        ]
        for place in places:
            found = [(*row[:place], names.get(row[place]), *row[place + 1 :]) for row in found]
        taken[table] = sorted(found, key=repr)
    return taken


@pytest.mark.fuzz
@pytest.mark.parametrize("order", ["in order", "shuffled"])
def test_ten_landings_give_the_customers_of_one(order, small_sample, one_load, tmp_path):
    landings = split(small_sample, LANDINGS)
    if order == "shuffled":
        random.Random(20260630).shuffle(landings)
    env = environment(tmp_path)
    for landing in landings:
        for relative, content in landing.items():
            path = Path(env["TEKIL_LANDING"]) / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        build_models(env)

    map_query = "select identifier_key, customer_id from identity.identity_map"
    assert partition(rows(env, map_query)) == partition(rows(one_load, map_query))
    expected, found = relabelled(one_load), relabelled(env)
    assert [table for table in expected if expected[table] != found[table]] == []
    # every id ever given resolves to a customer that lives, in one hop
    unresolved = rows(
        env,
        "select count(*) from (select distinct to_customer_id from identity.identity_changes where to_customer_id is not null) ever "
        "left join (select distinct customer_id from identity.identity_map) living on ever.to_customer_id = living.customer_id "
        "left join identity.identity_aliases on ever.to_customer_id = identity_aliases.retired_customer_id "
        "where living.customer_id is null and identity_aliases.customer_id is null",
    )
    assert unresolved == [(0,)]


def test_a_second_build_changes_nothing(one_load):
    before = snapshot(one_load)
    done = build(one_load)
    assert " 0 rows read" in done.stderr
    after = snapshot(one_load)
    assert [table for table in before if before[table] != after[table]] == []


def test_a_rebuild_moves_no_customer_id(one_load):
    before = snapshot(one_load)
    build(one_load, "--rebuild")
    after = snapshot(one_load)
    assert [table for table in before if before[table] != after[table]] == []
