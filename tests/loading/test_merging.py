"""Loading twice, loading newer and older versions, loading in any order."""

import random
from datetime import datetime

import pytest

from tests.loading.helpers import customer, event


def test_a_file_is_loaded_once_and_a_changed_one_again(desk):
    desk.put("shop/customers/a.jsonl", [customer(1, email="old"), customer(2)])
    assert desk.load().rows.loaded == 2
    before = desk.content("shop__customers", keep={"_load_id", "_loaded_at", "_row", "_file"})
    again = desk.load()
    assert (again.files_loaded, again.files_skipped, again.rows.read) == (0, 1, 0)
    assert desk.content("shop__customers", keep={"_load_id", "_loaded_at", "_row", "_file"}) == before
    assert desk.fetch("select count(*) from ops.load_runs") == [(2,)]
    desk.put("shop/customers/a.jsonl", [customer(1, email="new"), customer(2), customer(3)])
    report = desk.load()
    assert (report.rows.read, report.rows.loaded, report.rows.replaced) == (3, 1, 2)
    assert {row["id"]: row["email"] for row in desk.content("shop__customers")} == {
        "1": "new",
        "2": None,
        "3": None,
    }


def test_the_newest_version_wins_whenever_it_comes(desk):
    desk.put("shop/customers/a.jsonl", [customer(1, email="new", updated_at="2026-02-02")])
    desk.load()
    desk.put(
        "shop/customers/b.jsonl",
        [customer(1, email="old", updated_at="2026-02-01"), {"id": 1, "email": "none"}],
    )
    report = desk.load()
    assert (report.rows.loaded, report.rows.replaced) == (0, 2)
    assert [row["email"] for row in desk.content("shop__customers")] == ["new"]
    desk.put("shop/customers/c.jsonl", [customer(1, email="same", updated_at="2026-02-02")])
    desk.load()
    assert [row["email"] for row in desk.content("shop__customers")] == ["same"]


def test_within_a_load_the_same_rule_then_the_last_row(desk):
    desk.put("shop/customers/b.jsonl", [customer(1, email="b1"), customer(1, email="b2")])
    desk.put("shop/customers/a.jsonl", [customer(1, email="a1")])
    desk.put("shop/customers/c.csv", "id,email,updated_at\n1,older,2025-01-01\n")
    report = desk.load()
    assert (report.rows.read, report.rows.loaded, report.rows.replaced) == (4, 1, 3)
    [row] = desk.content("shop__customers", keep={"_file", "_row"})
    assert (row["email"], row["_file"], row["_row"]) == ("b2", "shop/customers/b.jsonl", 2)
    files = dict(desk.fetch("select path, rows_loaded from ops.load_files"))
    assert files == {"shop/customers/a.jsonl": 1, "shop/customers/b.jsonl": 0, "shop/customers/c.csv": 0}


def test_a_refusal_beats_a_consent_of_the_same_moment(desk):
    row = {"recipient": "+905", "channel": "MESAJ", "consent_date": "2026-01-01T00:00:00Z"}
    desk.put("consent/records/a.jsonl", [{**row, "status": "RET"}, {**row, "status": "ONAY"}])
    desk.load()
    assert [r["status"] for r in desk.content("consent__records")] == ["RET"]
    desk.put("consent/records/b.jsonl", [{**row, "status": "ONAY"}])
    desk.load()
    assert [r["status"] for r in desk.content("consent__records")] == ["RET"]


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_and_any_batches_give_the_same_rows(make_desk, engine, seed):
    chance = random.Random(seed)
    rows = [
        customer(chance.randrange(12), email=f"e{n}", updated_at=f"2026-01-01T00:00:{n:02}Z")
        for n in range(50)
    ]
    contents = []
    for _ in range(3):
        desk = make_desk(engine)
        chance.shuffle(rows)
        size = chance.choice([3, 20, 50])
        for start in range(0, len(rows), size):
            desk.put(f"shop/customers/{chance.randrange(10**6)}.jsonl", rows[start : start + size])
            if chance.random() < 0.4:
                desk.load()
        desk.load()
        contents.append(desk.content("shop__customers"))
    assert contents[0] == contents[1] == contents[2]


