"""What a landing folder may hold: every format, every kind of damage, and things not meant for us."""

import gzip
import os

import duckdb
import pytest

from orchestration.lib.errors import TekilError
from tests.loading.helpers import customer, event


def test_a_missing_folder_is_one_sentence(duck):
    with pytest.raises(TekilError, match=r"landing folder .* is not there: set TEKIL_LANDING"):
        from orchestration.lib.load import load

        load(duck.settings, duck.said.append)


def test_an_empty_folder_makes_every_table(desk):
    desk.load()
    columns = [r[0] for r in desk.fetch("select * from raw.shop__orders limit 0")]
    assert columns == []
    assert desk.fetch("select count(*) from raw.google_analytics__events") == [(0,)]
    assert desk.fetch("select status, files_seen from ops.load_runs") == [("succeeded", 0)]


def test_strangers_are_named_and_left_alone(duck):
    duck.put("magento/orders/a.csv", "id\n1\n")
    duck.put("shop/baskets/a.csv", "id\n1\n")
    duck.put("shop/orders/readme.txt", "hello")
    duck.put("shop/orders/.DS_Store", b"\0")
    duck.put(".hidden/x/a.csv", "id\n1\n")
    duck.put("loose.csv", "id\n1\n")
    duck.load()
    assert len(duck.said) == 4
    assert "loose.csv: not inside a <source>/<table>/ folder, left alone" in duck.said
    assert "magento/: unknown source, left alone" in duck.said
    assert "shop/baskets/: unknown table, left alone" in duck.said
    assert any(line.startswith("shop/orders/readme.txt: ending not known") for line in duck.said)
    assert duck.fetch("select count(*) from ops.load_files") == [(0,)]


def test_every_format_gives_the_same_rows(desk, tmp_path):
    rows = [customer(1, email="a@x.com"), customer(2, email='"q", İş\nx')]
    text = 'id,updated_at,email\n1,2026-01-01T00:00:00Z,a@x.com\n2,2026-01-01T00:00:00Z,"""q"", İş\nx"\n'
    lines = "select * from (values (1, 'a@x.com'), (2, '\"q\", İş' || chr(10) || 'x')) as t(id, email)"
    forms = {}
    for name, content in {"a.jsonl": rows, "a.jsonl.gz": rows, "a.csv": text, "a.csv.gz": text}.items():
        desk.put(f"shop/customers/{name}", content)
        desk.load()
        forms[name] = desk.content("shop__customers")
        assert desk.content("shop__customers", keep={"_file"})[0]["_file"] == f"shop/customers/{name}"
    path = desk.landing / "shop/customers/z.parquet"
    duckdb.sql(
        f"copy (select *, timestamp '2026-01-01' as updated_at from ({lines})) to '{path}' (format parquet)"
    )
    desk.load()
    forms["z.parquet"] = desk.content("shop__customers")
    assert len(forms["a.jsonl"]) == 2
    assert all(form == forms["a.jsonl"] for form in forms.values())


def test_parquet_with_nested_columns_and_floating_ids(desk):
    path = desk.put("tracker/events/a.parquet", b"")
    duckdb.sql(
        "copy (select 17850.0::double as \"messageId\", 'track' as type, 'web' as channel,"
        " timestamptz '2026-01-01 00:00:00+00' as timestamp,"
        " {'page': {'url': 'u'}, 'os': 'x'} as context, {'price': 1.5, 'products': [{'sku': 's'}]} as"
        " properties,"
        f" 1 as extra) to '{path}' (format parquet)"
    )
    desk.load()
    [row] = desk.content("tracker__events")
    assert (row["message_id"], row["context_page_url"], row["properties_products"]) == (
        "17850",
        "u",
        '[{"sku":"s"}]',
    )
    assert "tracker/events: unknown columns dropped: context.os, extra" in desk.said


def test_csv_in_the_wild(desk):
    desk.put("shop/customers/bom.csv", b"\xef\xbb\xbfid,email\r\n1,a@x.com\r\n")
    desk.put("shop/customers/semicolon.csv", "email;id\nb@x.com;2\n")
    desk.put("shop/customers/tab.csv", "email\tid\nc@x.com\t3\n")
    desk.put("shop/customers/utf16.csv", "id,email\n4,ğ@x.com\n".encode("utf-16"))
    desk.put("shop/customers/mixed.csv", "id,email\n5,e@x.com\r\n6,f@x.com\n")
    desk.put("shop/customers/mac.csv", "id,email\r7,g@x.com\r")
    desk.put("shop/customers/spaces.csv", " id , email \n\n8,h@x.com\n\n")
    desk.put("shop/customers/a [1]*?'x.csv", "id,email\n9,i@x.com\n")
    desk.put("shop/customers/dt=2026-01-01/part.csv", "id,email\n91,j@x.com")
    desk.load()
    emails = {row["id"]: row["email"] for row in desk.content("shop__customers")}
    assert emails == {
        **{"1": "a@x.com", "2": "b@x.com", "3": "c@x.com", "4": "ğ@x.com", "5": "e@x.com", "6": "f@x.com"},
        **{"7": "g@x.com", "8": "h@x.com", "9": "i@x.com", "91": "j@x.com"},
    }
    notes = dict(desk.fetch("select path, reason from ops.load_files where reason is not null"))
    assert notes == {
        "shop/customers/semicolon.csv": "columns parted by semicolons",
        "shop/customers/tab.csv": "columns parted by tabs",
        "shop/customers/utf16.csv": "UTF-16, read as such",
    }


