"""Dagster sees one graph from a landed file to what readers see, with dbt's tests as checks (O1, O3, S11)."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.orchestration.look import GRAPH, graph_text
from tests.support.project import ROOT, clean_environment


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """A place of its own, where nothing was built and nothing can be reached over a network."""
    folder = tmp_path_factory.mktemp("dagster")
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    return clean_environment() | {
        "TEKIL_DUCKDB_PATH": str(folder / "none.duckdb"),
        "TEKIL_PII_SALT": "salt of the tests",
        "DAGSTER_HOME": str(folder),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(ROOT),
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def look(environment) -> dict:
    """What Dagster sees, the manifest being there already."""
    run(environment, "-m", "orchestration.lib.manifest")
    return json.loads(run(environment, "-m", "tests.orchestration.look").stdout.splitlines()[-1])


def above(look: dict, key: str) -> set[str]:
    """Everything an asset is made from, however far up."""
    found, open_keys = set(), [key]
    while open_keys:
        parents = look["assets"][open_keys.pop()]["parents"]
        open_keys += [parent for parent in parents if parent not in found]
        found |= set(parents)
    return found


def test_the_graph_runs_from_a_landed_file_to_what_readers_see(look):
    assert {
        "landing/shop__orders",
        "landing/tracker__events",
        "raw/shop__orders",
        "ops/probable_links",
        "identity/identity_map",
        "profiles/customer_orders",
        "segments/segment_memberships",
    } <= above(look, "published/tables_for_bi")
    assert not above(look, "published/tables_for_bi") & {"vault/identifiers"}, "readers get no contact data"


def test_the_graph_is_the_one_that_was_looked_at(look):
    kept = GRAPH.read_text(encoding="utf-8")
    assert graph_text(look) == kept, "the asset graph changed: run `make graph` and read the difference"


def test_group_prefix_and_layer_are_one_word(look):
    layers = {path.name for path in (ROOT / "models").iterdir() if path.is_dir()}
    for key, asset in look["assets"].items():
        prefix = key.split("/")[0]
        if prefix in layers or asset["group"] in layers:
            assert prefix == asset["group"], key
    assert not [key for key in look["assets"] if key.startswith("main/")], (
        "an asset without its layer's schema"
    )


def test_every_asset_has_its_words_an_owner_and_a_kind(look):
    for key, asset in look["assets"].items():
        assert asset["description"] and asset["owners"] and asset["kinds"], key
        assert "```" not in asset["description"], key


def test_columns_come_with_their_descriptions(look):
    columns = look["assets"]["profiles/customers"]["columns"]
    assert "customer_id" in columns and all(columns.values())


def test_every_dbt_test_is_a_check_of_one_table(look):
    names = {check.split(":")[1] for check in look["checks"]}
    on_sources_alone = {"assert_every_landed_row_is_accounted_for"}
    truths = {path.stem for path in (ROOT / "tests" / "data").rglob("assert_*.sql")} - on_sources_alone
    assert truths <= names
    assert "customers__grain" in names
    assert all(check["description"] for check in look["checks"].values())


def test_one_writer_at_a_time(look):
    """Every step that can run waits for the warehouse: two in the pool never run at once. Deliveries let it go while they wait for the network."""
    loose = {
        key
        for key, asset in look["assets"].items()
        if asset["is_executable"] and asset["pools"] != ["warehouse"] and asset["group"] != "deliver"
    }
    assert loose == set()


def test_whatever_can_run_fails_in_one_sentence():
    """Else what an exception says, which may quote a row, stands in Dagster's storage for months (law 6)."""
    runs = {"asset", "multi_asset", "dbt_assets", "asset_check", "multi_asset_check"}
    found = {}
    for path in (ROOT / "orchestration" / "defs").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and runs & set(map(name_of, node.decorator_list)):
                found[node.name] = "one_sentence" in {
                    name_of(item.context_expr)
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.With)
                    for item in inner.items
                }
    assert found.keys() >= {"load_landing_folder", "quality_gate", "build_models", "delivered"}
    assert [name for name, is_careful in found.items() if not is_careful] == []


