"""How long a new file takes to reach the segments through Dagster, and how much of a run with nothing new is orchestration.

`python -m benchmarks.micro_batch --customers 5000 50000` generates a sample (not counted), builds it (not counted), and runs the job
micro_batch as the daemon does, in a process of its own: with nothing new, and with 10,000 events that landed. What a run costs
beside load, models and publication is orchestration: starting Python and dbt, loading the definitions, steps and events.
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.build import ROOT, bench, environment
from orchestration.lib.dev import prepare

ENGINE = "duckdb"
EVENTS = 10_000
RUN = """
import json, resource, time
from dagster import DagsterInstance
from orchestration.definitions import defs
job = defs().resolve_job_def("micro_batch")
loaded = time.time()
with DagsterInstance.get() as instance:
    result = job.execute_in_process(instance=instance, raise_on_error=True)
copies = [event for event in result.all_events if event.is_step_materialization and event.asset_key.path[0] == "published"]
(load,) = [event.materialization for event in result.all_events if event.is_step_materialization and event.asset_key.path == ["ops", "load_runs"]]
print(json.dumps({"loaded": loaded, "publish": copies[0].materialization.metadata["seconds"].value,
                  "cpu": time.process_time(), "dbt cpu": sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]),
                  "rows": load.metadata["rows_loaded"].value, "load": load.metadata["seconds"].value}))
"""


def micro_batch(env: dict[str, str], rows: int) -> dict[str, float]:
    """Seconds of one run that loads so many rows: whole, until definitions are loaded, of load, dbt and publication, and the rest."""
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )  # fmt: skip
    if done.returncode:
        raise SystemExit("the run failed")
    whole = time.time() - started
    told = json.loads(done.stdout.splitlines()[-1])
    if told["rows"] != rows:
        raise SystemExit(f"the run loaded {told['rows']:,} rows, not {rows:,}")
    results = json.loads((Path(env["DBT_TARGET_PATH"]) / "run_results.json").read_text())
    dbt = results["elapsed_time"]
    return {
        "whole": whole,
        "definitions": told["loaded"] - started,
        "load": told["load"],
        "models": dbt,
        "publish": told["publish"],
        "orchestration": whole - told["load"] - dbt - told["publish"],
        "cpu of the run": told["cpu"],
        "cpu of dbt": told["dbt cpu"],
    }


def land_events(landing: Path, at: datetime.datetime) -> None:
    """A file of new events: page views of visitors that the sample knows, and a tenth of new ones."""
    known = []
    for path in sorted((landing / "tracker" / "events").glob("*.jsonl")):
        for line in path.open(encoding="utf-8"):
            # the sample has lines that are no JSON, as real senders do
            if found := re.search(r'"anonymousId": ?"([^"]+)"', line):
                known.append(found[1])
            if len(known) >= 9 * EVENTS // 10:
                break
    # a file whose content was loaded before would be known
    run = int(time.time())
    rows = (
        {
            "type": "track",
            "event": "Product Viewed",
            "messageId": f"bench-{run}-{number}",
            "anonymousId": known[number] if number < len(known) else f"bench-visitor-{number}",
            "timestamp": (at - datetime.timedelta(seconds=number)).isoformat(),
            "channel": "web",
            "properties": {"product_id": f"P{number % 200:04d}"},
        }
        for number in range(EVENTS)
    )
    path = landing / "tracker" / "events" / f"benchmark-{run}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    then = time.time() - 60
    os.utime(path, (then, then))


def report(customers: int, what: str, seconds: dict[str, float]) -> None:
    """One line as JSON."""
    told = {name: round(value, 1) for name, value in seconds.items()}
    print(json.dumps({"engine": ENGINE, "customers": customers, "what": what, **told}), flush=True)


def main() -> None:
    """Measure every size asked for; one JSON line each."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.micro_batch")
    ask.add_argument("--customers", type=int, nargs="+", default=[5_000])
    ask.add_argument("--memory", default="4GB")
    ask.add_argument("--repeats", type=int, default=1, help="runs of each kind")
    ask.add_argument(
        "--folder",
        type=Path,
        help="of one size: keeps sample and warehouse here, and takes them if they are there",
    )
    arguments = ask.parse_args()
    for customers in arguments.customers:
        with tempfile.TemporaryDirectory(prefix="tekil-bench-") as place:
            folder = arguments.folder or Path(place)
            env = environment(folder, ENGINE, arguments.memory)
            env |= {"DAGSTER_HOME": str(folder), "DAGSTER_DISABLE_TELEMETRY": "1", "TEKIL_LINKING": "off"}
            # a warehouse that stands in the folder is taken as it is
            if not Path(env["TEKIL_DUCKDB_PATH"]).exists():
                bench(customers, ENGINE, arguments.memory, folder, ["load", "models"])
            prepare(folder)
            subprocess.run(
                [sys.executable, "-m", "orchestration.lib.manifest"], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE
            )  # fmt: skip
            for _ in range(arguments.repeats):
                report(customers, "nothing new", micro_batch(env, 0))
            end = json.loads((folder / "landing" / "sample.json").read_text(encoding="utf-8"))["as_of"]
            for hours in range(arguments.repeats):
                at = datetime.datetime.fromisoformat(end) - datetime.timedelta(hours=hours)
                land_events(Path(env["TEKIL_LANDING"]), at)
                report(customers, f"{EVENTS:,} events", micro_batch(env, EVENTS))


if __name__ == "__main__":
    main()
