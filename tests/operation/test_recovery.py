"""Killed at any moment, or started twice, a build ends as one undisturbed build does."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.operation.helpers import (
    check_conservation,
    check_summary,
    is_duckdb,
    leftovers,
    published,
    refused,
    settings,
)
from tests.support.project import ROOT, build, clean_environment
from tests.support.tables import differences, snapshot


def started(env: dict[str, str]) -> subprocess.Popen:
    """A build of its own; only itself is killed, as the kernel does, not what it started."""
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.lib.build"],
        cwd=ROOT,
        env={**clean_environment(), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(process: subprocess.Popen, words: str) -> str:
    """Read what the build says until it says this; gives the lines read."""
    read = []
    for line in process.stderr:
        read.append(line)
        if words in line:
            break
    return "".join(read)


def killed(env: dict[str, str], moment: str | float) -> None:
    """Start a build and kill it: when it says something, or after so many seconds."""
    process = started(env)
    if isinstance(moment, str):
        until(process, moment)
    else:
        time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_killed_builds_and_two_at_once_end_as_one_undisturbed_build(built, tmp_path):
    env = settings(tmp_path, TEKIL_LANDING=built[0]["TEKIL_LANDING"])
    for moment in (1.2, "dbt: 40 of"):
        killed(env, moment)

    first = started(env)
    said = until(first, "load ")
    impatient = refused(build({**env, "TEKIL_LOCK_TIMEOUT": "0"}, check=False))
    assert f"process {first.pid}" in impatient and "TEKIL_LOCK_TIMEOUT" in impatient
    second = started(env)
    told = until(second, "held by")
    assert f"waiting for the build lock, held by process {first.pid}" in told

    shown, rest = first.communicate(timeout=300)
    assert first.returncode == 0, said + rest
    assert "Tekil on duckdb" in shown
    shown, rest = second.communicate(timeout=300)
    assert second.returncode == 0, told + rest
    assert " 0 rows read" in rest and "Tekil on duckdb" in shown

    assert differences(snapshot(built[0]), snapshot(env)) == []
    check_conservation(env)
    assert is_duckdb(published(env))
    assert leftovers(Path(env["TEKIL_DUCKDB_PATH"]).parent) == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes through /proc")
def test_dbt_has_no_secret_and_dies_with_its_build(built, tmp_path):
    """Else it would write on beside the next build."""
    secrets = {"DESTINATION_TEST_TOKEN": "zq-token", "TEKIL_PII_SALT": "zq-salt"}
    env = settings(tmp_path, TEKIL_LANDING=built[0]["TEKIL_LANDING"], **secrets)
    process = started(env)
    until(process, "load ")
    time.sleep(1)
    children = [
        int(pid)
        for pid in os.listdir("/proc")
        if pid.isdigit() and f"\nPPid:\t{process.pid}\n" in _status(pid)
    ]
    assert children, "dbt runs as a process of its own"
    for pid in children:
        inside = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"TEKIL_TARGET=" in inside and b"zq-" not in inside, "dbt has no use for a secret"
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 5
    while any(_is_running(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_is_running(pid) for pid in children)


def _status(pid: int | str) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


def _is_running(pid: int) -> bool:
    return "\nState:\t" in _status(pid) and "\nState:\tZ" not in _status(pid)


@pytest.mark.fuzz
@pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz runs it")
@pytest.mark.parametrize("seed", range(10))
def test_ten_kills_at_random_moments_and_a_build(built, tmp_path, seed):
    chance = random.Random(seed)
    env = settings(tmp_path, TEKIL_LANDING=built[0]["TEKIL_LANDING"])
    for _ in range(10):
        killed(env, chance.uniform(0.3, 20))
    build(env)
    assert differences(snapshot(built[0]), snapshot(env)) == []
    check_conservation(env)
    assert leftovers(Path(env["TEKIL_DUCKDB_PATH"]).parent) == []


@pytest.mark.postgres
def test_a_killed_build_on_postgres_leaves_the_lock_and_the_tables_to_the_next(
    built, tmp_path, postgres_database
):
    env = settings(tmp_path, "postgres", postgres_database, TEKIL_LANDING=built[0]["TEKIL_LANDING"])
    killed(env, "dbt: 20 of")
    check_summary(env, build(env).stdout)
    assert differences(snapshot(built[0]), snapshot(env)) == []
    check_conservation(env)
