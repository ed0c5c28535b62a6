"""How long a first build and a build with nothing new take, with what memory, and how that grows with the customers.

`make bench` (or `python -m benchmarks.build --customers 5000 50000 --engine duckdb`) generates samples of each size (not counted),
builds each in a warehouse of its own, and prints one line per size: rows, seconds, peak memory, and the ratio to the size before,
so that growth can be read off: a ratio of seconds equal to the ratio of rows is linear. Results are also written as JSON lines.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LAST_MONTH = re.compile(r"2026-06-p(\d+)\.")
STEPS = {
    "load": ["orchestration.lib.load"],
    "models": [
        "orchestration.lib.run_dbt",
        "build",
        "--exclude-resource-type",
        "test",
        "unit_test",
        "--quiet",
    ],
    "batch load": ["orchestration.lib.load"],
    "batch": [
        "orchestration.lib.run_dbt",
        "build",
        "--exclude-resource-type",
        "test",
        "unit_test",
        "--quiet",
    ],
    "tests": ["orchestration.lib.run_dbt", "test", "--quiet"],
    "nothing new": ["orchestration.lib.build"],
}


class Measure(NamedTuple):
    """What a step cost: seconds of the clock and of the processors, and the peak memory of its greatest process in bytes."""

    seconds: float
    cpu: float
    peak: int


def measured(arguments: list[str], env: dict[str, str]) -> Measure:
    """What a module costs that is run in a process of its own."""
    script = (
        "import resource, subprocess, sys; "
        "code = subprocess.run([sys.executable, '-m', *sys.argv[1:]], stdout=subprocess.DEVNULL).returncode; "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss); sys.exit(code)"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed")
    cpu, peak = done.stdout.split()[-2:]
    return Measure(time.monotonic() - started, float(cpu), int(peak) * 1024)


def environment(folder: Path, engine: str, memory: str) -> dict[str, str]:
    """Settings of one benchmark; the server of a PostgreSQL run is named by the caller's own environment."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("TEKIL_") or "_PG_" in name
    }
    return kept | {
        "PYTHONPATH": str(ROOT),
        "TEKIL_TARGET": engine,
        "TEKIL_LANDING": str(folder / f"arrived-{engine}"),
        "TEKIL_DUCKDB_PATH": str(folder / f"{engine}.duckdb"),
        "TEKIL_PII_SALT": "benchmark",
        "TEKIL_MEMORY_LIMIT": memory,
        "DBT_TARGET_PATH": str(folder / f"target-{engine}"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }


def bench(customers: int, engine: str, memory: str, folder: Path, steps: list[str]) -> dict:
    """One size on one engine: generate where needed, then each step once."""
    if not (folder / "landing" / "sample.json").exists():
        subprocess.run(
            [
                sys.executable,
                "-m",
                "sample",
                "--out",
                str(folder / "landing"),
                "--customers",
                str(customers),
                "--jobs",
                "2",
            ],
            cwd=ROOT,
            check=True,
        )
    rows = sum(json.loads((folder / "landing" / "sample.json").read_text())["rows"].values())
    env = environment(folder, engine, memory)
    if engine == "postgres":
        env |= fresh_postgres(customers)
    result = {"engine": engine, "customers": customers, "rows": rows, "memory_limit": memory}
    arrive(folder, engine, late=False)
    for step in steps:
        if step == "batch load":
            arrive(folder, engine, late=True)
        cost = measured(STEPS[step], env)
        result[step] = round(cost.seconds, 1)
        result[f"{step} cpu"] = round(cost.cpu)
        if step in ("models", "batch"):
            result[f"{step} identity"] = round(identity_seconds(env), 1)
        result[f"{step} peak MB"] = cost.peak // 1_000_000
        print(
            f"  {engine} {customers:,}: {step} {cost.seconds:.1f} s, cpu {cost.cpu:.0f} s, peak {cost.peak / 1e6:.0f} MB",
            flush=True,
        )
    if engine == "duckdb":
        result["warehouse MB"] = Path(env["TEKIL_DUCKDB_PATH"]).stat().st_size // 1_000_000
    return result


def arrive(folder: Path, engine: str, late: bool) -> None:
    """Let the sample arrive: first all but a twelfth of the last month's files, about 1 % of the rows; then these too."""
    arrived = folder / f"arrived-{engine}"
    for path in sorted((folder / "landing").rglob("*")):
        part = LAST_MONTH.match(path.name)
        is_late = part is not None and int(part[1]) % 12 == 0
        place = arrived / path.relative_to(folder / "landing")
        if path.is_file() and is_late <= late and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, place)