def test_batches_of_one_load_are_as_one_batch(make_desk, monkeypatch):
    contents = []
    for limit in (1, 10**9):
        monkeypatch.setattr("orchestration.lib.load.BATCH_BYTES", limit)
        desk = make_desk("duckdb", TEKIL_THREADS="2")
        for name in "cab":
            desk.put(f"tracker/events/{name}.jsonl", [event(i % 4, event=f"{name}{i}") for i in range(6)])
        desk.load()
        keep = {"_file", "_row"}
        contents.append(
            (
                desk.content("tracker__events", keep=keep),
                desk.fetch("select path, rows_loaded, rows_replaced from ops.load_files order by path"),
            )
        )
    assert contents[0] == contents[1]
    assert {row["_file"] for row in contents[0][0]} == {"tracker/events/c.jsonl"}


def test_whom_a_replaced_row_was_of_is_kept(desk):
    """Evidence of both changes, and after the merge only the loader could know of the former."""
    calls = [
        {"messageId": "m1", "type": "track", "channel": "web", "timestamp": "2026-01-01T10:00:00Z", "anonymousId": "c1", "userId": "A"},
        {"messageId": "m2", "type": "track", "channel": "web", "timestamp": "2026-01-01T10:00:00Z", "anonymousId": "c2"},
    ]  # fmt: skip
    desk.put("tracker/events/a.jsonl", calls)
    desk.load()
    kept = "select source, table_name, origin, _load_id from raw.moved_origins order by origin"
    assert desk.fetch(kept) == []
    desk.put("tracker/events/b.jsonl", [calls[0] | {"anonymousId": "c9"}, calls[1] | {"channel": "app"}])
    desk.load()
    assert desk.fetch(kept) == [("tracker", "events", "A", 2), ("tracker", "events", "c1", 2)]


def test_stamps_use_the_pinned_clock(desk):
    desk.put("shop/customers/a.jsonl", [customer(1)])
    desk.load()
    assert desk.fetch("select _loaded_at, _load_id from raw.shop__customers") == [(datetime(2026, 3, 1), 1)]


def test_a_column_new_in_the_contract_is_added(desk):
    desk.load()
    from orchestration.lib.warehouse import open_warehouse

    warehouse = open_warehouse(desk.settings)
    warehouse.execute('alter table raw.shop__customers drop column "email"')
    warehouse.close()
    desk.put("shop/customers/a.jsonl", [customer(1, email="e")])
    desk.load()
    assert desk.fetch("select email, id from raw.shop__customers") == [("e", "1")]


@pytest.mark.postgres
def test_raw_is_equal_on_both_engines(make_desk):
    from tests.loading.test_files import break_everything
    from tests.loading.test_values import GA4, TIMES

    desks = [make_desk(engine) for engine in ("duckdb", "postgres")]
    for desk in desks:
        break_everything(desk)
        desk.put("google_analytics/events/a.jsonl", [GA4, GA4])
        desk.put("shop/orders/a.jsonl", [{"id": i, "created_at": t[0]} for i, t in enumerate(TIMES)])
        desk.put("shop/products/a.csv", 'id,title,price\n1,\\.,1.5\n2,"a\n\\.\nb",2\n3,"\\N",3\n4,a\tb,1e3\n')
        desk.load()
    duck, postgres = desks
    keep = {"_file", "_row", "_loaded_at", "_load_id"}
    tables = ["shop__customers", "shop__orders", "shop__products", "google_analytics__events", "quarantine"]
    for table in [*tables, "rejected_files"]:
        assert duck.content(table, keep=keep) == postgres.content(table, keep=keep), table
    counts = "select * from ops.row_counts order by source, table_name"
    assert duck.fetch(counts) == postgres.fetch(counts)
