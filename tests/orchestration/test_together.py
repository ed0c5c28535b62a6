"""Everything that writes, started at the same moment again and again: all end well, some after waiting, none with an error of a lock (O1, O4).

A round is two materialisations, the run that a tick of the hourly schedule asks for, and a `make build`, on a running Dagster and on each engine;
before each a file lands. A short form of it, with the sensor's run, is the start of test_ui.py.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import sample
from tests.orchestration.dev import Dev, started
from tests.support.project import AS_OF, ROOT, clean_environment, parse_cache
from tests.support.tables import rows

ROUNDS = int(os.environ.get("TEKIL_ROUNDS") or 20)
CUSTOMERS = 300
RULES = ("rules/identifier_types", "rules/tracking_plan")
NOT_HERE = "test unit_test"
pytestmark = [
    pytest.mark.fuzz,
    pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz runs it"),
]


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def dev(request, tmp_path_factory):
    """A running Dagster on a sample; its first run, of the sensor, has ended."""
    folder = tmp_path_factory.mktemp("together")
    sample.generate(folder / "landing", 7, CUSTOMERS, 365)
    env = {
        "TEKIL_TARGET": request.param,
        "TEKIL_LANDING": str(folder / "landing"),
        "TEKIL_DUCKDB_PATH": str(folder / "warehouse" / "test.duckdb"),
        "TEKIL_AS_OF": AS_OF,
        "TEKIL_PII_SALT": "salt of the tests",
        "TEKIL_LINKING": "off",
        "TEKIL_GATE": "off",
        "TEKIL_THREADS": "2",
        "TEKIL_MEMORY_LIMIT": "2GB",
        "TEKIL_LOCK_TIMEOUT": "900",
        "DBT_TARGET_PATH": str(parse_cache(request.param)),
    }
    if request.param == "postgres":
        from tests.support.postgres import create_database

        env |= create_database(request.getfixturevalue("postgres_server"), f"together_{os.getpid()}")
    with started(env, folder) as running:
        (first,) = running.wait(lambda: finished(running), "first run")
        assert first["status"] == "SUCCESS", running.failures(first["runId"])
        running.waits = []
        yield running
    print("\n" + table_of(running.waits))


def finished(dev: Dev) -> list[dict]:
    return [run for run in dev.runs() if run["status"] in ("SUCCESS", "FAILURE")]


class Build(threading.Thread):
    """A `make build` without dbt's tests, which are not what is tried here, and how long it stood before the lock."""

    def __init__(self, env: dict[str, str]):
        super().__init__()
        self.started_at, self.lock, self.said = time.monotonic(), 0.0, []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.lib.build"],
            cwd=ROOT,
            env=clean_environment() | env | {"DBT_EXCLUDE_RESOURCE_TYPES": NOT_HERE},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.start()

    def run(self) -> None:
        waiting_since = None
        for line in self.process.stderr:
            if waiting_since is not None:
                self.lock, waiting_since = self.lock + time.monotonic() - waiting_since, None
            if "waiting for the build lock" in line:
                waiting_since = time.monotonic()
            self.said.append(line)
        self.process.wait()
        self.whole = time.monotonic() - self.started_at


def land_a_file(env: dict[str, str], number: int) -> None:
    """Ten events that nobody has seen, old enough to be whole."""
    path = Path(env["TEKIL_LANDING"]) / "tracker" / "events" / f"round-{number}.jsonl"
    at = datetime.datetime.fromisoformat(AS_OF) - datetime.timedelta(hours=1)
    path.write_text(
        "".join(
            json.dumps(
                {
                    "type": "track",
                    "event": "Product Viewed",
                    "messageId": f"round-{number}-{row}",
                    "anonymousId": f"visitor-{row}",
                    "timestamp": at.isoformat(),
                    "channel": "web",
                    "properties": {"product_id": "P0001"},
                }
            )
            + "\n"
            for row in range(10)
        ),
        encoding="utf-8",
    )
    then = time.time() - 60
    os.utime(path, (then, then))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_two_materialisations_a_schedules_tick_and_a_build_together(dev, number):
    land_a_file(dev.env, number)
    (asked,) = dev.tick("hourly_micro_batch")
    assert asked["jobName"] in (None, "micro_batch")
    build = Build(dev.env)
    runs = {
        dev.launch("__ASSET_JOB", *RULES): "two seeds",
        dev.launch("__ASSET_JOB", "staging/stg_shop__orders", "segments/segments"): "two models",
        dev.launch("micro_batch"): "the schedule's run",
    }
    statuses = dev.ended(*runs)
    build.join(900)
    assert build.process.returncode == 0, build.said
    assert set(statuses.values()) == {"SUCCESS"}, [dev.failures(run) for run in runs]
    told = {what: dev.waited(run) for run, what in runs.items()}
    told["make build"] = {"queue": 0.0, "lock": build.lock, "whole": build.whole}
    dev.waits.append(told)
    landed = rows(
        dev.env,
        f"select rows_loaded from ops.load_files where path like '%round-{number}.jsonl' and rows_read > 0",
    )
    assert landed == [(10,)], "one of them loaded it, and no other did it again"


def table_of(rounds: list[dict]) -> str:
    """Least, middle and most seconds of each kind of waiting."""
    lines = [f"{len(rounds)} rounds; seconds: least, middle, most"]
    for what in rounds[0] if rounds else []:
        for kind in ("queue", "lock", "whole"):
            seconds = sorted(one[what][kind] for one in rounds)
            middle = seconds[len(seconds) // 2]
            lines.append(f"{what:<20}{kind:<8}{seconds[0]:8.1f}{middle:8.1f}{seconds[-1]:8.1f}")
    return "\n".join(lines)
