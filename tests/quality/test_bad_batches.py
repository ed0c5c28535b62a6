"""Each kind of bad batch is stopped: 0 rows reach staging, nothing may leave, the reason is told; the next good one recovers (O2)."""

import csv

import pytest

from tests.conftest import PROJECT
from tests.quality.batches import BAD, GOOD, Bad, good
from tests.quality.helpers import ROWS, SEED, GateDesk, gate_desk, small_rules

_starts = iter(range(1000, 10**7, 1000))


@pytest.fixture(scope="module")
def busy(tmp_path_factory, request) -> GateDesk:
    """A warehouse in which two good batches of every table have landed; each test adds to it."""
    from dataclasses import replace

    from orchestration.lib.settings import Settings
    from tests.conftest import warehouse_environment

    folder = tmp_path_factory.mktemp("busy")
    env = warehouse_environment("duckdb", folder, request)
    desk = GateDesk(replace(Settings.from_environment(env, PROJECT), root=small_rules(folder)))
    settle(desk)
    return desk


def settle(desk: GateDesk) -> None:
    for part in range(2):
        for table in GOOD:
            desk.put(f"{table}/good-{part}.jsonl", good(table, part * 100))
        desk.load()
        assert desk.closed is None, desk.closed
    assert desk.closed_because() is None


def check(desk: GateDesk, bads: list[Bad]) -> None:
    """Land each bad batch by itself, then all of them put right: they are of different tables."""
    right = {}
    for bad in bads:
        path, start = f"{bad.table}/batch-{next(_starts)}.jsonl", next(_starts)
        before = desk.in_raw()
        desk.put(path, bad.batch(start))
        report = desk.load()
        check_stopped(desk, bad, report.load_id)
        assert desk.in_raw() == before, bad.name
        right[path] = good(bad.table, start)
    for path, rows in right.items():
        desk.put(path, rows)
    report = desk.load()
    assert desk.closed is None and desk.closed_because() is None, desk.closed
    assert (report.files_loaded, report.rows.read) == (len(bads), ROWS * len(bads))
    raw = desk.in_raw()
    assert all(raw[bad.table.replace("/", "__")] >= 2 * ROWS for bad in bads)


def check_stopped(desk: GateDesk, bad: Bad, load_id: int) -> None:
    """The run failed, the reason is told wherever one looks, every row is kept, and nothing may leave."""
    assert desk.closed and desk.closed.startswith(f"The gate stopped {bad.table} in load {load_id}"), (
        bad.name,
        desk.closed,
    )
    assert any(bad.rule in line for line in desk.said), (bad.name, desk.said)
    told, run, (file,), kept = desk.fetch_all(
        "select outcome, reason <> '' from ops.gate where is_blocking and load_id = (select max(load_id) from ops.gate) and"
        " case when column_name = '' then expectation else expectation || ' (' || column_name || ')' end = "
        f"'{bad.rule}'",
        f"select status from ops.load_runs where load_id = {load_id}",
        f"select status, rows_read, rows_quarantined from ops.load_files where load_id = {load_id}",
        f"select count(*) from raw.quarantine where _load_id = {load_id}",
    )
    assert (told, run) == ([("failed", True)], [("stopped",)]), bad.name
    assert file[0] == "stopped" and file[1] == file[2] and kept == [(file[1],)], bad.name
    assert desk.closed_because().startswith("The gate stopped "), bad.name


def rounds() -> list[list[Bad]]:
    """The bad batches in as few rounds as there are kinds of the table that has most."""
    found: list[list[Bad]] = []
    for bad in BAD:
        fitting = next((some for some in found if bad.table not in {b.table for b in some}), None)
        if fitting is None:
            found.append(fitting := [])
        fitting.append(bad)
    return found


@pytest.mark.parametrize("bads", rounds(), ids=lambda bads: f"{len(bads)}-kinds")
def test_a_bad_batch_is_stopped_and_the_next_good_one_recovers(busy, bads):
    check(busy, bads)


def test_a_stopped_file_is_not_read_again(busy):
    bad = BAD[2]
    path, start = f"{bad.table}/again.jsonl", next(_starts)
    busy.put(path, bad.batch(start))
    busy.load()
    check_stopped(busy, bad, busy.load_id())
    report = busy.load()
    assert busy.closed is None and (report.rows.read, report.files_loaded) == (0, 0)
    assert busy.closed_because(), "nothing new, so the gate is as it was"
    busy.put(path, good(bad.table, start))
    busy.load()
    assert busy.closed_because() is None


POSTGRES = {
    "pos/receipts": "expect_variety (payment_token)",
    "shop/customers": "expect_still_filled (email)",
    "consent/records": "expect_known_value (status)",
    "shop/order_lines": "expect_plausible_quantity (quantity)",
    "shop/orders": "expect_rows_to_land",
}


@pytest.mark.postgres
def test_postgres_stops_the_same(make_settings, tmp_path):
    desk = gate_desk(make_settings, tmp_path, "postgres")
    settle(desk)
    check(desk, [bad for bad in BAD if POSTGRES.get(bad.table) == bad.rule])


def test_every_rule_that_stops_a_batch_is_broken_by_one():
    with (PROJECT / SEED).open(encoding="utf-8", newline="") as file:
        rules = [row for row in csv.DictReader(file) if row["severity"] != "warn"]
    wanted = set()
    for rule in rules:
        columns = ", ".join(rule["column_name"].split())
        label = rule["expectation"] if columns == "*" else f"{rule['expectation']} ({columns})"
        wanted.add((rule["source"], rule["table_name"], label))
    broken = {(*bad.table.split("/"), bad.rule) for bad in BAD}
    broken |= {("*", "*", rule) for *_, rule in broken}
    assert wanted - broken == set()
    assert len({bad.name for bad in BAD}) == len(BAD) >= 30
