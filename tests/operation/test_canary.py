"""Fifty planted values of persons and five secrets through the whole pipeline in Dagster, with every kind of failure: found nowhere (law 6, M1).

One process runs it as Dagster does: files that are broken row by row, rows that the gate quarantines, models that break on a value, a dbt test
that finds rows, an asset whose exception quotes one, a destination that answers 500 and 422 with what it was sent, and a batch that the gate
stops. Then every byte of logs, target, Dagster's storage, Data Docs, the report, lock and error files, and every value that readers can
read, is searched. The planting of the sources is test_privacy.py's, with twenty places more.
"""

from __future__ import annotations

import base64
import gzip
import http.server
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.dev import prepare
from tests.operation.helpers import copy_of_tree, published, settings
from tests.operation.test_privacy import (
    COOKIES,
    COOKIES_MAY_STAND,
    PLANTED,
    RESTRICTED,
    SPELLINGS,
    land_broken,
    needles,
    plant,
)
from tests.support.project import ROOT, clean_environment, land
from tests.support.tables import connect, rows

MORE = {
    "e-mail as a price": "price.zqy@posta-zqy.com.tr",
    "phone as a time": "+905351112233",
    "name as a quantity": "Zqnicel Zqsayar",
    "card as a flag": "5528790000000008",
    "e-mail where a key should be": "rowno.zqy@posta-zqy.com.tr",
    "e-mail in a row the gate keeps back": "kept.zqy@posta-zqy.com.tr",
    "phone in a row the gate keeps back": "+905361112244",
    "address in a row the gate keeps back": "198.51.100.213",
    "e-mail in a batch the gate stops": "stopped.zqy@posta-zqy.com.tr",
    "phone in a batch the gate stops": "+905371112255",
    "address of a stopped batch": "203.0.113.211",
    "campaign that is an e-mail": "campaign.zqy@posta-zqy.com.tr",
    "phone in a reason": "+905381112266",
    "message with a phone": "+905391112277",
    "page that is an e-mail": "page.zqy@posta-zqy.com.tr",
    "address of a consenting customer": "agreed.zqy@posta-zqy.com.tr",
    "phone of a consenting customer": "+905311112288",
    "first name of a consenting customer": "Zqşebnem",
    "last name of a consenting customer": "Zqçağlar",
    "birth date of a consenting customer": "1963-03-29",
    "street of a consenting customer": "Zqmenekşe Çıkmazı 9",
}
SECRETS = {
    "DESTINATION_WEBHOOK_SECRET": "whsec_" + base64.b64encode(b"zq-signing-secret-71").decode(),
    "DESTINATION_WEBHOOK_URL": "zqhookpath72",
    "DESTINATION_ALERTS_WEBHOOK": "https://alerts.example.com/zqalertpath73",
    "DESTINATION_MAILCHIMP_TOKEN": "zqmailchimp74-us1",
    "TEKIL_PII_SALT": "saltsecretzq75",
}
TOLD = ("whsec_", "https://alerts.example.com/")
BATCH = 60

CARELESS = '''
"""An asset that meets a row it cannot take, as one that somebody adds may."""

import duckdb
from dagster import asset

from orchestration.conventions import one_sentence


@asset(key=["loads", "careless"], group_name="loads")
def careless() -> None:
    """Reads a row and fails on it, in the words of the engine and in its own."""
    with one_sentence():
        row = {row!r}
        try:
            duckdb.sql("select cast('" + row + "' as integer)").fetchall()
        except duckdb.Error as problem:
            raise ValueError("cannot take " + row) from problem
'''

RUN = """
import json, subprocess, sys
from dagster import AssetSelection, DagsterInstance, define_asset_job
from orchestration.definitions import defs
from orchestration.lib.publish import publish
from orchestration.lib.report import make_report
from orchestration.lib.settings import Settings

definitions = defs()
told = {}
with DagsterInstance.get() as instance:
    def run(job, **more):
        result = job.execute_in_process(instance=instance, raise_on_error=False, **more)
        failed = [event.step_key for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
        checks = [evaluation.check_name for evaluation in result.get_asset_check_evaluations() if not evaluation.passed]
        return [result.success, sorted(failed), sorted(set(checks))]

    told["whole"] = run(definitions.resolve_job_def("micro_batch"))
    told["delivery"] = run(definitions.resolve_implicit_global_asset_job_def(), asset_selection=[
        key for key in definitions.resolve_asset_graph().get_all_asset_keys() if key.path == ["deliver", "webhook"]])
    publish(Settings.from_environment())
    make_report(Settings.from_environment())
    sys.stdin.readline() if print("bad batch, please", flush=True) is None else None
    told["stopped"] = run(definitions.resolve_job_def("micro_batch"))
print(json.dumps(told))
"""


