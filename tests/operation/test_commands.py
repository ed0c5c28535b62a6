"""What a user types: the summary on one screen, `make help`, `make query`, and a `.env` beside the Makefile."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.operation.helpers import check_summary, python, settings
from tests.support.project import ROOT, build, clean_environment, land
from tests.support.tables import rows


def make(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    """A make command with the environment the tests run in, which is not made anew."""
    return subprocess.run(
        ["make", "-o", ".venv/.ready", f"RUN={sys.executable}", *arguments],
        cwd=ROOT,
        env={**clean_environment(), **env},
        capture_output=True,
        text=True,
    )


def test_the_summary_of_a_sample_is_one_true_screen(built):
    env, done = built
    check_summary(env, done.stdout)
    assert "ready:" in done.stdout and "precision" in done.stdout


def test_a_tiny_landing_is_not_ready_and_says_why(tmp_path):
    env = settings(tmp_path)
    land(
        env,
        "shop",
        "customers",
        [{"id": "1", "email": "ada@posta.com.tr"}, {"id": "2", "email": "can@posta.com.tr"}],
    )
    shown = build(env).stdout
    check_summary(env, shown)
    assert "NOT READY: only 0 of 2 known customers" in shown


def test_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()
    shown = make({}, "help").stdout
    assert sorted(re.findall(r"^  make ([\w-]+) +\S", shown, re.MULTILINE)) == sorted(targets)
    assert make({}).stdout == shown, "make alone helps"


def test_query_prints_a_table(built):
    done = make(
        built[0], "query", "SQL=select segment, size from segments.segments order by segment limit 40"
    )
    assert done.returncode == 0, done.stderr
    header, rule, *lines = done.stdout.splitlines()
    assert header.split() == ["segment", "size"] and set(rule) == {"-", " "}
    assert [line.split() for line in lines] == [
        [segment, f"{size:f}"]
        for segment, size in rows(built[0], "select segment, size from segments.segments order by 1 limit 40")
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "create table segments.mine as select 1 as x",
        "delete from segments.segment_changes",
        "drop schema raw cascade",
        "selekt 1",
    ],
)
def test_query_refuses_to_write(built, sql):
    before = rows(built[0], "select count(*) from segments.segment_changes")
    done = make(built[0], "query", f"SQL={sql}")
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert rows(built[0], "select count(*) from segments.segment_changes") == before


@pytest.mark.postgres
@pytest.mark.parametrize("sql", ["create table mine as select 1 as x", "create schema mine"])
def test_query_refuses_to_write_on_postgres(tmp_path, postgres_database, sql):
    env = settings(tmp_path, "postgres", postgres_database)
    done = make(env, "query", f"SQL={sql}")
    assert done.returncode != 0 and "read-only" in done.stderr and "Traceback" not in done.stderr
    assert "2" in make(env, "query", "SQL=select 1 + 1 as two").stdout


def test_query_without_a_warehouse_says_what_to_do(tmp_path):
    done = make(settings(tmp_path), "query", "SQL=select 1")
    assert done.returncode != 0 and "run make build first" in done.stderr


def test_the_file_beside_the_makefile_is_read(tree, tmp_path):
    env = settings(tmp_path)
    land(env, "shop", "customers", [{"id": "1", "email": "ada@posta.com.tr"}])
    lines = [f"{name}={value}" for name, value in env.items() if name.startswith("TEKIL_")]
    (tree / ".env").write_text("\n".join(lines) + "\nDESTINATION_CRM_TOKEN=hush\n")
    done = python(tree, {}, "orchestration.lib.load")
    assert done.returncode == 0, done.stderr
    assert rows(env, "select count(*) from raw.shop__customers") == [(1,)]
    said = python(tree, {"TEKIL_TIMEZONE": "Mars"}, "orchestration.lib.load").stderr
    assert "TEKIL_TIMEZONE is 'Mars'" in said, "the environment wins"


def test_a_changed_twin_drops_what_dbt_remembers_of_the_parse(tmp_path):
    """dbt's partial parse keeps a unit test that moved to another model: a build after an upgrade would fail."""
    from orchestration.lib.dbt import dbt_environment
    from orchestration.lib.settings import Settings

    env, tree = settings(tmp_path), tmp_path / "project"
    (tree / "models").mkdir(parents=True)
    (tree / "models" / "a.yml").write_text("models: []")
    cache = tmp_path / "target" / "partial_parse.msgpack"

    def survives() -> bool:
        cache.parent.mkdir(exist_ok=True)
        cache.write_bytes(b"parsed")
        dbt_environment(Settings.from_environment(env, tree), env)
        return cache.exists()

    assert [survives(), survives()] == [False, True]
    (tree / "models" / "a.sql").write_text("select 1 as one")
    assert survives()
    (tree / "models" / "a.yml").write_text("models: [{name: a}]")
    assert [survives(), survives()] == [False, True]
