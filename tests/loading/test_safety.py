"""Kills, locks, wrong salts, warehouses that cannot be opened: one sentence each, and nothing half-done."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.errors import TekilError
from orchestration.lib.load import load
from orchestration.lib.locks import HELD, build_lock
from tests.conftest import PROJECT
from tests.loading.helpers import Desk, event


def environment(desk: Desk, **more: str) -> dict[str, str]:
    """The variables under which a new process sees the desk's settings."""
    settings = desk.settings
    return {
        **{name: value for name, value in os.environ.items() if name[:6] != "TEKIL_" or name == HELD},
        "TEKIL_TARGET": settings.target,
        "TEKIL_LANDING": str(settings.landing),
        "TEKIL_DUCKDB_PATH": str(settings.duckdb_path),
        "TEKIL_PG_HOST": settings.pg_host,
        "TEKIL_PG_PORT": str(settings.pg_port),
        "TEKIL_PG_USER": settings.pg_user,
        "TEKIL_PG_DBNAME": settings.pg_dbname,
        "TEKIL_PII_SALT": settings.pii_salt,
        "TEKIL_AS_OF": "2026-03-01T00:00:00Z",
        "TEKIL_LOCK_TIMEOUT": "20",
        "TEKIL_GATE": "off",
        **more,
    }


def start_load(desk: Desk) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.lib.load"],
        cwd=PROJECT,
        env=environment(desk),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def fill(desk: Desk) -> None:
    chance = random.Random(7)
    for name in range(8):
        rows = [event(chance.randrange(9000), event=f"{name}-{i}") for i in range(4000)]
        desk.put(f"tracker/events/{name}.jsonl", rows)
        desk.put(f"shop/customers/{name}.csv", "id,email\n" + "".join(f"{i},e{name}\n" for i in range(2000)))


def state(desk: Desk) -> tuple:
    keep = {"_file", "_row"}
    files = "select path, sha256, status, rows_read, rows_loaded, rows_replaced from ops.load_files"
    return (
        desk.content("tracker__events", keep=keep),
        desk.content("shop__customers", keep=keep),
        sorted(desk.fetch(files)),
        sorted(desk.fetch("select * from ops.row_counts")),
    )


def test_a_kill_at_any_moment_and_a_second_run_are_as_one_run(make_desk, engine):
    undisturbed = make_desk(engine)
    fill(undisturbed)
    undisturbed.load()
    chance = random.Random(11)
    desk = make_desk(engine)
    fill(desk)
    kills = 0
    for _ in range(3):
        process = start_load(desk)
        time.sleep(chance.uniform(0.2, 1.6))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    finished = start_load(desk)
    _, told = finished.communicate(timeout=120)
    assert finished.returncode == 0, told
    assert state(desk) == state(undisturbed)
    desk.check_conservation()
    statuses = {row[0] for row in desk.fetch("select status from ops.load_runs")}
    assert statuses <= {"succeeded", "interrupted"}
    leftovers = [p for p in desk.settings.duckdb_path.parent.iterdir() if "scratch" in p.name]
    assert leftovers == []


def test_another_salt_is_refused(make_desk, engine, request):
    from dataclasses import replace

    desk = make_desk(engine)
    desk.load()
    with pytest.raises(TekilError, match="not the one this warehouse was built with"):
        load(replace(desk.settings, pii_salt="another"), print)
    assert desk.fetch("select salt from raw.identifier_salt") == [("a salt for tests",)]