def plant_more(env: dict[str, str]) -> None:
    """Rows whose values break a cast, rows the gate keeps back, free text, and customers who have agreed to be written to."""
    p = MORE
    at = "2026-06-14T10:00:00Z"
    land(env, "shop", "orders", [
        {"id": "X1", "created_at": at, "currency": "TRY", "total_price": p["e-mail as a price"]},
        {"id": "X2", "created_at": p["phone as a time"], "currency": "TRY", "total_price": 5},
    ], name="casts")  # fmt: skip
    land(env, "shop", "order_lines", [{"id": "XL1", "order_id": "O1", "product_id": "P1", "quantity": p["name as a quantity"], "price": 1}])  # fmt: skip
    land(env, "shop", "customers", [
        {"id": "X3", "accepts_marketing": p["card as a flag"], "updated_at": at},
        {"id": None, "email": p["e-mail where a key should be"], "updated_at": at},
    ], name="casts")  # fmt: skip
    # some of a batch with a price below nothing: the gate keeps these rows back and lets the rest in
    land(env, "shop", "orders", [
        {"id": f"G{n}", "created_at": at, "currency": "TRY", "total_price": -9 if n < 5 else 9, "email": p["e-mail in a row the gate keeps back"] if n < 5 else None,
         "phone": p["phone in a row the gate keeps back"], "browser_ip": p["address in a row the gate keeps back"]}
        for n in range(BATCH)
    ], name="kept-back")  # fmt: skip
    land(env, "shop", "refunds", [{"id": "XR", "order_id": "O1", "created_at": at, "quantity": 1, "amount": 1, "reason": f"asked to call {p['phone in a reason']}"}])  # fmt: skip
    land(env, "messaging", "receipts", [{"message_id": "S1", "event": "answered", "occurred_at": at, "detail": f"call {p['message with a phone']}"}], name="more")  # fmt: skip
    land(env, "tracker", "events", [
        {"type": "page", "messageId": "x1", "timestamp": at, "anonymousId": COOKIES["cookie"], "channel": "web", "name": "Account",
         "context": {"campaign": {"name": p["campaign that is an e-mail"]}, "page": {"path": f"/u/{p['page that is an e-mail']}"}}},
    ], name="more")  # fmt: skip
    for number in range(4):
        email = (
            p["address of a consenting customer"] if number == 0 else f"agreed{number}.zqy@posta-zqy.com.tr"
        )
        person = {
            "email": email,
            "first_name": p["first name of a consenting customer"],
            "last_name": p["last name of a consenting customer"],
        }
        land(
            env,
            "shop",
            "customers",
            [{"id": f"AG{number}", "updated_at": at, **person}],
            name=f"agreed-{number}",
        )
        land(env, "crm", "contacts", [
            {"contact_id": f"AG{number}", "updated_at": at, **person, "birth_date": p["birth date of a consenting customer"],
             "street": p["street of a consenting customer"], **({"phone": p["phone of a consenting customer"]} if number == 0 else {})},
        ], name=f"agreed-{number}")  # fmt: skip
        land(env, "pos", "receipts", [{"receipt_id": f"AG{number}", "store_id": "S1", "occurred_at": at, "kind": "sale", "email": email, "currency": "TRY", "total_amount": 5}], name=f"agreed-{number}")  # fmt: skip
        land(env, "shop", "orders", [{"id": f"AG{number}", "customer_id": f"AG{number}", "email": email, "created_at": at, "currency": "TRY", "total_price": 5}], name=f"agreed-{number}")  # fmt: skip
        land(env, "consent", "records", [
            {"recipient": email, "recipient_type": "BIREYSEL", "channel": "EPOSTA", "status": "ONAY", "source": "HS_WEB", "consent_date": at},
        ], name=f"agreed-{number}")  # fmt: skip


def land_a_batch_that_stops(env: dict[str, str]) -> None:
    """Every price below nothing."""
    land(env, "shop", "orders", [
        {"id": f"B{n}", "created_at": "2026-06-15T10:00:00Z", "currency": "TRY", "total_price": -5, "email": MORE["e-mail in a batch the gate stops"],
         "phone": MORE["phone in a batch the gate stops"], "browser_ip": MORE["address of a stopped batch"]}
        for n in range(500)
    ], name="stopped")  # fmt: skip


def finish(env: dict[str, str]) -> None:
    """Let every landed file be old enough to be whole."""
    then = time.time() - 60
    for path in Path(env["TEKIL_LANDING"]).rglob("*.*"):
        os.utime(path, (then, then))


