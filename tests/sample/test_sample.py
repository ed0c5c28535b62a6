"""The sample is what `sample.json` says, the same every time, and holds what the stories need."""

import csv
import gzip
import hashlib
import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import sample
from sample import linkable
from sample.writers import HEADERS, TABLES

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS = 600


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One sample that most tests read."""
    folder = tmp_path_factory.mktemp("sample") / "landing"
    sample.generate(folder, customers=CUSTOMERS)
    return folder


@pytest.fixture(scope="module")
def said(made):
    return json.loads((made / "sample.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tables(made):
    return {table: list(linkable.read(made, table)) for table in TABLES}


@pytest.fixture(scope="module")
def declared():
    """Columns of the landing contract: table -> paths, as lists of names."""
    paths = defaultdict(set)
    with (ROOT / "seeds/rules/landing_columns.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for path in row["path"].split(","):
                paths[f"{row['source']}/{row['table_name']}"].add(path.split("[")[0])
    return paths


def digest(folder):
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_same_words_give_the_same_bytes(tmp_path):
    for name, jobs in (("one", 1), ("two", 1)):
        sample.generate(tmp_path / name, seed=7, customers=60, days=120, jobs=jobs)
    sample.generate(tmp_path / "other", seed=8, customers=60, days=120)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert digest(tmp_path / "one") != digest(tmp_path / "other")


def test_processes_do_not_change_a_byte(tmp_path, monkeypatch):
    """The hash seed of Python and the number of processes leave no trace."""
    for name, jobs, hashing in (("one", "1", "0"), ("two", "2", "17")):
        command = [sys.executable, "-m", "sample", "--out", str(tmp_path / name), "--jobs", jobs]
        command += ["--customers", "1300", "--days", "60"]
        done = subprocess.run(
            command, cwd=ROOT, env={"PYTHONHASHSEED": hashing}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert len(list((tmp_path / "one/shop/customers").glob("p*.gz"))) == 2  # two chunks, so two processes


def test_every_table_of_the_contract_is_there(declared, tables):
    assert set(declared) == set(TABLES)
    assert [table for table, rows in tables.items() if not rows] == []


def test_only_declared_columns(declared, tables):
    for table, header in HEADERS.items():
        assert set(header.split()) <= declared[table], table
    strange = Counter()
    for table in set(TABLES) - set(HEADERS):
        for row in tables[table]:
            strange.update((table, path) for path in leaves(row) if not known(path, declared[table]))
    assert not strange


def leaves(value, path=""):
    """Yield the paths of a JSON object; arrays are leaves (they are kept whole)."""
    for key, inner in value.items():
        here = f"{path}.{key}" if path else key
        if isinstance(inner, dict):
            yield from leaves(inner, here)
        else:
            yield here


def known(path, paths):
    return path in paths or path == "ecommerce.purchase_revenue"


def test_the_counts_are_true(made, said, tables):
    for table, rows in tables.items():
        plain = 3 if table == "tracker/events" else 0  # good rows among the broken ones
        assert len(rows) + plain == said["rows"][table], table
        assert len({key(table, row) for row in rows}) + plain == said["keys"][table], table
    broken = 0
    for path in made.rglob("repaired-by-hand.*"):
        lines = path.read_text(encoding="utf-8").splitlines()
        broken += len(lines) - (path.suffix == ".csv")
    assert broken - 3 == said["broken_rows"]["total"] == sum(said["broken_rows"]["by_table"].values()) == 37
    assert (made / said["broken_files"][0]).read_bytes()[:4] == b"\x89PNG"


KEYS = {
    "tracker/events": ("messageId",),
    "shop/inventory_levels": ("product_id", "location_id"),
    "pos/stores": ("store_id",),
    "pos/receipts": ("receipt_id",),
    "pos/receipt_lines": ("receipt_id", "line_no"),
    "crm/contacts": ("contact_id",),
    "mailchimp/email_activity": ("campaign_id", "email_id", "action", "timestamp"),
    "messaging/sends": ("message_id",),
    "messaging/receipts": ("message_id", "event", "occurred_at"),
    "google_analytics/events": ("event_name", "event_timestamp", "user_pseudo_id"),
    "sprout_social/messages": ("guid",),
    "consent/records": ("recipient", "channel", "purpose", "consent_date", "source"),
    "privacy/requests": ("request_id",),
    "labels/identity_labels": ("source", "table", "record_id"),
}


def key(table, row):
    return tuple(str(row[column]) for column in KEYS.get(table, ("id",)))


def test_a_sample_has_known_size_at_the_end_only(tmp_path):
    folder = tmp_path / "landing"
    sample.generate(folder, customers=20, days=60)
    assert (folder / "sample.json").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["landing"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("keep")
    with pytest.raises(FileExistsError, match="another folder"):
        sample.generate(mine, customers=20, days=60)
    assert (mine / "thesis.txt").read_text() == "keep"


def test_labels_name_records_that_exist(tables):
    columns = {
        ("shop", "customers"): "id",
        ("crm", "contacts"): "contact_id",
        ("mailchimp", "members"): "id",
        ("zendesk", "users"): "id",
        ("tracker", "events"): "anonymousId",
        ("pos", "receipts"): "receipt_id",
    }
    records = {k: {row[c] for row in tables["/".join(k)]} for k, c in columns.items()}
    seen = Counter()
    for row in tables["labels/identity_labels"]:
        kind = row["source"], row["table"]
        assert row["record_id"] in records[kind]
        seen[kind] += 1
    assert set(seen) == set(columns)


def test_money_adds_up(tables):
    lines = Counter()
    for x in tables["shop/order_lines"]:
        lines[x["order_id"]] += cents(x["price"]) * int(x["quantity"]) - cents(x["total_discount"])
    for x in tables["shop/orders"]:
        assert cents(x["total_price"]) == lines[x["id"]]
    receipts = Counter()
    for x in tables["pos/receipt_lines"]:
        receipts[x["receipt_id"]] += cents(x["unit_price"]) * int(x["quantity"]) - cents(x["discount_amount"])
    assert {x["receipt_id"]: cents(x["total_amount"]) for x in tables["pos/receipts"]} == dict(receipts)
    assert {x["currency"] for x in tables["shop/orders"]} == {"TRY", "EUR"}
    back = Counter()
    for x in tables["shop/refunds"]:
        back[x["order_id"]] += cents(x["amount"])
    assert back and all(amount <= lines[order] for order, amount in back.items())


def cents(text):
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part)


def test_completed_orders_are_the_shops_orders(tables):
    totals = {x["id"]: float(x["total_price"]) for x in tables["shop/orders"]}
    told = [x["properties"] for x in tables["tracker/events"] if x.get("event") == "Order Completed"]
    assert told
    assert all(totals[x["order_id"]] == x["total"] for x in told)


def test_nothing_happens_after_the_end(tables, said):
    end = said["as_of"].removesuffix("Z")
    for x in tables["tracker/events"]:
        if isinstance(x["timestamp"], str) and x["timestamp"].endswith("Z"):
            assert said["starts_at"][:19] <= x["timestamp"][:19] < end
            assert x["receivedAt"][:19] < end
    assert max(x["created_at"] for x in tables["shop/orders"]) < "2026-07-01T00:00:00+03:00"
    assert max(x["occurred_at"] for x in tables["pos/receipts"]) < "2026-07-01"


@pytest.fixture(scope="module")
def calls(tables):
    """Calls of the tracker by the person number in their message id."""
    people = defaultdict(list)
    for x in tables["tracker/events"]:
        people["P" + x["messageId"][1:8]].append(x)
    return people


def test_story_a_app_store_desktop_on_one_day(calls, said, tables):
    receipts = {
        (x["loyalty_card_no"][4:-1], x["occurred_at"][:10])
        for x in tables["pos/receipts"]
        if x["loyalty_card_no"]
    }
    people = said["examples"]["story_a"]
    assert people
    for person in people:
        days = [
            x["timestamp"][:10]
            for x in calls[person]
            if x.get("event") == "Order Completed" and x["context"]["device"]["type"] == "desktop"
        ]
        shopped = [day for day in days if (person[1:].zfill(11), day) in receipts]
        assert any(
            x["channel"] == "app" and x["timestamp"][:10] == day for day in shopped for x in calls[person]
        )


def test_story_b_anonymous_cart_then_sign_up_at_the_office(calls, said):
    people = said["examples"]["story_b"]
    assert people
    for person in people:
        cart = f"c{person[1:]}b"
        told = [x for x in calls[person] if x.get("properties", {}).get("cart_id") == cart]
        assert {x["context"]["device"]["type"] for x in told} == {"mobile", "desktop"}
        anonymous = {x["anonymousId"] for x in told if "userId" not in x}
        signed = {x["anonymousId"] for x in calls[person] if "userId" in x}
        assert len(anonymous) >= 2
        assert anonymous & signed  # they log in there later: what was anonymous becomes theirs


def test_story_c_begun_in_the_app_finished_on_desktop(calls, said):
    people = said["examples"]["story_c"]
    assert people
    for person in people:
        cart = f"c{person[1:]}c"
        told = [x for x in calls[person] if x.get("properties", {}).get("cart_id") == cart]
        assert {x["channel"] for x in told} == {"app", "web"}
        checkout = f"k{person[1:]}c"
        done = [x for x in calls[person] if x.get("properties", {}).get("checkout_id") == checkout]
        assert any(x["event"] == "Order Completed" and x["channel"] == "web" for x in done)


def test_the_planted_conflicts_are_there(said, tables):
    planted = said["planted"]
    for name in ("households", "shared_devices", "placeholder_phones", "late_events", "duplicate_events"):
        assert planted[name] > 0, name
    users = defaultdict(set)
    for x in tables["tracker/events"]:
        if "userId" in x and x["channel"] == "web":
            users[x["anonymousId"]].add(x["userId"])
    assert sum(len(u) > 1 for u in users.values()) >= planted["shared_devices"] // 2


def test_exact_identifiers_link_most_and_nothing_wrong(made):
    found = linkable.measure(made)
    assert found["precision"] >= 0.995
    assert 0.92 <= found["recall"] <= 0.98


def test_memory_does_not_grow_with_the_number_of_people(tmp_path):
    """Peak memory of a chunk is open files and buffers: three times the people need the same."""
    code = (
        "import resource, sys; from sample.generator import write_chunk; import sample.generator as g;"
        "g.chunk_size = lambda n: n; n = int(sys.argv[1]);"
        "write_chunk((sys.argv[2], 1, n, 365, 0));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peaks = []
    for people in (400, 1200):
        command = [sys.executable, "-c", code, str(people), str(tmp_path / str(people))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] * 1.15, peaks


def test_files_are_valid_gzip_without_a_clock(made):
    path = next((made / "tracker/events").glob("*.gz"))
    assert path.read_bytes()[4:8] == b"\x00\x00\x00\x00"
    with gzip.open(path) as lines:
        json.loads(next(lines))
