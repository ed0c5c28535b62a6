"""What the gate does beside stopping a batch: it warns, quarantines, holds, is released, forgets nothing, and fails closed (O2)."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from orchestration.lib.errors import TekilError
from orchestration.lib.gate import closed_because, decide
from orchestration.lib.gate.docs import docs_folder
from orchestration.lib.gate.expectations import Facts, GateExpectation, expectation_classes
from orchestration.lib.gate.rules import known_expectations, read_rules, rules_of
from orchestration.lib.landing import read_contract
from orchestration.lib.warehouse import open_warehouse
from tests.conftest import PROJECT
from tests.loading.helpers import Desk
from tests.loading.test_safety import environment
from tests.quality.batches import MOJIBAKE, every, good
from tests.quality.helpers import ROWS, GateDesk, gate_desk

NEGATIVE = "expect_plausible_amount (price)"


@pytest.fixture
def desk(make_settings, tmp_path) -> GateDesk:
    return gate_desk(make_settings, tmp_path)


def rule(table: str, expectation: str, column: str = "", **values: str) -> dict[str, str]:
    source, _, name = table.partition("/")
    return {"source": source, "table_name": name, "expectation": expectation, "column_name": column, **values}


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_rows_that_break_a_rule_are_quarantined_with_its_name_and_the_rest_is_loaded(
    make_settings, tmp_path, engine
):
    desk = gate_desk(make_settings, tmp_path, engine)
    rows = good("shop/order_lines")
    for row in rows[:7]:
        row["price"] = -1
    desk.put("shop/order_lines/a.jsonl", rows)
    report = desk.load()
    assert desk.closed is None and desk.closed_because() is None
    assert (report.rows.loaded, report.rows.quarantined) == (ROWS - 7, 7)
    kept = desk.fetch("select _row, reason, raw_text from raw.quarantine order by _row")
    assert [row for row, _, _ in kept] == list(range(1, 8))
    assert {reason for _, reason, _ in kept} == {
        f"gate: {NEGATIVE}: price is an amount from 0 to 1000000000."
    }
    assert json.loads(kept[0][2])["id"] == "l0" and "variant_id" not in json.loads(kept[0][2])
    assert desk.fetch(
        "select rows_failing, rows_quarantined, outcome from ops.gate where rows_quarantined > 0"
    ) == [(7, 7, "passed")]
    assert desk.fetch("select count(*) from raw.shop__order_lines where price < 0") == [(0,)]
    # three rows are too few to judge by: they load, as the landing contract says
    few = [{**row, "id": f"b{n}", "price": -1} for n, row in enumerate(rows[:3])]
    desk.put("shop/order_lines/b.jsonl", few)
    assert desk.load().rows.loaded == 3 and desk.closed is None


def test_a_warning_only_shows(desk):
    desk.put("shop/customers/a.jsonl", every("email", "not an address")(good("shop/customers")))
    report = desk.load()
    assert desk.closed is None and desk.closed_because() is None
    assert report.rows.loaded == ROWS
    assert ("shop/customers", "expect_email_shape (email)", "failed") in desk.broken()
    assert [line for line in desk.said if "warn: expect_email_shape (email): 60 of 60 rows" in line]


WARNINGS = [
    ("tracker/events", "expect_known_event (event, type)", [every("event", lambda n: f"evt{n}"), every("type", "track")]),
    ("tracker/events", "expect_variety (anonymous_id)", [every("anonymousId", "robot")]),
    ("tracker/events", "expect_known_currency (properties_currency)", [every("properties.currency", "XAU")]),
    ("tracker/events", "expect_some_identity (anonymous_id, user_id, context_device_id, context_device_advertising_id, traits_email, traits_phone, traits_loyalty_card_no)",
     [every("anonymousId", None), every("userId", None), every("traits", None)]),
    ("tracker/events", "expect_usual_mix (event)", [every("event", "Checkout Started")]),
    ("tracker/events", "expect_clocks_in_step (original_timestamp, timestamp)", [every("originalTimestamp", "2024-01-01T00:00:00Z")]),
    ("tracker/events", "expect_fresh_rows (timestamp)", [every("timestamp", "2024-01-01T00:00:00Z")]),
    ("shop/customers", "expect_phone_shape (phone)", [every("phone", "ask me")]),
    ("shop/customers", "expect_times_in_order (created_at, updated_at)", [every("updated_at", "2020-01-01T00:00:00Z")]),
    ("shop/orders", "expect_filled (total_price)", [every("total_price", None)]),
    ("shop/orders", "expect_parent_to_exist (customer_id)", [every("customer_id", lambda n: f"nobody{n}")]),
    ("shop/order_lines", "expect_discount_within_price (total_discount, price, quantity)", [every("total_discount", 99999)]),
    ("shop/order_lines", "expect_parent_to_exist (order_id)", [every("order_id", lambda n: f"nothing{n}")]),
    ("pos/receipts", "expect_parent_to_exist (store_id)", [every("store_id", "nowhere")]),
    ("consent/records", "expect_usual_mix (status)", [every("status", "RET")]),
]  # fmt: skip


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_every_other_expectation_notices_what_it_is_for(make_settings, tmp_path, engine):
    """Those that only warn as shipped, and so are in no bad batch: one load with each of them broken, none of which stops it."""
    desk = gate_desk(
        make_settings,
        tmp_path,
        engine,
        # two columns that are emptied below on behalf of another rule
        rule("tracker/events", "expect_still_filled", "anonymous_id", minimum="0.1", severity="warn"),
        rule("shop/orders", "expect_still_filled", "total_price", minimum="0.1", severity="warn"),
    )
    tables = sorted({table for table, _, _ in WARNINGS} | {"pos/stores", "shop/products"})
    for part in range(2):
        for table in tables:
            desk.put(f"{table}/good-{part}.jsonl", good(table, part * 100))
        desk.load()
        assert desk.closed is None, desk.closed
        # a missing parent in the first load is none when it lands in the same one
        assert not [broken for broken in desk.broken() if broken[1].startswith("expect_parent")], (
            desk.broken()
        )
    asked = WARNINGS if engine == "duckdb" else [w for w in WARNINGS if "parent" in w[1] or "mix" in w[1]]
    for number, (table, label, spoilers) in enumerate(asked):
        rows = good(table, 1000 * (number + 1))
        for spoil in spoilers:
            rows = spoil(rows)
        desk.put(f"{table}/warned-{number}.jsonl", rows)
        desk.load()
        assert (table, label, "failed") in desk.broken(), (label, desk.broken())
        assert desk.closed is None and desk.closed_because() is None, label


def test_volume_is_judged_against_the_loads_before(make_settings, tmp_path):
    volume = rule("*/*", "expect_usual_volume", minimum="0.5", maximum="3", min_history="2", severity="block")
    desk = gate_desk(make_settings, tmp_path, "duckdb", volume)
    for part in range(3):
        desk.put(f"shop/refunds/{part}.jsonl", good("shop/refunds", part * 100))
        desk.load()
        assert desk.closed is None
    for name, count in (("few", 5), ("many", 500)):
        desk.put(f"shop/refunds/{name}.jsonl", good("shop/refunds", 5000, count))
        desk.load()
        assert "expect_usual_volume" in (desk.closed or "")
    desk.put("shop/refunds/usual.jsonl", good("shop/refunds", 9000, 70))
    assert desk.load().rows.loaded == 70 and desk.closed_because() is None


def test_a_check_that_raises_has_failed_and_tells_no_value(desk, monkeypatch):
    desk.put("shop/customers/a.jsonl", good("shop/customers"))
    secret = "kisi7@posta.com.tr"
    for number, breaks in enumerate((f"cast('{secret}' as integer) > 0", "no_such_column = 1")):
        with monkeypatch.context() as patch:
            patch.setattr(
                expectation_classes()["expect_readable_letters"],
                "breaks",
                classmethod(lambda cls, rule, facts, sql=breaks: sql),
            )
            desk.load()
        assert ("shop/customers", "expect_readable_letters (first_name)", "error") in desk.broken()
        assert desk.closed and "The check itself stopped on an unexpected" in desk.closed
        assert desk.in_raw()["shop__customers"] == 0 and desk.closed_because()
        everything = (
            json.dumps(desk.fetch("select * from ops.gate"), default=str) + " ".join(desk.said) + desk.closed
        )
        everything += "".join(page.read_text() for page in docs_folder(desk.settings).glob("*.html"))
        assert secret not in everything
        desk.put("shop/customers/a.jsonl", good("shop/customers", 1 + number))

    def explode(*_, **__):
        raise ValueError(secret)

    monkeypatch.setattr(GateExpectation, "_validate", explode)
    desk.load()
    assert desk.closed and "unexpected ValueError" in desk.closed and secret not in desk.closed
    assert {outcome for *_, outcome in desk.broken()} == {"error"}


def test_a_verdict_that_cannot_be_reached_leaves_nothing(desk, monkeypatch):
    """A fault of the gate itself is a failed load: no row in raw, and nothing may leave."""
    desk.put("shop/customers/a.jsonl", good("shop/customers"))
    desk.load()
    before = desk.in_raw()
    desk.put("shop/customers/b.jsonl", good("shop/customers", 500))
    with monkeypatch.context() as patch:
        patch.setattr("orchestration.lib.gate.history.remember", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.load()
    assert desk.in_raw() == before
    assert desk.closed_because() == "Load 2 did not come to an end: run make build again."
    assert desk.load().rows.loaded == ROWS and desk.closed_because() is None


@pytest.mark.parametrize("declared, history, expected", [
    ("required", 0, ("skipped", False)), ("required", 2, ("failed", True)), ("optional", 2, ("skipped", False)),
])  # fmt: skip
def test_a_check_that_saw_no_row_has_failed_unless_the_table_is_optional(
    make_settings, tmp_path, declared, history, expected
):
    to_land = rule("shop/refunds", "expect_rows_to_land", allowed=declared, min_history="2", severity="block")
    desk = gate_desk(make_settings, tmp_path, "duckdb", to_land)
    for part in range(history):
        desk.put(
            f"shop/refunds/{part}.csv",
            "id,order_id,created_at\n" + "".join(f"r{part}{n},o1,2026-02-01\n" for n in range(5)),
        )
        desk.load()
    desk.put("shop/refunds/empty.csv", "id,order_id,created_at\n")
    desk.load()
    outcome, stopped = expected
    said = desk.fetch(
        "select distinct outcome from ops.gate where load_id = (select max(load_id) from ops.gate)"
    )
    assert said == [(outcome,)] and bool(desk.closed) is stopped
    if stopped:
        assert "The check saw 0 rows" in desk.closed and desk.closed_because()


def test_a_file_that_cannot_be_read_is_moved_aside_whatever_is_required(make_settings, tmp_path):
    to_land = rule("shop/refunds", "expect_rows_to_land", allowed="required", severity="block")
    desk = gate_desk(make_settings, tmp_path, "duckdb", to_land)
    desk.put("shop/refunds/a.jsonl", good("shop/refunds"))
    desk.load()
    desk.put("shop/refunds/picture.csv", bytes(range(256)) * 40)
    desk.put("shop/orders/a.jsonl", good("shop/orders"))
    report = desk.load()
    assert desk.closed is None and (report.files_loaded, report.files_rejected) == (1, 1)
    desk.put("shop/refunds/headless.csv", "colour\nred\n")
    desk.put("shop/refunds/empty.csv", "id,order_id,created_at\n")
    assert desk.load().files_stopped == 1 and desk.closed
    report = desk.load()
    assert desk.closed is None and report.files_rejected == 1


def test_files_of_other_tables_and_good_files_wait_and_are_loaded_next(desk):
    desk.put("crm/contacts/good.jsonl", good("crm/contacts"))
    desk.put("shop/customers/good.jsonl", good("shop/customers"))
    desk.put("shop/customers/bad.jsonl", every("first_name", MOJIBAKE)(good("shop/customers", 500)))
    report = desk.load()
    assert (report.files_stopped, report.files_held, report.files_loaded) == (1, 2, 0)
    assert set(desk.in_raw().values()) == {0}
    assert desk.fetch("select path from ops.load_files where status = 'stopped'") == [
        ("shop/customers/bad.jsonl",)
    ]
    report = desk.load()
    assert desk.closed is None and report.files_loaded == 2
    assert desk.in_raw()["crm__contacts"] == desk.in_raw()["shop__customers"] == ROWS
    # a good batch of that table has come since, so the gate is open
    assert desk.closed_because() is None


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_person_releases_or_discards_what_was_stopped(make_settings, tmp_path, engine):
    desk = gate_desk(make_settings, tmp_path, engine)
    desk.put("shop/customers/bad.jsonl", every("first_name", MOJIBAKE)(good("shop/customers")))
    desk.load()
    assert desk.closed and "make release or make discard with LOAD=1" in desk.closed_because()
    with pytest.raises(TekilError, match="No reason was given"):
        decide(desk.settings, "release", 1, " ", "by hand")
    with pytest.raises(TekilError, match="Load 7 stopped nothing"):
        decide(desk.settings, "release", 7, "a try", "by hand")
    # a new file waits until the released one is in, so that it is judged by all rules
    desk.put("shop/customers/new.jsonl", every("first_name", MOJIBAKE)(good("shop/customers", 500)))
    assert "Released shop/customers of load 1" in decide(
        desk.settings, "release", 1, "they write so", "by hand"
    )
    assert desk.closed_because(), "a release is no verdict: the next load gives it"
    report = desk.load()
    assert desk.closed is None and (report.files_loaded, report.rows.loaded) == (1, ROWS)
    assert ("shop/customers", "expect_readable_letters (first_name)", "failed") in desk.broken()
    assert desk.closed_because() is None
    desk.load()
    assert desk.closed and desk.in_raw()["shop__customers"] == ROWS
    stopped = desk.fetch("select max(load_id) from ops.gate")[0][0]
    assert "Discarded" in decide(desk.settings, "discard", stopped, "not ours", "by hand")
    assert desk.closed_because() is None
    assert desk.load().files_loaded == 0 and desk.in_raw()["shop__customers"] == ROWS
    assert desk.fetch("select action, reason from ops.gate_decisions order by load_id") == [
        ("release", "they write so"), ("discard", "not ours"),
    ]  # fmt: skip


def test_the_gate_is_closed_until_it_has_spoken_when_it_is_off_and_when_data_is_stale(desk, tmp_path):
    assert desk.load().files_seen == 0
    assert desk.closed_because() == "No gate has run on this warehouse: run make build with data that lands."
    judged = desk.settings
    desk.settings = replace(judged, gate=False)
    desk.put("shop/customers/a.jsonl", good("shop/customers"))
    assert desk.load().rows.loaded == ROWS and "No gate has run" in desk.closed_because()
    desk.settings = judged
    desk.put("shop/customers/b.jsonl", good("shop/customers", 500))
    desk.load()
    assert desk.closed_because() is None
    desk.settings = replace(judged, gate=False)
    desk.put("shop/customers/c.jsonl", good("shop/customers", 900))
    desk.load()
    assert (
        desk.closed_because()
        == "Load 4 was not judged, since TEKIL_GATE was off: turn it on and land the next file."
    )
    desk.settings = judged
    desk.put("shop/customers/d.jsonl", good("shop/customers", 1300))
    desk.load()
    assert desk.closed_because() is None
    later = replace(judged, as_of=judged.as_of + timedelta(hours=169))
    warehouse = open_warehouse(judged)
    try:
        assert closed_because(warehouse, later).startswith("The newest data landed 169 hours ago")
        assert closed_because(warehouse, replace(later, stale_after=0)) is None
        warehouse.execute("drop table ops.gate")
        assert closed_because(warehouse, judged) == "No gate has run on this warehouse: run make build first."
        warehouse.execute("create table ops.gate as select 1 as load_id")
        assert closed_because(warehouse, judged).startswith("The gate cannot be read (BinderException)")
    finally:
        warehouse.close()


def test_a_large_load_waits_on_disk_and_ends_the_same(make_settings, tmp_path, monkeypatch):
    ends = []
    for limit in (10**9, 0):
        monkeypatch.setattr("orchestration.lib.gate.staged.IN_MEMORY_BYTES", limit)
        monkeypatch.setattr("orchestration.lib.load.BATCH_FILES", 1)
        desk = gate_desk(make_settings, tmp_path)
        for part in range(3):
            rows = good("shop/order_lines", part * 40)
            rows[part]["price"] = -1
            desk.put(f"shop/order_lines/{part}.jsonl", [*rows, {"id": None}])
            desk.put(f"shop/orders/{part}.jsonl", good("shop/orders", part * 40))
        report = desk.load()
        assert report.rows.quarantined == 6
        ends.append(
            (desk.content("shop__order_lines"), desk.content("shop__orders"), desk.reasons(), report.rows)
        )
        assert [
            path.name for path in desk.settings.duckdb_path.parent.iterdir() if "scratch" in path.name
        ] == []
    assert ends[0] == ends[1]


def test_nothing_new_needs_no_great_expectations(make_settings):
    desk = Desk(make_settings())
    desk.put("shop/customers/a.csv", "id\n1\n")
    desk.load()
    code = (
        "import sys; from orchestration.lib.load import load; from orchestration.lib.settings import Settings\n"
        "from orchestration.lib.gate import closed_because; from orchestration.lib.warehouse import open_warehouse\n"
        "settings = Settings.from_environment(); load(settings); warehouse = open_warehouse(settings)\n"
        "assert closed_because(warehouse, settings) is None; warehouse.close()\n"
        "sys.exit(any(name in sys.modules for name in ('great_expectations', 'pandas', 'sqlalchemy')))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT, env=environment(desk, TEKIL_GATE="on")
        ).returncode
        == 0
    )


def test_a_kill_in_the_middle_of_a_stop_loses_nothing(make_settings):
    """The second run ends as an undisturbed one: stopped, with the same rows in quarantine."""

    def fill(desk: Desk) -> Desk:
        bad = every("total_price", -5)(good("shop/orders", 0, 3000))
        desk.put("shop/orders/bad.jsonl", bad)
        desk.put("shop/customers/good.jsonl", good("shop/customers", 0, 3000))
        return desk

    def state(desk: Desk) -> tuple:
        return (
            desk.in_raw(),
            desk.fetch("select count(*) from raw.quarantine"),
            desk.fetch("select path, status, rows_quarantined from ops.load_files order by 1"),
            desk.fetch(
                "select source, table_name, expectation, column_name, outcome from ops.gate order by 1, 2, 3, 4"
            ),
        )

    undisturbed = fill(GateDesk(make_settings()))
    undisturbed.load()
    assert undisturbed.closed
    desk = fill(GateDesk(make_settings()))
    # the verdict is written whole or not at all: the process dies when some of its rows are in
    code = (
        "import os, signal; from orchestration.lib import load, merging\n"
        "kept = merging.write_quarantine\n"
        "def die(*a):\n kept(*a)\n os.kill(os.getpid(), signal.SIGKILL)\n"
        "merging.write_quarantine = die; load.main()"
    )
    died = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=environment(desk, TEKIL_GATE="on"))
    assert died.returncode == -signal.SIGKILL
    assert desk.fetch("select count(*) from ops.gate") == [(0,)] and set(desk.in_raw().values()) == {0}
    desk.load()
    assert desk.closed and state(desk) == state(undisturbed)


def test_no_personal_value_stands_in_what_the_gate_writes(desk, capfd):
    secrets = {"zqayse@posta.com.tr", "+905329998877", "Zqgüneş", "zq-undefined-zq"}
    rows = good("shop/customers")
    for row in rows:
        row |= {"email": "zqayse@posta.com.tr", "phone": "+905329998877", "first_name": f"Zqgüneş {MOJIBAKE}"}
    desk.put("shop/customers/a.jsonl", rows)
    events = good("tracker/events")
    for n, event in enumerate(events):
        event["event"] = f"zqayse@posta.com.tr {n % 3}"
        event["properties"] |= {"price": -1, "currency": "zq-undefined-zq"}
    desk.put("tracker/events/a.jsonl", events)
    desk.load()
    assert desk.closed
    desk.put("shop/customers/a.jsonl", good("shop/customers"))
    desk.put("tracker/events/a.jsonl", [{**e, "properties": {}} for e in events])
    desk.load()
    told = "".join(capfd.readouterr()) + " ".join(desk.said) + str(desk.closed_because())
    for table in ("gate", "gate_profiles", "gate_decisions", "load_files", "load_runs"):
        told += json.dumps(desk.fetch(f"select * from ops.{table}"), default=str, ensure_ascii=False)
    pages = list(docs_folder(desk.settings).glob("*.html"))
    assert len(pages) == 3
    told += "".join(page.read_text(encoding="utf-8") for page in pages)
    assert [secret for secret in secrets if secret in told] == []
    assert desk.fetch("select count(*) from raw.quarantine where raw_text like '%zqayse%'")[0][0] > 0


def test_the_pages_need_nobody_else(desk):
    desk.put("shop/customers/a.jsonl", good("shop/customers"))
    desk.load()
    for page in docs_folder(desk.settings).glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"https?://|<script|<link", text)
        assert text.startswith("<!doctype html>") and text.rstrip().endswith("</html>")
    assert "shop/customers: passed" in (docs_folder(desk.settings) / "load-000001.html").read_text()


def test_the_shipped_rules_are_whole():
    contract = read_contract(PROJECT)
    rules = read_rules(PROJECT, contract)
    classes = expectation_classes()
    assert set(classes) == known_expectations() == {rule.expectation for rule in rules}
    facts = Facts(datetime(2026, 1, 1), ("id",))
    for table in contract.values():
        chosen = rules_of(rules, table)
        assert [r for r in chosen if r.expectation == "expect_rows_to_land" and r.reason], table.label
        for one in chosen:
            asked = classes[one.expectation].of(one, facts)
            assert asked.description.endswith(".") and "{" not in asked.description, one.label
            assert one.reason, one.where
    assert all(kind.__doc__ and kind.__doc__.strip().endswith(".") for kind in classes.values())


@pytest.mark.parametrize("change, said", [
    ({"expectation": "expect_miracles"}, "names the expectation 'expect_miracles'"),
    ({"severity": "loud"}, "severity is 'loud': write block, quarantine, warn"),
    ({"tolerance": "5"}, "tolerance is '5': write a share from 0 to 1"),
    ({"column_name": "colour"}, "names the column 'colour'"),
    ({"table_name": "nothing"}, "about a table that landing_columns.csv does not have"),
    ({"maximum": "much"}, "maximum is 'much': write a number"),
    ({"min_rows": "-1"}, "min_rows is '-1': write a whole number"),
])  # fmt: skip
def test_a_rule_that_does_not_fit_is_refused_in_a_sentence(make_settings, tmp_path, change, said):
    row = rule("shop/refunds", "expect_filled", "amount") | change
    desk = gate_desk(make_settings, tmp_path, "duckdb", row)
    with pytest.raises(TekilError, match=re.escape(said)):
        read_rules(desk.settings.root, read_contract(PROJECT))


def test_the_command_is_stopped_with_one_sentence(make_settings):
    """`make build` ends with exit code 1 before dbt starts, and says why (law 5)."""
    desk = GateDesk(make_settings())
    desk.put("shop/orders/bad.jsonl", every("total_price", -5)(good("shop/orders", 0, 300)))
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.lib.build"],
        cwd=PROJECT,
        env=environment(desk, TEKIL_GATE="on") | {"TEKIL_LINKING": "off", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr, done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1 and "The gate stopped shop/orders in load 1" in errors[0]
    assert "expect_plausible_amount (total_price): 300 of 300 rows (100.0 %) break it" in errors[0]
    assert "dbt" not in done.stderr
    assert desk.fetch("select count(*) from information_schema.schemata where schema_name = 'staging'") == [
        (0,)
    ]