def name_of(expression: ast.expr) -> str:
    """The name that is called or used as a decorator."""
    return getattr(expression.func if isinstance(expression, ast.Call) else expression, "id", "")


def test_a_micro_batch_makes_all_models_with_the_cheap_checks(look):
    batch, night = look["jobs"]["micro_batch"], look["jobs"]["nightly"]
    models = {key for key, asset in look["assets"].items() if "dbt" in asset["kinds"]}
    assert models <= set(batch["assets"]) <= set(night["assets"])
    assert batch["steps"].count("build_models") == 1, "one invocation of dbt"
    assert set(batch["checks"]) < set(night["checks"]) == set(look["checks"])
    assert "profiles/customers:customers__grain" in batch["checks"]
    assert any(check.endswith(":assert_no_contact_value_leaks") for check in batch["checks"])
    assert not any(check.endswith(":assert_money_is_conserved") for check in batch["checks"])


def test_dbts_unit_tests_run_at_night_alone(look):
    from orchestration.invocation import left_out

    left = {name: left_out(job["tags"], "") for name, job in look["jobs"].items()}
    assert left == {"micro_batch": "unit_test", "nightly": "", "weekly_retraining": "unit_test"}
    assert left_out({}, "test unit_test") == "test unit_test"


def test_schedules_and_sensors_are_on_when_it_starts(look):
    assert look["schedules"] == {
        "hourly_micro_batch": ["5 * * * *", "micro_batch", "RUNNING"],
        "every_night": ["30 2 * * *", "nightly", "RUNNING"],
        "every_sunday": ["30 4 * * 0", "weekly_retraining", "RUNNING"],
    }
    running = {name for name, status in look["sensors"].items() if status == "RUNNING"}
    assert {"landed_files", "failed_runs", "silent_sources"} <= running
    # conditions are the other way to run the same models: both at once would run them twice
    assert look["sensors"]["models_follow_loads"] == "STOPPED"
    assert look["assets"]["profiles/customers"]["condition"] == "eager_after_load"


def test_public_tables_promise_to_be_fresh(look):
    assert look["assets"]["profiles/customers"]["is_fresh_by"]
    assert not look["assets"]["identity/int_identity__links_made"]["is_fresh_by"]


def test_definitions_load_fast_and_read_the_manifest_that_is_there(look, environment):
    """In processor seconds, which a busy machine does not stretch; dbt is not run, Splink and Great Expectations stay out."""
    assert look["cpu_seconds"] < 10
    assert look["reached_out"] == [], "no network"
    assert not {"splink", "great_expectations", "httpx"} & set(look["modules"])
    assert not [name for name in look["modules"] if name.startswith("dbt.parser")]
    path = ROOT / "target" / "dagster" / "duckdb" / "manifest.json"
    before = path.stat().st_mtime_ns
    run(environment, "-m", "orchestration.lib.manifest")
    assert path.stat().st_mtime_ns == before, "nothing changed, nothing is parsed"


def test_definitions_validate(environment, tmp_path):
    from orchestration.lib.dev import prepare

    home = tmp_path / "home"
    prepare(home)
    dagster = str(Path(sys.executable).with_name("dagster"))
    done = subprocess.run(
        [dagster, "definitions", "validate", "-w", str(home / "workspace.yaml"), "--log-level", "warning"],
        cwd=ROOT,
        env=environment | {"DAGSTER_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    assert "does not match" not in said, said[-2000:]


def test_settings_of_dagster_that_somebody_changed_stay(tmp_path):
    from orchestration.lib.dev import prepare

    prepare(tmp_path)
    written = (tmp_path / "dagster.yaml").read_text(encoding="utf-8")
    assert "enabled: false" in written and "granularity: run" in written
    (tmp_path / "dagster.yaml").write_text("storage: mine\n", encoding="utf-8")
    prepare(tmp_path)
    assert (tmp_path / "dagster.yaml").read_text(encoding="utf-8") == "storage: mine\n"
    assert os.listdir(tmp_path)
