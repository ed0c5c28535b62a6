"""What people ask of the identity graph, and what they tell it: explain, bridges, plan, override (I4, I6, I7, I9), on a small sample."""

from __future__ import annotations

import csv
import itertools
import random
import shutil
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from tests.operation.test_commands import make
from tests.support.project import ROOT, run
from tests.support.tables import rows

IDENTITY = "run --quiet --select +identity_map +identity_aliases identity_links identity_paths identity_refusals record_map identifiers"


@pytest.fixture
def warehouse(built, tmp_path) -> dict[str, str]:
    """A copy of the small sample's warehouse that a test may change."""
    env = built[0]
    folder = tmp_path / "warehouse"
    shutil.copytree(Path(env["TEKIL_DUCKDB_PATH"]).parent, folder)
    return env | {"TEKIL_DUCKDB_PATH": str(folder / Path(env["TEKIL_DUCKDB_PATH"]).name)}


def build_identity(env: dict[str, str]) -> None:
    run(env, "orchestration.lib.run_dbt", IDENTITY)


def change(env: dict[str, str], *statements: str) -> None:
    connection = duckdb.connect(env["TEKIL_DUCKDB_PATH"])
    for statement in statements:
        connection.execute(statement)
    connection.close()


def customers(env: dict[str, str]) -> dict[str, str]:
    return dict(rows(env, "select identifier_key, customer_id from identity.identity_map"))


def graph(env: dict[str, str]) -> dict[str, list[tuple[str, int]]]:
    neighbours = defaultdict(list)
    for number, (left, right) in enumerate(
        rows(env, "select identifier_key, other_identifier_key from identity.identity_links order by 1, 2")
    ):
        neighbours[left].append((right, number))
        neighbours[right].append((left, number))
    return neighbours


def distance(neighbours: dict, left: str, right: str) -> int:
    reached, frontier = {left: 0}, [left]
    while right not in reached:
        frontier = [far for near in frontier for far, _ in neighbours[near] if far not in reached]
        reached |= dict.fromkeys(frontier, max(reached.values()) + 1)
    return reached[right]


def test_any_two_identifiers_of_a_customer_have_a_chain_of_evidence(built):
    env = built[0]
    assert rows(
        env,
        # every step is a real piece of evidence that names both its ends
        "select count(*) from identity.identity_links as links where rule <> 'included by hand' and not exists ("
        " select 1 from identity.int_identity__evidence_keyed as lefts"
        " join identity.int_identity__evidence_keyed as rights using (evidence_id)"
        " where evidence_id = links.evidence and lefts.identifier_key = links.identifier_key"
        " and rights.identifier_key = links.other_identifier_key)",
    ) == [(0,)]
    grouped = defaultdict(list)
    for key, customer in sorted(customers(env).items()):
        grouped[customer].append(key)
    neighbours = graph(env)
    asked = [pair for keys in grouped.values() for pair in itertools.combinations(keys, 2)]
    assert len(asked) > 1000
    for left, right in asked:
        assert distance(neighbours, left, right) >= 1
    left, right = max(asked[:2000], key=lambda pair: distance(neighbours, *pair))
    shown = make(env, "explain", f"A={left}", f"B={right}").stdout.splitlines()
    assert len(shown) == 1 + distance(neighbours, left, right)
    assert left[:8] in shown[0] and left[:8] in shown[1] and right[:8] in shown[-1]


def test_two_customers_are_explained_by_what_was_refused(built):
    env = built[0]
    key, other = rows(
        env,
        "select identifier_key, other_identifier_key from identity.identity_refusals"
        " where guard = 'bad_value' and other_identifier_key is not null order by 1, 2",
    )[0]
    shown = make(env, "explain", f"A={key}", f"B={other}").stdout
    assert "they are not one customer" in shown and "refused by bad_value: 2 different given_name" in shown


@pytest.mark.parametrize(
    ("left", "right", "sentence"),
    [
        ("", "", "Two identifiers are needed"),
        ("nonsense", "email:x@y.zz", "written as a type and its compared value"),
        ("email:nobody@nowhere.zz", "email:x@y.zz", "No evidence names that email"),
    ],
)
def test_a_question_that_cannot_be_answered_gets_a_sentence(built, left, right, sentence):
    done = make(built[0], "explain", f"A={left}", f"B={right}")
    assert done.returncode != 0 and sentence in done.stderr and "Traceback" not in done.stderr


def test_bridges_are_those_of_tarjan(built):
    env = built[0]
    neighbours, bridges, found, low = graph(env), set(), {}, {}

    def visit(start: str) -> None:
        stack = [(start, -1, iter(neighbours[start]))]
        found[start] = low[start] = len(found)
        while stack:
            node, came, ways = stack[-1]
            for far, number in ways:
                if number == came:
                    continue
                if far in found:
                    low[node] = min(low[node], found[far])
                else:
                    found[far] = low[far] = len(found)
                    stack.append((far, number, iter(neighbours[far])))
                    break
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    low[above] = min(low[above], low[node])
                    if low[node] > found[above]:
                        bridges.add(came)

    for node in list(neighbours):
        if node not in found:
            visit(node)
    told = [
        flag
        for (flag,) in rows(
            env, "select is_bridge from identity.identity_links order by identifier_key, other_identifier_key"
        )
    ]
    assert told == [number in bridges for number in range(len(told))]
    assert 0 < len(bridges) < len(told)


