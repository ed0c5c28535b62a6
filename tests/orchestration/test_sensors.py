"""A landed file starts one run, once it is whole; alarms are heard or fail visibly; a failure reads as one sentence (O3)."""

from __future__ import annotations

import http.server
import json
import os
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import dagster
import pytest
from dagster._serdes import serialize_value

from orchestration import conventions
from orchestration.conventions import BUSY_RETRIES, one_sentence
from orchestration.defs.sensors import alarms
from orchestration.defs.sensors.landed_files import landed_files
from orchestration.lib import alerts, arrivals
from orchestration.lib.errors import TekilError, WarehouseBusy
from orchestration.lib.landing import read_contract
from orchestration.lib.load import load
from orchestration.lib.locks import build_lock
from orchestration.lib.publish import publish
from orchestration.lib.silence import patience, silent_sources
from orchestration.lib.warehouse import open_warehouse
from orchestration.resources import Alerts, Tekil
from tests.support.project import ROOT

EVENT = '{"type": "track", "messageId": "m%d", "timestamp": "2026-01-02T10:00:00Z", "anonymousId": "a1", "channel": "web", "event": "Signed Up"}\n'


@pytest.fixture
def landing(tmp_path, monkeypatch) -> Path:
    """An empty landing folder, which the settings name."""
    folder = tmp_path / "landing"
    (folder / "tracker" / "events").mkdir(parents=True)
    for name, value in {
        "TEKIL_LANDING": folder,
        "TEKIL_DUCKDB_PATH": tmp_path / "w" / "tekil.duckdb",
        "TEKIL_PII_SALT": "salt of the tests",
        "TEKIL_TARGET": "duckdb",
        "TEKIL_AS_OF": "2026-03-01T00:00:00Z",
    }.items():
        monkeypatch.setenv(name, str(value))
    return folder


def write(landing: Path, name: str, rows: int = 1, age: float = 60) -> Path:
    """Write a file of events that was finished so many seconds ago."""
    path = landing / "tracker" / "events" / name
    path.write_text("".join(EVENT % number for number in range(rows)), encoding="utf-8")
    then = time.time() - age
    os.utime(path, (then, then))
    return path


class Eye:
    """The sensor with its cursor, as the daemon would ask it."""

    def __init__(self):
        self.cursor = None

    def look(self) -> dagster.SensorResult:
        context = dagster.build_sensor_context(cursor=self.cursor)
        result = landed_files(context, tekil=Tekil())
        self.cursor = result.cursor or self.cursor
        return result


def test_a_new_file_starts_one_run_and_is_known_from_then_on(landing):
    eye = Eye()
    assert not eye.look().run_requests
    write(landing, "a.jsonl")
    result = eye.look()
    assert len(result.run_requests) == 1
    assert [event.asset_key.path for event in result.asset_events] == [["landing", "tracker__events"]]
    assert not eye.look().run_requests
    write(landing, "b.jsonl")
    write(landing, "c.jsonl")
    assert len(eye.look().run_requests) == 1, "files that landed together are one batch"
    assert not eye.look().run_requests


def test_a_file_that_is_being_written_waits_until_it_is_whole(landing):
    eye = Eye()
    write(landing, "whole.jsonl")
    write(landing, "growing.jsonl", age=2)
    assert eye.look().run_requests
    assert not eye.look().run_requests
    write(landing, "growing.jsonl", rows=3, age=30)
    assert eye.look().run_requests
    write(landing, "growing.jsonl", rows=5, age=20)
    assert eye.look().run_requests, "a file that grew again is another file"


def test_the_same_new_files_have_the_same_run_key_whoever_asks(landing):
    write(landing, "a.jsonl")
    first, second = Eye(), Eye()
    [one], [other] = first.look().run_requests, second.look().run_requests
    assert one.run_key == other.run_key
    write(landing, "b.jsonl")
    assert first.look().run_requests[0].run_key != one.run_key


def test_a_file_that_goes_or_a_cursor_that_is_spoilt_starts_nothing_wrong(landing):
    eye = Eye()
    path = write(landing, "a.jsonl")
    assert eye.look().run_requests
    path.unlink()
    assert not eye.look().run_requests
    eye.cursor = "nonsense from another version"
    write(landing, "a.jsonl")
    assert eye.look().run_requests


def test_ten_thousand_files_make_a_cursor_of_moderate_size():
    marks = [number.to_bytes(arrivals.MARK_BYTES, "big") for number in range(10_000)]
    text = arrivals.pack(marks)
    assert len(text) <= 82_000 and arrivals.unpack(text) == set(marks)


