"""Personal data stands in raw, staging and vault, and nowhere else: not in a table, a copy, a log, or an error (law 6, M1).

Thirty strings that occur nowhere else are planted in every source, in good rows and in broken ones, beside a destination's
secret and a salt; then everything that a build leaves outside the restricted schemas is searched for them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from tests.operation.helpers import check_conservation, copy_of_tree, published, python, refused, settings
from tests.support.project import land
from tests.support.tables import connect, rows

RESTRICTED = ("raw", "staging", "vault", "activation")
SECRETS = {"DESTINATION_TEST_TOKEN": "destsecretzq91", "TEKIL_PII_SALT": "saltsecretzq92"}

EMAIL = "kanarya.zqx@posta-zqx.com.tr"
PHONE = "+905329817264"
SPELLINGS = ("+90 532 981 72 64", "0532 981 7264", "532-981-72-64", "(0532) 9817264", "00905329817264")
CARD = "LCZQ7781234"
PLANTED = {
    "e-mail": EMAIL,
    "e-mail of a guest": "guest.zqx@posta-zqx.com.tr",
    "e-mail of a subscriber": "member.zqx@posta-zqx.com.tr",
    "e-mail typed in a search box": "search.zqx@posta-zqx.com.tr",
    "phone": PHONE,
    "phone with consent only": "+905337654019",
    "phone a message went to": "+905347218365",
    "first name": "Zquerida",
    "last name": "Zquintero",
    "contact-centre name": "Zqadir Zqayyum",
    "street": "Zqavak Sokagi 17",
    "postal code": "ZQ34744",
    "birth date": "1971-11-23",
    "loyalty card": CARD,
    "payment token": "tok_zq_4242424242",
    "device": "device-zq-6f0a",
    "advertising id": "adid-zq-77c1",
    "push token": "push-zq-90be",
    "social handle": "@zqhandle",
    "social name": "Zqelda Fitz",
    "social text": "zqtext my order never came",
    "ticket subject": "zqsubject please call me",
    "address on the network": "203.0.113.177",
    "another address on the network": "2001:db8:7a3::1771",
    "page that names a person": "/hesap/zqpage",
    "value in a broken row": "broken.zqx@posta-zqx.com.tr",
    "name in a broken row": "Zqbroken Zqrow",
    "value in a headerless file": "headerless.zqx@posta-zqx.com.tr",
    "name in a headerless file": "Zqheaderless",
    "key of an unknown object": "unknown.zqx@posta-zqx.com.tr",
    "access request": "request.zqx@posta-zqx.com.tr",
}
# by contract record_map.record_id is the source's own primary key; of the tracker and Google Analytics that is the cookie
COOKIES = {"cookie": "anon-zq-13d5", "client of Google Analytics": "ga-zq-1.987654321"}
COOKIES_MAY_STAND = {
    ("identity.record_map", "record_id"),
    ("bi_identity.record_map", "record_id"),
    ("identity.int_identity__records_mapped", "record_id"),
    ("identity.int_identity__evidence_keyed", "record_id"),
}


def at(day: int) -> str:
    return f"2026-06-{day:02}T10:00:00Z"


def plant(env: dict[str, str]) -> None:
    """Good rows of every source, with every planted string."""
    p, c = PLANTED, COOKIES
    base = {"anonymousId": c["cookie"], "channel": "web"}
    land(env, "tracker", "events", [
        {**base, "type": "identify", "messageId": "t1", "timestamp": at(1), "userId": "ACC-ZQ",
         "traits": {"email": EMAIL, "phone": SPELLINGS[0], "firstName": p["first name"], "lastName": p["last name"], "loyalty_card_no": CARD},
         "context": {"ip": p["address on the network"], "device": {"id": p["device"], "advertisingId": p["advertising id"], "token": p["push token"]},
                     "page": {"url": f"https://shop{p['page that names a person']}?email={EMAIL}", "path": p["page that names a person"]}}},
        {**base, "type": "track", "messageId": "t2", "timestamp": at(2), "event": "Products Searched",
         "properties": {"query": p["e-mail typed in a search box"], p["key of an unknown object"]: 1}},
        {**base, "type": "track", "messageId": "t3", "timestamp": at(3), "event": "Product Viewed", "properties": {"product_id": "P1", "price": 10}},
    ])  # fmt: skip
    land(env, "shop", "customers", [
        {"id": "ACC-ZQ", "email": EMAIL.upper(), "phone": SPELLINGS[1], "first_name": p["first name"], "last_name": p["last name"], "updated_at": at(1)},
    ])  # fmt: skip
    land(env, "shop", "orders", [
        {"id": "O1", "customer_id": "ACC-ZQ", "email": EMAIL, "phone": SPELLINGS[2], "created_at": at(4), "currency": "TRY", "total_price": 10,
         "browser_ip": p["address on the network"]},
        {"id": "O2", "email": p["e-mail of a guest"], "created_at": at(5), "currency": "TRY", "total_price": 20,
         "browser_ip": p["another address on the network"]},
    ])  # fmt: skip
    land(env, "pos", "receipts", [
        {"receipt_id": "R1", "store_id": "S1", "occurred_at": at(6), "kind": "sale", "loyalty_card_no": CARD, "phone": SPELLINGS[3],
         "email": EMAIL, "payment_token": p["payment token"], "currency": "TRY", "total_amount": 30},
    ])  # fmt: skip
    land(env, "crm", "contacts", [
        {"contact_id": "CRM1", "loyalty_card_no": CARD, "first_name": p["first name"], "last_name": p["last name"], "email": EMAIL,
         "phone": SPELLINGS[4], "birth_date": p["birth date"], "street": p["street"], "postal_code": p["postal code"], "city": "Izmir", "updated_at": at(1)},
    ])  # fmt: skip
    land(env, "mailchimp", "members", [
        {"id": "M1", "email_address": EMAIL, "status": "subscribed", "last_changed": at(1),
         "merge_fields": {"FNAME": p["first name"], "LNAME": p["last name"], "PHONE": SPELLINGS[0], "BIRTHDAY": "11/23"}},
    ])  # fmt: skip
    land(env, "mailchimp", "email_activity", [
        {"campaign_id": "K1", "email_id": "E1", "email_address": p["e-mail of a subscriber"], "action": "click", "timestamp": at(7),
         "url": f"https://shop/?m={p['e-mail of a subscriber']}", "ip": p["address on the network"]},
    ])  # fmt: skip
    land(env, "messaging", "sends", [
        {"message_id": "S1", "channel": "sms", "recipient": p["phone a message went to"], "recipient_type": "phone", "sent_at": at(8)},
        {"message_id": "S2", "channel": "push", "recipient": p["push token"], "recipient_type": "push_token", "sent_at": at(8)},
        {"message_id": "S3", "channel": "onsite", "recipient": c["cookie"], "recipient_type": "anonymous_id", "sent_at": at(8)},
    ])  # fmt: skip
    land(env, "messaging", "receipts", [
        {"message_id": "S1", "event": "replied", "occurred_at": at(9), "detail": f"write to {EMAIL}"},
    ])  # fmt: skip
    land(env, "zendesk", "users", [
        {"id": "Z1", "external_id": "ACC-ZQ", "name": p["contact-centre name"], "email": EMAIL, "phone": SPELLINGS[1], "created_at": at(1), "updated_at": at(1)},
    ])  # fmt: skip
    land(env, "zendesk", "tickets", [
        {"id": "ZT1", "requester_id": "Z1", "via_channel": "phone", "subject": p["ticket subject"], "status": "open", "created_at": at(10)},
    ])  # fmt: skip
    land(env, "google_analytics", "events", [
        {"event_name": "page_view", "event_timestamp": "1780000000000000", "user_pseudo_id": c["client of Google Analytics"], "user_id": "ACC-ZQ",
         "event_params": [{"key": "page_location", "value": {"string_value": f"https://shop/?email={EMAIL}"}}]},
    ])  # fmt: skip
    land(env, "sprout_social", "messages", [
        {"guid": "G1", "network": "x", "post_type": "mention", "created_time": at(11), "from_guid": "zqguid", "from_name": p["social name"],
         "from_screen_name": p["social handle"], "text": p["social text"]},
    ])  # fmt: skip
    land(env, "consent", "records", [
        {"recipient": p["phone with consent only"], "recipient_type": "BIREYSEL", "channel": "MESAJ", "status": "ONAY", "source": "HS_WEB", "consent_date": at(12)},
        {"recipient": EMAIL, "recipient_type": "BIREYSEL", "channel": "EPOSTA", "status": "RET", "source": "HS_WEB", "consent_date": at(12)},
    ])  # fmt: skip
    land(env, "privacy", "requests", [
        {"request_id": "PR1", "kind": "access", "identifier_type": "email", "identifier_value": p["access request"], "requested_at": at(13)},
    ])  # fmt: skip


def put(env: dict[str, str], path: str, content: bytes | str) -> None:
    target = Path(env["TEKIL_LANDING"]) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.encode() if isinstance(content, str) else content)


# file -> (content, what the build says of it, rows that must be in raw, rows that must be in quarantine)
LONG = "Zqbroken Zqrow" + "x" * 2_000_000
P = PLANTED
LINES = "".join(
    f'{{"id": "GZ{n}", "email": "{P["value in a broken row"]}", "updated_at": "{at(1)}"}}\n'
    for n in range(400)
)
BROKEN: dict[str, tuple[bytes | str, str | None, int, int]] = {
    "shop/customers/cut.jsonl.gz": (gzip.compress(LINES.encode())[:-20], "cut short", -1, -1),
    "shop/customers/binary.csv": (bytes(range(256)) * 40, "not a text file", 0, 0),
    "shop/customers/half.jsonl": (
        f'{{"id": "H1", "email": "{EMAIL}"}}\n{{"id": "H2", "email": "{P["value in a broken row"]}", "first_na\n{{"id": "H3"}}\n', None, 2, 1),
    "shop/orders/zero-date.csv": (
        f'id,created_at,email\nD1,0000-00-00,{P["value in a broken row"]}\nD2,2026-06-01T00:00:00Z,{EMAIL}\n', None, 1, 1),
    "shop/orders/no-number.jsonl": (
        f'{{"id": "N1", "created_at": "{at(1)}", "total_price": "{P["name in a broken row"]}"}}\n', None, 0, 1),
    "zendesk/tickets/long.jsonl": (json.dumps({"id": "L1", "created_at": at(1), "subject": LONG}) + "\n", None, 1, 0),
    "zendesk/users/empty.csv": ("", "no rows", 0, 0),
    "zendesk/users/header-only.csv": ("id,name,email\n", "no rows", 0, 0),
    "zendesk/users/bom.csv": (b"\xef\xbb\xbfid,name,email\nB1,Zquerida,\nB2,Zquerida,\n", None, 2, 0),
    "zendesk/users/utf16.csv": (f"id,name,email\nU1,Zquerida,{EMAIL}\nU2,Zqbroken Zqrow,\n".encode("utf-16"), "UTF-16", 2, 0),
    "crm/contacts/no-header.csv": (
        f"{P['value in a headerless file']},{P['name in a headerless file']},{PHONE}\nx,y,z\n", "rejected", 0, 0),
    "crm/contacts/lost-header.csv": (
        f"contact_id,{P['value in a headerless file']},{SPELLINGS[0]}\nH1,x,y\n", "unknown columns", 1, 0),
}  # fmt: skip


def land_broken(env: dict[str, str]) -> None:
    for path, (content, *_) in BROKEN.items():
        put(env, path, content)


def hashes_of(values: list[str]) -> dict[str, str]:
    """Plain hashes are no protection: whoever knows an address, or all phone numbers, knows them."""
    known = {}
    for value in values:
        for form in (
            value,
            value.lower(),
            value.lstrip("+"),
            f"{value}|",
            f"|{value}",
            f"{value}|||",
            f"{value}|{value}",
        ):
            for name in ("md5", "sha1", "sha256"):
                known[hashlib.new(name, form.encode()).hexdigest()] = f"{name} of a planted value"
    return known


def needles() -> dict[str, str]:
    """Everything that must not be found, in lower case, with what it is."""
    wanted = {value.lower(): what for what, value in {**PLANTED, **SECRETS}.items()}
    wanted |= dict.fromkeys(SPELLINGS, "phone") | {
        PHONE.lstrip("+"): "phone",
        "5329817264": "phone",
    }
    wanted |= {value.lstrip("+")[2:]: what for what, value in PLANTED.items() if value.startswith("+90")}
    wanted |= {
        part.lower(): "name"
        for part in ("Zqadir", "Zqayyum", "Zqelda", "Zqbroken", "zqhandle", "posta-zqx", "zqguid")
    }
    wanted |= hashes_of([*PLANTED.values(), *COOKIES.values()])
    return wanted


def found_in(text: str, wanted: dict[str, str]) -> set[str]:
    text = text.lower()
    return {what for needle, what in wanted.items() if needle in text}


def found_in_tables(env: dict[str, str]) -> dict[str, set[str]]:
    """Every column of every table outside the restricted schemas that holds something planted."""
    connection = connect(env)
    hits: dict[str, set[str]] = {}
    try:
        cursor = connection.cursor()
        cursor.execute(
            "select table_schema, table_name, column_name from information_schema.columns "
            f"where table_schema not in ({', '.join(map(repr, RESTRICTED))}, 'pg_catalog', 'information_schema')"
        )
        columns = cursor.fetchall()
        assert {schema for schema, _, _ in columns} >= {"identity", "profiles", "segments", "ops", "rules"}
        for schema, table, column in columns:
            cursor.execute(
                f'select distinct cast("{column}" as text) from "{schema}"."{table}" where "{column}" is not null'
            )
            text = "\n".join(row[0] for row in cursor.fetchall())
            wanted = needles()
            if (f"{schema}.{table}", column) not in COOKIES_MAY_STAND:
                wanted |= {value.lower(): what for what, value in COOKIES.items()}
            if found := found_in(text, wanted):
                hits[f"{schema}.{table}.{column}"] = found
    finally:
        connection.close()
    return hits


def found_in_files(folders: list[Path]) -> dict[str, set[str]]:
    hits = {}
    for path in (path for folder in folders if folder.exists() for path in folder.rglob("*")):
        if path.is_file() and (found := found_in(path.read_bytes().decode("latin-1"), needles())):
            hits[path.name] = found
    return hits


def check_nothing_leaks(env: dict[str, str], done) -> None:
    wanted = needles() | {value.lower(): what for what, value in COOKIES.items()}
    assert found_in(done.stdout, wanted) == set(), "standard output"
    assert found_in(done.stderr, wanted) == set(), "standard error"
    assert found_in_tables(env) == {}
    folder = Path(env["DBT_TARGET_PATH"])
    tree = Path(env["TREE"])
    assert folder.exists()
    assert found_in_files([folder, Path(env["DBT_LOG_PATH"]), tree / "logs", tree / "target"]) == {}
    lock = Path(env["TEKIL_DUCKDB_PATH"] + ".lock")
    if lock.exists():
        assert found_in(lock.read_text(), wanted) == set(), "the lock"
    if env["TEKIL_TARGET"] == "duckdb" and published(env).exists():
        bytes_of_copy = published(env).read_bytes().decode("latin-1")
        assert found_in(bytes_of_copy, needles()) == set(), "the published copy"


BAD_MODEL = """
{{ config(materialized='table') }}
select cast(%s as integer) as number from {{ ref('%s') }} where %s is not null
"""


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_planted_strings_stay_in_the_restricted_schemas(engine, tmp_path, request):
    postgres = request.getfixturevalue("postgres_database") if engine == "postgres" else None
    tree = copy_of_tree(tmp_path)
    env = settings(tmp_path, engine, postgres, **SECRETS) | {"TREE": str(tree)}
    plant(env)
    land_broken(env)
    done = built(tree, env)
    check_nothing_leaks(env, done)
    check_broken_files(env, done)
    # the strings are where they belong, or the search proves nothing
    assert rows(env, f"select count(*) > 0 from vault.identifiers where identifier_value = '{EMAIL}'") == [
        (True,)
    ]
    assert rows(env, "select count(*) > 0 from raw.quarantine where raw_text like '%broken.zqx%'") == [
        (True,)
    ]

    # models that fail on a value, and a test that fails: what the engine says of them quotes the value
    for number, (column, model) in enumerate(
        [
            ("first_name", "stg_crm__contacts"),
            ("identifier_value", "int_staging__evidence_unioned"),
            ("street", "stg_crm__contacts"),
        ]
    ):
        text = BAD_MODEL % (column, model, column)
        (tree / "models" / "vault" / f"broken_{number}.sql").write_text(text)
    standing = published(env).read_bytes() if engine == "duckdb" else b""
    done = python(tree, env, "orchestration.lib.build")
    assert "broken_" in refused(done)
    assert "models/vault/broken_0.sql" in done.stderr and "models/vault/broken_1.sql" in done.stderr
    check_nothing_leaks(env, done)
    assert engine != "duckdb" or published(env).read_bytes() == standing


def built(tree: Path, env: dict[str, str]):
    done = python(tree, env, "orchestration.lib.build")
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def check_broken_files(env: dict[str, str], done) -> None:
    """Every broken file is told in one line, every good row of it is in raw, and every row is accounted for."""
    check_conservation(env)
    tables = sorted({path.rsplit("/", 1)[0] for path in BROKEN})
    for table in tables:
        raw = f"raw.{table.replace('/', '__')}"
        good = dict(rows(env, f"select _file, count(*) from {raw} group by _file"))
        bad = dict(rows(env, "select _file, count(*) from raw.quarantine group by _file"))
        for path, (_, said, in_raw, in_quarantine) in BROKEN.items():
            if not path.startswith(table + "/"):
                continue
            lines = [line for line in done.stderr.splitlines() if Path(path).name in line]
            if said and said != "unknown columns":
                assert len(lines) == 1 and said in lines[0], (path, lines)
            if in_raw >= 0:
                assert (good.get(path, 0), bad.get(path, 0)) == (in_raw, in_quarantine), path
            else:
                assert good[path] >= 300 and bad[path] <= 1, path
    assert rows(env, "select count(*) from raw.shop__customers where _file like '%part-0%'") == [(1,)]
    assert rows(env, "select max(length(subject)) from raw.zendesk__tickets") == [(len(LONG),)]


def test_the_secret_of_a_destination_never_reaches_dbt(tmp_path):
    from orchestration.lib.dbt import dbt_environment
    from orchestration.lib.settings import Settings

    env = settings(tmp_path, **SECRETS)
    inside = dbt_environment(Settings.from_environment(env), env)
    assert [name for name in inside if name.startswith("DESTINATION_")] == []
    assert set(SECRETS.values()) & set(inside.values()) == set()