def break_the_tree(tree: Path) -> None:
    """A model that breaks on a value, a test that finds rows, an asset that quotes one, and a destination that is switched on."""
    (tree / "models" / "vault" / "broken.sql").write_text(
        "{{ config(materialized='table') }}\n"
        "select cast(identifier_value as integer) as number from {{ ref('identifiers') }} where identifier_type = 'email'\n"
    )
    (tree / "models" / "vault" / "broken.yml").write_text(
        "models:\n  - name: broken\n    description: 'Grain: one row per address.'\n"
    )
    # nothing is made from it: what depends on a table whose test failed is not made
    (tree / "models" / "vault" / "leaf.sql").write_text(
        "{{ config(materialized='table') }}\nselect identifier_value from {{ ref('identifiers') }}\n"
    )
    folder = tree / "tests" / "data"
    shutil.copytree(ROOT / "tests" / "data" / "generic", folder / "generic")
    # by this name it is among the tests of every batch
    (folder / "assert_no_contact_value_leaks.sql").write_text(
        "{# It finds rows. #}\nselect identifier_value from {{ ref('leaf') }}\n"
    )
    row = " ".join([PLANTED["e-mail"], PLANTED["phone"], PLANTED["last name"], PLANTED["street"]])
    (tree / "orchestration" / "defs" / "loads" / "careless.py").write_text(CARELESS.format(row=row))
    seed = tree / "seeds" / "rules" / "destinations.csv"
    seed.write_text(
        seed.read_text(encoding="utf-8").replace(
            "sync_webhook__customers,false", "sync_webhook__customers,true"
        )
    )


@pytest.fixture
def echo():
    """A destination that fails, once as broken and then as one that refuses, and each time repeats what it was sent."""
    heard: list[str] = []

    class Echo(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(body.decode())
            self.send_response(
                500 if len(heard) == 1 else 422, f"no {MORE['address of a consenting customer']}"
            )
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"error": "' + body + str(self.headers).encode() + b'"}')

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, heard
    server.shutdown()


def wanted() -> dict[str, str]:
    """Everything that must not be found, in the spellings in which programs write it down."""
    found = needles()
    values = {**MORE, **{name: secret_part(secret) for name, secret in SECRETS.items()}}
    for what, value in {**PLANTED, **values}.items():
        found |= {
            form.lower(): what
            for form in (
                value,
                json.dumps(value)[1:-1],
                urllib.parse.quote(value),
                urllib.parse.quote(value, safe=""),
                base64.b64encode(value.encode()).decode(),
                repr(value.encode())[2:-1],
            )
        }
        if value.startswith("+90"):
            found[value[3:]] = what
    return found | {
        "posta-zqy": "a domain",
        "zqnicel": "a name",
        **{cookie.lower(): what for what, cookie in COOKIES.items()},
    }


def secret_part(secret: str) -> str:
    for told in TOLD:
        secret = secret.removeprefix(told)
    return secret


def found_in(content: bytes, forms: dict[str, str]) -> set[str]:
    """What of it stands in these bytes, read as UTF-8 and byte by byte, and unpacked where they are packed."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    texts = {content.decode("utf-8", "ignore").lower(), content.decode("latin-1").lower()}
    return {what for form, what in forms.items() if any(form in text for text in texts)}


def found_in_sqlite(path: Path, forms: dict[str, str]) -> set[str]:
    """Row by row too: a long value is cut over pages of the file."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = [
            name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")
        ]
        return {
            what
            for table in tables
            for row in connection.execute(f'select * from "{table}"')
            for what in found_in(" ".join(map(str, row)).encode(), forms)
        }
    finally:
        connection.close()


