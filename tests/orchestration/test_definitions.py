"""Dagster sees one graph from a landed table to a segment, with dbt's tests as checks (O1)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.support.project import ROOT, clean_environment

LOOK = """
import json
import orchestration.definitions
repository = orchestration.definitions.defs().get_repository_def()
graph = repository.asset_graph
print(json.dumps({
    "/".join(key.path): ["/".join(parent.path) for parent in graph.get(key).parent_keys]
    for key in graph.get_all_asset_keys()
}))
"""


def test_the_graph_runs_from_a_landed_table_to_a_segment(tmp_path):
    env = clean_environment() | {
        "TEKIL_DUCKDB_PATH": str(tmp_path / "none.duckdb"),
        "TEKIL_PII_SALT": "salt of the tests",
        "DAGSTER_HOME": str(tmp_path),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DAGSTER_IS_DEV_CLI": "1",
        "DO_NOT_TRACK": "1",
        "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
    }
    (tmp_path / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    parents = json.loads(done.stdout.splitlines()[-1])

    above, open_keys = set(), ["segments/segment_memberships"]
    while open_keys:
        key = open_keys.pop()
        above |= set(parents[key])
        open_keys += [parent for parent in parents[key] if parent in parents]
    assert {
        "raw/shop__orders",
        "raw/tracker__events",
        "identity/identity_map",
        "profiles/customer_orders",
    } <= above
    assert not [key for key in parents if key.startswith("main/")], "an asset without its layer's schema"
