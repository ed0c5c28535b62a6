"""What the tests of operation ask of a command that failed, and the disks, trees and landings they run it on."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.support.project import ROOT, clean_environment, environment
from tests.support.tables import rows

TREE = ("macros", "models", "orchestration", "sample", "seeds", "dbt_project.yml", "profiles.yml", "Makefile")


# dbt's own switch, for builds whose tests say nothing about what is tried here: they are most of the time
WITHOUT_DATA_TESTS = {"DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test"}
# likenesses have tests of their own, and cost a second start of dbt
WITHOUT_LINKING = {"TEKIL_LINKING": "off"}


def settings(
    folder: Path, engine: str = "duckdb", postgres: dict | None = None, **more: str
) -> dict[str, str]:
    """Settings of a warehouse under `folder`, with dbt's own files beside it, and without the data tests."""
    return (
        environment(folder, engine, postgres, DBT_TARGET_PATH=str(folder / "target"))
        | WITHOUT_DATA_TESTS
        | WITHOUT_LINKING
        | more
    )


def refused(done: subprocess.CompletedProcess) -> str:
    """The one sentence of a command that failed; asserts that it is one, and nothing but that."""
    assert done.returncode != 0, done.stdout[-2000:]
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said[-4000:]
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1, done.stderr[-4000:]
    assert done.stderr.splitlines()[-1] == errors[0], "the reason is the last thing said"
    assert errors[0].endswith("."), errors[0]
    assert done.stdout == "", "a build that failed shows no summary"
    return errors[0]


def copy_of_tree(folder: Path) -> Path:
    """The project without its environment, warehouse and tests, to break and to mount on."""
    tree = folder / "project"
    tree.mkdir(parents=True)
    for name in TREE:
        source = ROOT / name
        ignore = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignore)
        else:
            shutil.copy(source, tree / name)
    return tree


def python(
    tree: Path, env: dict[str, str], *arguments: str, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess:
    """Run a module in a copy of the project; `before` is a command that runs it in turn."""
    return subprocess.run(
        [*before, sys.executable, "-m", *arguments],
        cwd=tree,
        env={**clean_environment(), **env},
        capture_output=True,
        text=True,
        errors="replace",
    )


def without_rights() -> tuple[str, ...]:
    """A command that takes from root the right to write where the mode says no."""
    if os.geteuid() != 0:
        return ()
    command = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if (
        shutil.which("setpriv") is None
        or subprocess.run([*command, "true"], capture_output=True).returncode != 0
    ):
        pytest.skip("root cannot give up its rights here")
    return command


def digest(path: Path) -> str | None:
    """A hash of a file's bytes; None when there is no such file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def published(env: dict[str, str]) -> Path:
    path = Path(env["TEKIL_DUCKDB_PATH"])
    return path.with_name(f"{path.stem}.published.duckdb")


def raw_counts(env: dict[str, str]) -> dict[str, int]:
    """Rows of every raw table; empty when the warehouse or the schema is not there."""
    if not Path(env["TEKIL_DUCKDB_PATH"]).exists():
        return {}
    names = [
        row[0]
        for row in rows(
            env, "select table_name from information_schema.tables where table_schema = 'raw' order by 1"
        )
    ]
    return {name: int(rows(env, f'select count(*) from raw."{name}"')[0][0]) for name in names}


def check_conservation(env: dict[str, str]) -> None:
    """Rows in = loaded + replaced + quarantined, per file, run and table; and raw holds what was loaded."""
    for table in ("load_files", "load_runs", "row_counts"):
        wrong = "rows_read <> rows_loaded + rows_replaced + rows_quarantined or rows_loaded < 0"
        assert rows(env, f"select * from ops.{table} where {wrong}") == [], table
    for source, name, loaded in rows(env, "select source, table_name, rows_loaded from ops.row_counts"):
        assert rows(env, f"select count(*) from raw.{source}__{name}") == [(loaded,)], f"{source}/{name}"
    assert rows(env, "select sum(rows_quarantined) from ops.row_counts") == rows(
        env, "select count(*) from raw.quarantine"
    )


def check_summary(env: dict[str, str], shown: str) -> None:
    """The screen fits 80 columns by 40 lines, and its numbers are those that SQL gives."""
    lines = shown.splitlines()
    assert len(lines) <= 40
    # the folders of the tests have long names, and a path is never broken
    assert [line for line in lines if len(line) > 80 and not re.search(r"(/[\w.-]+){4}", line)] == []
    words = [line.replace(",", "").split() for line in lines]

    counts = "sum(rows_read), sum(rows_loaded), sum(rows_replaced), sum(rows_quarantined)"
    totals = rows(env, f"select 'all', {counts} from ops.row_counts")
    by_source = rows(
        env, f"select source, {counts} from ops.row_counts group by source having sum(rows_read) > 0"
    )
    for source, *numbers in [*by_source, *totals]:
        read, loaded, replaced, quarantined = (str(int(number)) for number in numbers)
        assert [source, read, "=", loaded, "+", replaced, "+", quarantined] in words

    sizes = dict(
        rows(
            env,
            "select segments.segment, count(memberships.segment) from segments.segments"
            " left join segments.segment_memberships as memberships on segments.segment = memberships.segment"
            " group by segments.segment",
        )
    )
    pairs = {(line[at], line[at + 1]) for line in words for at in (0, 2) if len(line) >= at + 2}
    told = {(segment, str(int(size))) for segment, size in sizes.items()} & pairs
    assert {segment for segment, _ in told} >= {"new", "active", "at_risk", "lost", "vip"}
    assert f"segments (and {len(sizes) - len(told)} more)" in shown

    [(customers, anonymous, share, is_ready)] = rows(
        env, "select customers, anonymous_visitors, share, is_ready from identity.identity_readiness"
    )
    assert ["customers", f"{customers:f}", "known", f"{anonymous:f}", "anonymous", "visitors"] in words
    assert f"{float(share):.0%}, line at 30%" in shown
    assert ("NOT READY:" in shown) is not is_ready
    names = {
        row[0]
        for row in rows(env, "select identifier_value from vault.identifiers where identifier_type = 'email'")
    }
    assert not any(name in shown for name in names)


def leftovers(folder: Path) -> list[str]:
    """Names of drafts and scratch folders that nobody will clear away."""
    return sorted(
        path.name
        for path in folder.rglob("*")
        if path.name.startswith((".tekil-scratch", ".test.published", ".sample.unfinished"))
    )


def may_mount() -> bool:
    """True when this process may mount a small disk."""
    return os.geteuid() == 0 and subprocess.run(["mount", "--version"], capture_output=True).returncode == 0


def fill(folder: Path, leave: int) -> Path:
    """Fill the disk of `folder` up to `leave` bytes."""
    path = folder / "filler"
    stat = os.statvfs(folder)
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, stat.f_bavail * stat.f_frsize - leave))
    return path


def is_duckdb(path: Path) -> bool:
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error:
        return False
    return True
