"""What the schedule of Sunday starts: the linking model is learned anew, and its links are compared with the last one's (I3, O1)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import sample
from tests.support.project import AS_OF, ROOT, clean_environment, parse_cache
from tests.support.tables import rows

WHOLE = bool(os.environ.get("TEKIL_FUZZ"))

# the job with its own configuration, twice; between them one of a batch, for which nothing is due. Without the models, but with `make fuzz`
RUN = """
import json, sys
from dagster import DagsterInstance
from orchestration.definitions import defs

definitions, told = defs(), []
graph = definitions.resolve_asset_graph()
loads = [key for key in graph.materializable_asset_keys if graph.get(key).group_name == "loads"]
(schedule,) = [one for one in definitions.schedules if one.name == "every_sunday"]
with DagsterInstance.get() as instance:
    for job in (schedule.job_name, "micro_batch", schedule.job_name):
        selection = None if job == schedule.job_name and sys.argv[1] == "whole" else loads
        result = definitions.resolve_job_def(job).execute_in_process(
            instance=instance, raise_on_error=False, asset_selection=selection)
        checks = {one.check_name: one.passed for one in result.get_asset_check_evaluations()}
        (links,) = [event.materialization for event in result.all_events
                    if event.is_step_materialization and event.asset_key.path == ["ops", "probable_links"]] or [None]
        told.append({"job": job, "success": result.success, "kept": checks.get("links_of_the_last_model_are_kept"),
                     **({name: value.value for name, value in links.metadata.items()} if links else {})})
print(json.dumps(told))
"""


def test_the_model_is_learned_anew_and_its_links_are_compared(tmp_path):
    sample.generate(tmp_path / "landing", 7, 300, 120)
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    env = {
        "TEKIL_TARGET": "duckdb",
        "TEKIL_LANDING": str(tmp_path / "landing"),
        "TEKIL_DUCKDB_PATH": str(tmp_path / "warehouse" / "test.duckdb"),
        "TEKIL_AS_OF": AS_OF,
        "TEKIL_PII_SALT": "salt of the tests",
        "TEKIL_GATE": "off",
        "TEKIL_THREADS": "2",
        "TEKIL_MEMORY_LIMIT": "2GB",
        "DBT_TARGET_PATH": str(parse_cache("duckdb")),
        "DAGSTER_HOME": str(tmp_path),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN, "whole" if WHOLE else "loads"],
        cwd=ROOT,
        env=clean_environment() | env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    first, batch, second = json.loads(done.stdout.splitlines()[-1])
    assert first["job"] == second["job"] == "weekly_retraining"
    assert [run["success"] for run in (first, batch, second)] == [True, True, True], done.stderr[-3000:]
    assert first["links"] > 20 and second["links"] == first["links"] == batch["links"]
    assert second["kept"] is True and second["links_kept_share"] == 1
    runs = rows(
        env,
        "select trained_on_records, changed_records, records from ops.linking_runs where population = 'people' order by run_id",
    )
    assert len(runs) == 2, "nothing was due for the batch between"
    for trained_on, changed, records in runs:
        assert trained_on == changed == records > 300, "learned from all records, and all compared again"