def test_the_load_leaves_a_growing_file_for_the_next_one(make_settings):
    settings = make_settings()
    folder = settings.landing
    (folder / "tracker" / "events").mkdir(parents=True)
    write(folder, "whole.jsonl")
    growing = write(folder, "growing.jsonl", rows=2, age=1)
    ahead = write(folder, "ahead.jsonl", rows=1, age=-3600)
    said: list[str] = []
    assert load(settings, said.append, settle_seconds=10).files_loaded == 2, (
        f"{ahead.name} is no file in the making"
    )
    assert any("growing.jsonl: changed less than 10 s ago" in line for line in said)
    os.utime(growing, (time.time() - 60, time.time() - 60))
    assert load(settings, said.append, settle_seconds=10).files_loaded == 1


# ---------- alarms


@pytest.fixture
def listener(monkeypatch):
    """A server that takes what is posted, with the status it is told to answer."""
    heard, answer = [], {"status": 200}

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answer["status"])
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(alerts.WEBHOOK, f"http://127.0.0.1:{server.server_port}/hook/zq-token")
    yield heard, answer
    server.shutdown()


def test_an_alarm_is_posted_and_one_that_is_not_taken_is_an_error_without_the_address(listener):
    heard, answer = listener
    said: list[str] = []
    Alerts().send("Tekil: something failed.", said.append)
    assert heard == [{"text": "Tekil: something failed."}] and said == ["Tekil: something failed."]
    answer["status"] = 500
    with pytest.raises(TekilError, match=alerts.WEBHOOK) as refused:
        alerts.send("again")
    assert "zq-token" not in str(refused.value)


def test_without_a_webhook_an_alarm_is_said_in_the_log_alone(monkeypatch):
    monkeypatch.setenv(alerts.WEBHOOK, "")
    monkeypatch.setattr(alerts, "read_dotenv", lambda path: {})
    said: list[str] = []
    Alerts().send("Tekil: something failed.", said.append)
    assert said == ["Tekil: something failed."]
    monkeypatch.setenv(alerts.WEBHOOK, "not an address")
    with pytest.raises(TekilError, match="could not be sent"):
        alerts.send("again")


def test_a_failed_run_is_told_with_its_reason_and_no_traceback(listener, monkeypatch):
    heard, _ = listener

    @dagster.asset
    def raw_table():
        raise dagster.Failure("The gate is closed for tracker/events: 40 of 90 rows have no identity.")

    @dagster.asset
    def careless():
        raise ValueError("could not parse ayse@posta.com.tr")

    with dagster.DagsterInstance.ephemeral() as instance:
        for asset, words in ((raw_table, "The gate is closed"), (careless, "an unexpected ValueError")):
            run = dagster.materialize([asset], instance=instance, raise_on_error=False)
            assert not run.success
            context = dagster.build_run_status_sensor_context(
                sensor_name="failed_runs",
                dagster_instance=instance,
                dagster_run=run.dagster_run,
                dagster_event=run.get_run_failure_event(),
            ).for_run_failure()
            alarms.failed_runs(context, alerts=Alerts())
            assert words in heard[-1]["text"] and asset.key.to_user_string() in heard[-1]["text"]
            assert "@" not in heard[-1]["text"] and "\n" not in heard[-1]["text"]


def test_a_warehouse_that_stays_busy_is_told_with_who_has_it(listener, monkeypatch):
    heard, _ = listener
    monkeypatch.setattr(conventions, "BUSY_RETRIES", 1)
    monkeypatch.setattr(conventions, "BUSY_WAIT_SECONDS", 0)
    tried = []

    @dagster.asset
    def raw_table():
        with one_sentence():
            tried.append(1)
            raise WarehouseBusy("The warehouse w is open in the process 77 (bi): close it.")

    with dagster.DagsterInstance.ephemeral() as instance:
        run = dagster.materialize([raw_table], instance=instance, raise_on_error=False)
        assert not run.success and len(tried) == 2
        context = dagster.build_run_status_sensor_context(
            sensor_name="failed_runs",
            dagster_instance=instance,
            dagster_run=run.dagster_run,
            dagster_event=run.get_run_failure_event(),
        ).for_run_failure()
        alarms.failed_runs(context, alerts=Alerts())
    assert "raw_table: The warehouse w is open in the process 77 (bi): close it." in heard[-1]["text"]