def identity_seconds(env: dict[str, str]) -> float:
    """Seconds that the models of the identity layer, and the steps of staging before it, took in the last run."""
    results = json.loads((Path(env["DBT_TARGET_PATH"]) / "run_results.json").read_text())["results"]
    manifest = json.loads((Path(env["DBT_TARGET_PATH"]) / "manifest.json").read_text())["nodes"]
    return sum(
        result["execution_time"]
        for result in results
        if manifest.get(result["unique_id"], {}).get("resource_type") == "model"
        and manifest[result["unique_id"]]["schema"] in ("staging", "identity")
    )


def fresh_postgres(customers: int) -> dict[str, str]:
    """An empty database: of the server the environment names, else of the tests' own server."""
    from tests.support.postgres import create_database, start_postgres

    return create_database(start_postgres(), f"bench_{customers}")


def table(results: list[dict]) -> str:
    """The results as a Markdown table, each size with its ratio to the one before on the same engine."""
    lines = [
        "| engine | customers | rows | load s | models s | of it identity | cpu s of both | 1 % batch: load s | models s | of it identity | cpu s of both | of a full build (cpu) | tests s | nothing new s | peak MB | rows × | seconds × |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    before: dict[str, dict] = {}
    for result in results:
        seconds = result.get("load", 0) + result.get("models", 0)
        last = before.get(result["engine"])
        rows_ratio = f"{result['rows'] / last['rows']:.1f}" if last else ""
        seconds_ratio = f"{seconds / (last.get('load', 0) + last.get('models', 0)):.1f}" if last else ""
        full = result.get("load cpu", 0) + result.get("models cpu", 0)
        batch = result.get("batch load cpu", 0) + result.get("batch cpu", 0)
        share = f"{batch / full:.2f}" if "models" in result and "batch" in result else ""
        peak = max(value for name, value in result.items() if name.endswith("peak MB"))
        lines.append(
            f"| {result['engine']} | {result['customers']:,} | {result['rows']:,} | {result.get('load', '')} | {result.get('models', '')} "
            f"| {result.get('models identity', '')} | {full or ''} | {result.get('batch load', '')} | {result.get('batch', '')} "
            f"| {result.get('batch identity', '')} | {batch or ''} | {share} "
            f"| {result.get('tests', '')} | {result.get('nothing new', '')} | {peak:,} | {rows_ratio} | {seconds_ratio} |"
        )
        before[result["engine"]] = result
    return "\n".join(lines)


def main() -> int:
    """Run the sizes asked for and print the table; `--keep` leaves samples and warehouses in the folder."""
    ask = argparse.ArgumentParser(prog="make bench")
    ask.add_argument("--customers", type=int, nargs="+", default=[5_000, 50_000])
    ask.add_argument("--engine", nargs="+", default=["duckdb"], choices=["duckdb", "postgres"])
    ask.add_argument(
        "--steps", nargs="+", default=list(STEPS), choices=list(STEPS), help="which to run; load comes first"
    )
    ask.add_argument("--memory", default="4GB", help="memory limit of the embedded engine")
    ask.add_argument(
        "--folder", type=Path, help="where samples and warehouses are kept; a temporary folder if not given"
    )
    ask.add_argument("--json", type=Path, help="append the results to this file, one JSON object a line")
    arguments = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="tekil-bench-") as temporary:
        results = []
        for engine in arguments.engine:
            for customers in arguments.customers:
                folder = (arguments.folder or Path(temporary)) / str(customers)
                folder.mkdir(parents=True, exist_ok=True)
                results.append(bench(customers, engine, arguments.memory, folder, arguments.steps))
                if arguments.json:
                    with arguments.json.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(results[-1]) + "\n")
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
