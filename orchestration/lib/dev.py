"""`make dev`: Dagster's UI on this project, with its storage beside the warehouse and its telemetry off.

`python -m orchestration.lib.dev --prepare` stops before the start: for a server, whose own services start Dagster (docs/production.md).
"""

import argparse
import os
import sys
from pathlib import Path

from orchestration.lib.build import with_landing
from orchestration.lib.errors import TekilError
from orchestration.lib.manifest import ensure_manifest
from orchestration.lib.settings import PROJECT_ROOT, Settings

INSTANCE = """\
# Written by `make dev` when it was not there; yours to change (docs/production.md).
telemetry:
  enabled: false
# no newcomer's pop-up
nux:
  enabled: false
# one writer: a run waits in the queue while another has a step of the pool "warehouse"
concurrency:
  runs:
    max_concurrent_runs: 4
  pools:
    granularity: run
    default_limit: 1
run_queue:
  dequeue_interval_seconds: 2
# a run whose process died is told as failed, and sets the queue free
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  poll_interval_seconds: 30
  free_slots_after_run_end_seconds: 60
freshness:
  enabled: true
# ticks that did nothing are not worth keeping
retention:
  schedule:
    purge_after_days: {skipped: 7, success: 90, failure: 90, started: 7}
  sensor:
    purge_after_days: {skipped: 2, success: 90, failure: 90, started: 2}
"""
WORKSPACE = """\
load_from:
  - python_module:
      module_name: orchestration.definitions
      location_name: tekil
"""


def prepare(home: Path) -> None:
    """Make Dagster's folder with its settings, unless somebody wrote some already."""
    home.mkdir(parents=True, exist_ok=True)
    for name, content in (("dagster.yaml", INSTANCE), ("workspace.yaml", WORKSPACE)):
        if not (home / name).exists():
            (home / name).write_text(content, encoding="utf-8")


def main() -> int:
    """Prepare the sample and dbt's manifest, then replace this process by `dagster dev`, which serves until it is stopped."""
    ask = argparse.ArgumentParser(prog="make dev")
    ask.add_argument(
        "--prepare", action="store_true", help="make Dagster's folder and dbt's manifest, and stop there"
    )
    only_prepare = ask.parse_args().prepare

    def say(line: str) -> None:
        print(f"  {line}", file=sys.stderr, flush=True)

    home = Path(os.environ.get("DAGSTER_HOME") or PROJECT_ROOT / "warehouse" / "dagster").resolve()
    try:
        settings = with_landing(Settings.from_environment(), say)
        say("reading the dbt project")
        ensure_manifest(settings)
        prepare(home)
    except TekilError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    if only_prepare:
        return 0
    port = os.environ.get("TEKIL_DEV_PORT", "3000")
    os.environ |= {
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": os.pathsep.join([str(PROJECT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    say(f"Dagster on http://127.0.0.1:{port} in some seconds; Ctrl-C ends it")
    dagster = str(Path(sys.executable).with_name("dagster"))
    arguments = ["dev", "-w", str(home / "workspace.yaml"), "-h", "127.0.0.1", "-p", port]
    os.chdir(PROJECT_ROOT)
    os.execv(dagster, [dagster, *arguments])


if __name__ == "__main__":
    sys.exit(main())