def test_of_what_nobody_foresaw_dagster_keeps_the_kind_and_the_place_alone():
    """What an engine or a library says of a value that does not fit quotes the value."""

    @dagster.asset
    def careless():
        with one_sentence():
            try:
                int("ayse@posta.com.tr")
            except ValueError as problem:
                raise KeyError("+905321234567") from problem

    with dagster.DagsterInstance.ephemeral() as instance:
        run = dagster.materialize([careless], instance=instance, raise_on_error=False)
        events = instance.all_logs(run.run_id)
    kept = "".join(f"{entry.message}{entry.user_message}{serialize_value(entry)}" for entry in events)
    assert "an unexpected KeyError (test_sensors.py line" in kept
    assert "@" not in kept and "+90532" not in kept


def test_a_closed_gate_is_told_by_the_name_of_its_check(listener):
    heard, _ = listener

    @dagster.asset
    def raw_table():
        return None

    @dagster.asset_check(asset=raw_table, blocking=True)
    def every_event_names_somebody():
        return dagster.AssetCheckResult(passed=False)

    @dagster.asset(deps=[raw_table])
    def staged():
        raise AssertionError("a closed gate stops what comes after")

    with dagster.DagsterInstance.ephemeral() as instance:
        run = dagster.materialize(
            [raw_table, every_event_names_somebody, staged], instance=instance, raise_on_error=False
        )
        assert not run.success
        context = dagster.build_run_status_sensor_context(
            sensor_name="failed_runs",
            dagster_instance=instance,
            dagster_run=run.dagster_run,
            dagster_event=run.get_run_failure_event(),
        ).for_run_failure()
        alarms.failed_runs(context, alerts=Alerts())
    assert "check every_event_names_somebody of raw_table failed" in heard[-1]["text"]


def test_a_source_is_silent_by_its_own_rhythm():
    start = datetime(2026, 1, 1)
    assert patience([start, start + timedelta(hours=1)]) == timedelta(hours=26)
    assert patience([start + timedelta(days=7 * week) for week in range(4)]) == timedelta(days=21)


def test_a_silent_source_is_told_once_until_it_speaks_again(engine, make_settings, listener, monkeypatch):
    heard, _ = listener
    settings = make_settings(engine)
    assert silent_sources(settings) == {}, "nothing was loaded yet"
    warehouse = open_warehouse(settings)
    warehouse.ensure_tables(read_contract(ROOT))
    insert = "insert into ops.load_files (load_id, source, table_name, path, rows_read, loaded_at) values (?, ?, 't', 'p', ?, ?)"
    clock = settings.clock()
    for load_id, source, age in (
        (1, "tracker", 72),
        (2, "tracker", 50),
        (3, "shop", 30),
        (4, "shop", 2),
        (5, "labels", 900),
    ):
        warehouse.execute(insert, [load_id, source, 1, clock - timedelta(hours=age)])
    warehouse.close()
    publish(settings)
    assert list(silent_sources(settings)) == []
    later = type(settings)(**{**vars(settings), "as_of": clock + timedelta(hours=20)})
    assert list(silent_sources(later)) == ["tracker"], "one that came once has no rhythm"

    monkeypatch.setattr(Tekil, "settings", lambda self, say: later)
    context = dagster.build_sensor_context()
    result = alarms.silent_sources_sensor(context, tekil=Tekil(), alerts=Alerts())
    assert len(heard) == 1 and "tracker" in heard[0]["text"]
    again = dagster.build_sensor_context(cursor=result.cursor)
    alarms.silent_sources_sensor(again, tekil=Tekil(), alerts=Alerts())
    assert len(heard) == 1


# ---------- failures


def test_only_a_busy_warehouse_is_tried_again(make_settings):
    settings = make_settings()
    settings.duckdb_path.parent.mkdir(parents=True)
    with pytest.raises(dagster.RetryRequested) as retry, one_sentence():
        raise WarehouseBusy("somebody has it")
    assert retry.value.max_retries == BUSY_RETRIES
    with pytest.raises(dagster.Failure) as failure, one_sentence():
        raise TekilError("The landing folder is not there.")
    assert failure.value.description == "The landing folder is not there."
    assert failure.value.allow_retries is False

    # both kinds of busy: another build, and a program that has the file open
    held = threading.Event(), threading.Event()

    def hold():
        with build_lock(settings):
            os.environ.pop("TEKIL_LOCK_HELD", None)
            held[0].set()
            held[1].wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    held[0].wait(30)
    try:
        with pytest.raises(WarehouseBusy, match="is held by"), build_lock(settings):
            raise AssertionError("two have the lock")
    finally:
        held[1].set()
        holder.join()