def hold_lock(desk: Desk, seconds: float) -> subprocess.Popen:
    code = (
        "import time; from orchestration.lib.settings import Settings; from orchestration.lib.locks import"
        " HELD, build_lock\n"
        f"with build_lock(Settings.from_environment(), 'make build'):\n print('held', flush=True);"
        f" time.sleep({seconds})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment(desk), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_the_lock_names_its_holder(desk):
    desk.landing.mkdir(parents=True)
    holder = hold_lock(desk, 60)
    try:
        with pytest.raises(TekilError, match=rf"held by process {holder.pid} \(make build, since"):
            load(desk.settings, desk.said.append)
    finally:
        holder.kill()
        holder.communicate()


def test_the_lock_is_waited_for_and_freed_by_a_dead_holder(make_desk, engine):
    desk = make_desk(engine, TEKIL_LOCK_TIMEOUT="30")
    holder = hold_lock(desk, 1)
    desk.load()
    assert [line for line in desk.said if line.startswith("waiting for the build lock, held by process")]
    holder.communicate()


def test_inner_calls_share_the_lock(desk):
    with build_lock(desk.settings, "make build"):
        desk.load()
        finished = start_load(desk)
        _, told = finished.communicate(timeout=60)
        assert finished.returncode == 0, told


def test_a_file_open_elsewhere_is_one_sentence(duck):
    duck.load()
    path = str(duck.settings.duckdb_path)
    code = f"import duckdb, time; c = duckdb.connect({path!r}); print(1, flush=True); time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        other.stdout.readline()
        with pytest.raises(TekilError, match=rf"is open in the process {other.pid} \(.*\): close it there"):
            load(duck.settings, print)
    finally:
        other.kill()
        other.communicate()


def test_not_a_duckdb_file_is_one_sentence(duck):
    duck.landing.mkdir(parents=True)
    duck.settings.duckdb_path.write_bytes(b"hello" * 1000)
    with pytest.raises(TekilError, match="is not a DuckDB file: set TEKIL_DUCKDB_PATH"):
        load(duck.settings, print)


def test_an_unreachable_postgres_is_one_sentence_without_the_password(make_desk):
    desk = make_desk(
        "duckdb",
        TEKIL_TARGET="postgres",
        TEKIL_PG_PORT="1",
        TEKIL_PG_PASSWORD="hush",
        TEKIL_PG_HOST="127.0.0.1",
    )
    desk.landing.mkdir(parents=True)
    with pytest.raises(
        TekilError, match=r"PostgreSQL at 127.0.0.1:1, database tekil, cannot be reached"
    ) as caught:
        load(desk.settings, print)
    assert "hush" not in str(caught.value)
    assert "hush" not in repr(desk.settings)
    assert desk.settings.pii_salt not in repr(desk.settings)


def test_the_command_tells_errors_in_one_line(duck):
    process = start_load(duck)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.startswith("error: The landing folder") and told.count("\n") == 1


def test_nothing_personal_stands_in_ops(duck):
    duck.put(
        "shop/customers/a.jsonl", [{"id": 1, "email": "secret@x.com", "created_at": "secret"}, {"id": 2}]
    )
    duck.put("shop/customers/b.csv", "email\nsecret@x.com\n")
    duck.load()
    tables = ["load_runs", "load_files", "row_counts"]
    everything = json.dumps([duck.fetch(f"select * from ops.{table}") for table in tables], default=str)
    assert "secret" not in everything and "secret" not in " ".join(duck.said)
    assert "secret" not in json.dumps(duck.fetch("select reason from raw.quarantine"))


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["landing_retail", "landing_saas", "landing_web"])
def test_the_shared_landings_load_whole(make_desk, name):
    landing = Path(PROJECT.parent / "shared/data" / name)
    if not landing.is_dir():
        pytest.skip(f"{landing.name} is not beside the project")
    desk = make_desk("duckdb", TEKIL_LANDING=str(landing))
    report = desk.load()
    assert (report.files_rejected, report.rows.quarantined) == (0, 0)
    if name == "landing_retail":
        assert report.rows.read == report.rows.loaded == 266098
        [orders, refunds] = [
            desk.fetch(f"select sum({column}) from raw.shop__{table}")[0][0]
            for table, column in (("orders", "total_price"), ("refunds", "amount"))
        ]
        counter = desk.fetch(
            "select sum(case kind when 'return' then -1 else 1 end * abs(total_amount)) from"
            " raw.pos__receipts"
        )[0][0]
        assert float(orders - refunds + counter) == pytest.approx(4397950.76, abs=0.005)


def test_a_full_load_needs_no_connection_import_of_pandas(duck):
    """Binding parameters makes DuckDB import pandas, which costs seconds at every start."""
    code = (
        "import sys; from orchestration.lib.load import load; from orchestration.lib.settings import"
        " Settings\n"
        "load(Settings.from_environment()); sys.exit('pandas' in sys.modules)"
    )
    duck.put("shop/customers/a.csv", "id\n1\n")
    assert duckdb.__version__
    env = environment(duck)
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=env).returncode == 0