def test_nested_columns_of_a_csv_have_three_spellings(desk):
    head = "messageId,timestamp,channel,"
    desk.put("tracker/events/dotted.csv", head + "context.page.url\n1,2026-01-01,web,u\n")
    desk.put("tracker/events/named.csv", head + "context_page_url\n2,2026-01-01,web,u\n")
    desk.put(
        "tracker/events/json.csv", head + 'context\n3,2026-01-01,web,"{""page"":{""url"":""u""},""os"":1}"\n'
    )
    desk.put("tracker/events/wrong.csv", head + "context\n4,2026-01-01,web,here\n")
    desk.load()
    assert [(r["message_id"], r["context_page_url"]) for r in desk.content("tracker__events")] == [
        ("1", "u"),
        ("2", "u"),
        ("3", "u"),
    ]
    assert desk.reasons() == [("tracker/events/wrong.csv", 1, "wrong type in context (expected object)")]
    assert "tracker/events: unknown columns dropped: context.os" in desk.said


def break_everything(desk) -> None:
    """One landing with every kind of broken file, beside good ones."""
    good = [customer(f"g{i}", email=f"g{i}@x.com") for i in range(20)]
    desk.put("shop/customers/good.jsonl", good)
    desk.put("shop/customers/binary.csv", bytes(range(256)) * 40)
    desk.put("shop/customers/binary.jsonl", bytes(range(256)) * 40)
    desk.put("shop/customers/corrupt.parquet", b"PAR1" + bytes(100) + b"PAR1")
    desk.put("shop/customers/keyless.csv", "email,phone\na@x.com,1\n")
    desk.put("shop/customers/not_gzip.csv", b"id\n1\n").rename(
        desk.landing / "shop/customers/not_gzip.csv.gz"
    )
    desk.put("shop/customers/empty.csv", b"")
    desk.put("shop/customers/empty.jsonl", b"")
    desk.put("shop/customers/empty.jsonl.gz", b"")
    desk.put("shop/customers/header.csv", "id,email\n")
    lines = b"".join(b'{"id":"t%d","email":"t%d@x.com"}\n' % (i, i * 7919) for i in range(5000))
    packed = gzip.compress(lines)
    target = desk.put("shop/customers/truncated.jsonl", packed[: len(packed) // 2])
    target.rename(desk.landing / "shop/customers/truncated.jsonl.gz")
    desk.put(
        "shop/customers/lines.jsonl",
        b'{"id":"l1"}\nnot json\n[1,2]\n"text"\n{"email":"a"}\n{"id":"l2","email":"\xff"}\n{"id":"l3\0"}\n'
        b'{"id":"l4","email":"a\\u0000b"}\n{"id":"l5","ema\n{"id":"l6","updated_at":"0000-00-00"}\n\n'
        b'  \n{"id":"l7"}',
    )
    desk.put(
        "shop/customers/lines.csv",
        b'id,email\nc1,a@x.com\nc2\nc3,a,b\nc4,"cut off\nc5,b@x.com\n'
        b'c6,\xff\nc7,n\0n\n,nokey\nc8,"two\nlines"\nc9,"a"b\n',
    )
    desk.put("shop/customers/big.jsonl", [customer("big", first_name="x" * 2_000_000)])
    desk.put("shop/customers/big.csv", "id,first_name\nbigcsv," + "y" * 3_000_000 + "\n")


def test_all_damage_together_costs_only_what_is_damaged(desk):
    break_everything(desk)
    report = desk.load()
    rejected = dict(desk.fetch("select path, reason from raw.rejected_files"))
    assert {path.removeprefix("shop/customers/"): reason for path, reason in rejected.items()} == {
        "binary.csv": "this is not a text file",
        "binary.jsonl": "this is not a text file",
        "corrupt.parquet": "this is not a Parquet file that can be read",
        "keyless.csv": "the header has no column id",
        "not_gzip.csv.gz": "the gzip file is damaged: no line of it can be read",
    }
    assert report.files_rejected == 5
    reasons = [(f.removeprefix("shop/customers/"), row, why) for f, row, why in desk.reasons()]
    assert [r for r in reasons if r[0].startswith("lines")] == [
        ("lines.csv", 2, "too few fields"),
        ("lines.csv", 3, "too many fields"),
        ("lines.csv", 4, "a quoted field is not closed"),
        ("lines.csv", 6, "not UTF-8"),
        ("lines.csv", 7, "a NUL character in the line"),
        ("lines.csv", 8, "no id"),
        ("lines.csv", 10, "a quoted field is not closed"),
        ("lines.jsonl", 2, "not JSON"),
        ("lines.jsonl", 3, "not an object"),
        ("lines.jsonl", 4, "not an object"),
        ("lines.jsonl", 5, "no id"),
        ("lines.jsonl", 6, "not UTF-8"),
        ("lines.jsonl", 7, "a NUL character in the line"),
        ("lines.jsonl", 8, "a NUL character in the line"),
        ("lines.jsonl", 9, "not JSON"),
        ("lines.jsonl", 10, "impossible time in updated_at"),
    ]
    assert [r[2] for r in reasons if r[0] == "truncated.jsonl.gz"] == [
        "the line is cut off where the file ends"
    ]
    rows = {row["id"]: row for row in desk.content("shop__customers")}
    assert {"l1", "l7", "c1", "c5", "c8", "big", "bigcsv", "g0", "g19", "t0", "t1000"} <= set(rows)
    assert rows["c8"]["email"] == "two\nlines"
    assert len(rows["big"]["first_name"]) == 2_000_000
    status = dict(desk.fetch("select path, status from ops.load_files"))
    assert status["shop/customers/truncated.jsonl.gz"] == "partial"
    notes = dict(desk.fetch("select path, reason from ops.load_files"))
    for name in ("empty.csv", "empty.jsonl", "empty.jsonl.gz", "header.csv"):
        assert notes[f"shop/customers/{name}"] == "no rows"
    raw_texts = dict(
        desk.fetch("select _row, raw_text from raw.quarantine where _file = 'shop/customers/lines.csv'")
    )
    assert raw_texts[2] == "c2"
    assert raw_texts[4] == 'c4,"cut off'
    assert raw_texts[6] == "c6,\\xff"
    again = desk.load()
    assert (again.files_loaded, again.files_rejected, again.rows.read) == (0, 0, 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_rejected(duck):
    duck.put("shop/customers/a.csv", "id\n1\n").chmod(0)
    duck.put("shop/customers/b.csv", "id\n2\n")
    assert duck.load().files_rejected == 1


def test_a_dangling_link_is_rejected_once_a_run_while_the_rest_loads(duck):
    duck.put("shop/customers/b.csv", "id\n2\n")
    (duck.landing / "shop/customers/a.csv").symlink_to("/nowhere/at/all.csv")
    report = duck.load()
    assert (report.files_rejected, report.rows.loaded) == (1, 1)
    assert duck.fetch("select reason from raw.rejected_files") == [
        ("the file cannot be opened: No such file or directory",)
    ]
    assert duck.load().files_rejected == 0


def test_quarantine_keeps_the_text_as_sent(desk):
    desk.put("shop/orders/a.csv", 'id,created_at,email\n1,never,"x, ""y"""\n2,2026-01-01,ok\n')
    desk.put("shop/orders/a.jsonl", '{"id": 3,  "created_at": "never"}\n')
    desk.load()
    assert desk.fetch("select raw_text, reason from raw.quarantine order by _file") == [
        ('1,never,"x, ""y"""', "impossible time in created_at"),
        ('{"id": 3,  "created_at": "never"}', "impossible time in created_at"),
    ]


def test_rows_without_what_is_required(desk):
    desk.put(
        "messaging/sends/a.jsonl",
        [
            {"message_id": 1, "channel": "sms"},
            {"message_id": 2, "sent_at": "2026-01-01"},
            {"message_id": "", "channel": "sms", "sent_at": "2026-01-01"},
            {"message_id": "k" * 3000, "channel": "sms", "sent_at": "2026-01-01"},
        ],
    )
    desk.load()
    assert [reason for _, _, reason in desk.reasons()] == [
        "no sent_at",
        "no channel",
        "no message_id",
        "key too long in message_id",
    ]


def test_unknown_columns_are_named_once_a_run_and_not_kept(desk):
    rows = [
        event(i, secret="s", context={"os": "x", "page": {"title": "t"}}, properties={"foo": i})
        for i in range(9)
    ]
    desk.put("tracker/events/a.jsonl", rows[:5])
    desk.put("tracker/events/b.jsonl", [*rows[5:], event(10, properties={"bar": 1})])
    desk.put("shop/customers/a.csv", "id,tax_no\n1,9\n")
    report = desk.load()
    named = [line for line in desk.said if "unknown columns" in line]
    assert named == [
        "shop/customers: unknown columns dropped: tax_no",
        "tracker/events: unknown columns dropped: context.os, context.page.title,"
        " properties.bar, properties.foo, secret",
    ]
    assert report.unknown_columns["shop/customers"] == ["tax_no"]