def test_without_a_bridge_the_customer_falls_in_two(warehouse):
    # bridges that rest on receipts alone: taking the receipts away takes the link away and nothing else
    bridges = rows(
        warehouse,
        "select links.identifier_key, links.other_identifier_key, string_agg(evidence.record_id, '|') from identity.identity_links as links"
        " join identity.int_identity__evidence_keyed as evidence on evidence.identifier_key = links.identifier_key"
        " join identity.int_identity__evidence_keyed as others on others.identifier_key = links.other_identifier_key"
        " and others.evidence_id = evidence.evidence_id"
        " where links.is_bridge group by 1, 2 having bool_and(evidence.table_name = 'receipts') order by 1, 2",
    )
    chosen = random.Random(1).sample(bridges, min(8, len(bridges)))
    assert chosen
    receipts = [receipt for _, _, named in chosen for receipt in named.split("|")]
    change(
        warehouse,
        f"delete from raw.pos__receipts where receipt_id in ({', '.join(repr(r) for r in receipts)})",
    )
    build_identity(warehouse)
    now = customers(warehouse)
    for left, right, _ in chosen:
        assert now.get(left) is None or now.get(right) is None or now[left] != now[right]


def test_the_plan_is_what_the_next_build_does(warehouse, tmp_path):
    limits = ROOT / "seeds" / "rules" / "identifier_limits.csv"
    change(
        warehouse,
        "update rules.identifier_limits set max_count = 2 where identifier_type in ('email', 'phone') and counted = 'given_name'",
    )
    done = run(
        warehouse,
        "orchestration.lib.run_dbt",
        "--quiet run-operation plan_identity --args '{show: 3, every_change: true}'",
    )
    planned = {tuple(line.split()[1:]) for line in done.stdout.splitlines() if line.startswith("change: ")}
    before = customers(warehouse)
    run(warehouse, "orchestration.lib.run_dbt", IDENTITY + " --exclude resource_type:seed")
    changed = {
        (key, old or "-", new or "-", cause)
        for key, old, new, cause in rows(
            warehouse,
            "select identifier_key, from_customer_id, to_customer_id, cause from identity.identity_changes"
            " where build_number = (select max(build_number) from identity.identity_changes)",
        )
    }
    assert planned == changed and any(cause == "merge" for *_, cause in planned)
    # ids moved only where membership moved
    now = customers(warehouse)
    together, together_now = defaultdict(set), defaultdict(set)
    for key, customer in before.items():
        together[customer].add(key)
    for key, customer in now.items():
        together_now[customer].add(key)
    for key in before.keys() & now.keys():
        if before[key] != now[key]:
            assert together[before[key]] != together_now[now[key]]
    # the file's own rule is planned, applied, and the former ids are back
    assert "plan: nothing would change" not in make(warehouse, "plan").stdout
    with limits.open(encoding="utf-8") as file:
        assert {
            row["max_count"]
            for row in csv.DictReader(file)
            if row["identifier_type"] == "email" and row["counted"] == "given_name"
        } == {"1"}
    build_identity(warehouse)
    assert customers(warehouse) == before
    assert make(warehouse, "plan").stdout.strip() == "plan: nothing would change."


def test_one_row_splits_a_customer_and_its_withdrawal_restores_it(warehouse):
    before = customers(warehouse)
    left, right, customer = rows(
        warehouse,
        "select identifier_key, other_identifier_key, customer_id from identity.identity_links"
        " where identifier_type = 'email' and other_identifier_type = 'account_id' order by 1, 2",
    )[0]
    assert "No reason was given" in make(warehouse, "override", f"A={left}", f"B={right}").stderr
    email = rows(
        warehouse, f"select identifier_value from vault.identifiers where identifier_key = '{left}'"
    )[0][0]
    done = make(warehouse, "override", "ACTION=exclude", f"A=email:{email}", f"B={right}", "REASON=ticket 1")
    assert done.returncode == 0 and email not in done.stdout + done.stderr.replace(f"email:{email}", "")
    build_identity(warehouse)
    apart = customers(warehouse)
    assert apart[left] != apart[right] and customer in (apart[left], apart[right])
    assert (
        rows(warehouse, "select count(*) from identity.identity_refusals where guard = 'exclude'")[0][0] >= 1
    )
    moved = {key for key in before if apart[key] != before[key]}
    assert {before[key] for key in moved} == {customer}
    later = warehouse | {"TEKIL_AS_OF": "2027-01-01T00:00:00Z"}
    make(later, "override", "ACTION=withdraw", f"A={left}", f"B={right}", "REASON=ticket 2")
    build_identity(warehouse)
    assert customers(warehouse) == before


def test_a_seed_with_other_columns_is_made_anew(warehouse):
    change(warehouse, "alter table rules.identifier_types drop column max_per_customer")
    done = run(warehouse, "orchestration.lib.load")
    assert "identifier_types.csv has other columns than before" in done.stdout + done.stderr
    run(warehouse, "orchestration.lib.run_dbt", "seed --quiet")
    assert rows(warehouse, "select count(max_per_customer) > 0 from rules.identifier_types") == [(True,)]
