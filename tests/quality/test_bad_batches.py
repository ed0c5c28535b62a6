"""Each kind of bad batch is stopped: 0 rows reach staging, nothing may leave, the reason is told; the next good one recovers (O2)."""

import csv

import pytest

from tests.conftest import PROJECT
from tests.quality.batches import BAD, GOOD, Bad, good
from tests.quality.helpers import SEED, GateDesk, gate_desk, small_rules

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


def check(desk: GateDesk, bad: Bad) -> None:
    before, ended = desk.in_raw(), desk.fetch("select max(load_id) from ops.load_runs")[0][0]
    path = f"{bad.table}/batch-{next(_starts)}.jsonl"
    start = next(_starts)
    desk.put(path, bad.batch(start))
    report = desk.load()

    source, table = bad.table.split("/")
    label = f"{bad.table} in load {report.load_id}"
    assert desk.closed and desk.closed.startswith(f"The gate stopped {label}"), desk.closed
    assert (bad.table, bad.rule, "failed") in desk.broken(), desk.broken()
    assert desk.in_raw() == before
    assert desk.fetch(f"select status from ops.load_runs where load_id > {ended}") == [("stopped",)]
    assert desk.closed_because().startswith(f"The gate stopped {label}")
    reasons = desk.fetch(f"select reason from ops.gate where load_id = {report.load_id} and is_blocking")
    assert reasons and all(reason for (reason,) in reasons)
    assert any(bad.rule.split(" ")[0] in line for line in desk.said)
    ((status, read, quarantined),) = desk.fetch(
        f"select status, rows_read, rows_quarantined from ops.load_files where load_id = {report.load_id}"
    )
    assert (status, read) == ("stopped", quarantined)
    assert desk.fetch(
        f"select count(*) from raw.quarantine where _load_id = {report.load_id} and source = '{source}' and table_name = '{table}'"
    ) == [(read,)]

    # nothing to do: the stopped file is known, and the gate stays closed
    assert desk.load().files_seen and desk.closed is None and desk.closed_because()
    # the next good batch, here the same file put right
    desk.put(path, good(bad.table, start))
    assert desk.load().files_loaded == 1
    assert desk.closed is None and desk.closed_because() is None
    raw = f"{source}__{table}"
    assert desk.in_raw()[raw] > before[raw]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_batch_is_stopped_and_the_next_good_one_recovers(busy, bad):
    check(busy, bad)


POSTGRES = [bad for bad in BAD if bad.rule in (
    "expect_variety (payment_token)", "expect_still_filled (email)", "expect_known_value (status)", "expect_plausible_quantity (quantity)",
) or bad.what == "an empty file" and bad.table == "shop/orders"]  # fmt: skip


@pytest.mark.postgres
def test_postgres_stops_the_same(make_settings, tmp_path):
    desk = gate_desk(make_settings, tmp_path, "postgres")
    settle(desk)
    for bad in POSTGRES:
        check(desk, bad)


def test_every_rule_that_stops_a_batch_is_broken_by_one():
    with (PROJECT / SEED).open(encoding="utf-8", newline="") as file:
        rules = [row for row in csv.DictReader(file) if row["severity"] != "warn"]
    wanted = set()
    for rule in rules:
        columns = ", ".join(rule["column_name"].split())
        label = f"{rule['expectation']} ({columns})" if columns else rule["expectation"]
        wanted.add((rule["source"], rule["table_name"], label))
    broken = {(*bad.table.split("/"), bad.rule) for bad in BAD}
    broken |= {("*", "*", rule) for *_, rule in broken}
    assert wanted - broken == set()
    assert len({bad.name for bad in BAD}) == len(BAD) >= 30