@pytest.mark.parametrize(
    "engine",
    ["duckdb", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.fuzz])],
)
def test_nothing_planted_is_found_after_a_pipeline_with_every_failure(engine, tmp_path, request, echo):
    if engine == "postgres" and not os.environ.get("TEKIL_FUZZ"):
        pytest.skip("long: make fuzz runs it")
    port, heard = echo
    postgres = request.getfixturevalue("postgres_database") if engine == "postgres" else None
    assert len(PLANTED) + len(MORE) >= 50 and len(SECRETS) == 5
    tree = copy_of_tree(tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tree)
    break_the_tree(tree)
    home = tmp_path / "home"
    prepare(home)
    secrets = SECRETS | {
        "DESTINATION_WEBHOOK_URL": f"http://127.0.0.1:{port}/{SECRETS['DESTINATION_WEBHOOK_URL']}"
    }
    env = settings(tmp_path, engine, postgres, **secrets) | {
        "TEKIL_GATE": "on",
        "TEKIL_DELIVER_LOOPBACK": "on",
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        # unit tests say nothing about rows; data tests and the parse cache are the run's own
        "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test",
        "DBT_TARGET_PATH": str(tree / "target" / "dagster" / engine / "parse"),
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    plant(env)
    land_broken(env)
    # 400 customers of one channel alone: with them nothing may be delivered (I12)
    (Path(env["TEKIL_LANDING"]) / "shop" / "customers" / "cut.jsonl.gz").unlink()
    plant_more(env)
    finish(env)
    screen = {name: (tmp_path / name).open("w+") for name in ("stdout.txt", "stderr.txt")}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN],
        cwd=tree,
        env={**clean_environment(), **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=screen["stderr.txt"],
        text=True,
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if line == "bad batch, please\n":
            land_a_batch_that_stops(env)
            finish(env)
            process.stdin.write("landed\n")
            process.stdin.flush()
    screen["stdout.txt"].write("".join(said))
    for file in screen.values():
        file.close()
    assert process.wait() == 0, (tmp_path / "stderr.txt").read_text()[-3000:]
    told = json.loads(said[-1])

    # every failure happened, or the search proves nothing
    assert told["whole"][0] is False and told["whole"][1] == ["build_models", "loads__careless"]
    assert "assert_no_contact_value_leaks" in told["whole"][2]
    assert told["delivery"][0] is True and len(heard) > 4
    assert any(MORE["address of a consenting customer"] in body for body in heard)
    assert (
        told["stopped"] == [False, told["stopped"][1], ["gate"]] and "build_models" not in told["stopped"][1]
    )
    assert rows(env, "select count(*) from ops.outbox_dead_letters")[0][0] >= 4
    quarantine = rows(env, "select string_agg(raw_text, ' ') from raw.quarantine")[0][0]
    for what in (
        "e-mail as a price",
        "phone as a time",
        "name as a quantity",
        "e-mail in a row the gate keeps back",
    ):
        assert MORE[what] in quarantine, what

    forms = wanted()
    restricted = {Path(env["TEKIL_LANDING"]), tree / "orchestration" / "defs" / "loads" / "careless.py"}
    searched, hits = [], {}
    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        if restricted & {path, *path.parents} or path.name.startswith("test.duckdb"):
            continue
        searched.append(path)
        found = found_in(path.read_bytes(), forms)
        if path.read_bytes()[:15] == b"SQLite format 3":
            found |= found_in_sqlite(path, forms)
        if path == published(env):
            # by contract its identity.record_map names the cookie
            found -= set(COOKIES)
        if found:
            hits[str(path.relative_to(tmp_path))] = found
    assert hits == {}
    names = {path.name for path in searched}
    assert {"runs.db", "index.html", "manifest.json", "run_results.json", "stderr.txt"} <= names
    assert any(path.suffix in (".err", ".out") for path in searched), "the logs of the steps"
    assert found_in_tables(env, forms) == {}


def found_in_tables(env: dict[str, str], forms: dict[str, str]) -> dict[str, set[str]]:
    """Every column outside the restricted schemas, and all that readers can read, that holds something planted."""
    connections = [connect(env)]
    if env["TEKIL_TARGET"] == "duckdb":
        connections.append(duckdb.connect(str(published(env)), read_only=True))
    hits: dict[str, set[str]] = {}
    for connection in connections:
        cursor = connection.cursor()
        cursor.execute(
            "select table_schema, table_name, column_name from information_schema.columns "
            f"where table_schema not in ({', '.join(map(repr, RESTRICTED))}, 'pg_catalog', 'information_schema')"
        )
        for schema, table, column in cursor.fetchall():
            cursor.execute(
                f'select distinct cast("{column}" as text) from "{schema}"."{table}" where "{column}" is not null'
            )
            text = "\n".join(row[0] for row in cursor.fetchall()).encode()
            found = found_in(text, forms)
            if (f"{schema}.{table}", column) in COOKIES_MAY_STAND:
                found -= set(COOKIES)
            if found:
                hits[f"{schema}.{table}.{column}"] = found
        connection.close()
    return hits


def test_the_search_finds_what_is_there_in_every_spelling(tmp_path):
    """Else nothing found would mean nothing."""
    forms = wanted()
    street, email = MORE["street of a consenting customer"], MORE["e-mail as a price"]
    for written in (
        street,
        json.dumps(street),
        urllib.parse.quote(email, safe=""),
        email.upper(),
        f"x{SPELLINGS[2]}x",
    ):
        assert found_in(written.encode(), forms), written
        assert found_in(gzip.compress(written.encode()), forms), written
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.execute("create table events (body text)")
    connection.execute("insert into events values (?)", ["x" * 9000 + email + "x" * 9000])
    connection.commit()
    connection.close()
    assert found_in_sqlite(path, forms)
