"""Land rows and build, as a user would, in a warehouse of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("TEKIL_SHARED_DATA") or ROOT.parent / "shared" / "data")
AS_OF = "2026-06-30T21:00:00Z"


def environment(
    folder: Path, engine: str = "duckdb", postgres: dict[str, str] | None = None, **more: str
) -> dict[str, str]:
    """Settings of a warehouse under `folder`; for postgres, `postgres` names the database."""
    env = {
        "TEKIL_TARGET": engine,
        "TEKIL_LANDING": str(folder / "landing"),
        "TEKIL_DUCKDB_PATH": str(folder / "warehouse" / "test.duckdb"),
        "TEKIL_AS_OF": AS_OF,
        "TEKIL_PII_SALT": "salt of the tests",
        "TEKIL_THREADS": "2",
        "TEKIL_MEMORY_LIMIT": "4GB",
        "DBT_TARGET_PATH": str(parse_cache(engine)),
        "DBT_LOG_PATH": str(folder / "logs"),
        # importing Great Expectations takes 8 s of processor in each process; tests/quality judges in one
        "TEKIL_GATE": "off",
    }
    return env | (postgres or {}) | more


def parse_cache(engine: str) -> Path:
    """dbt's target folder of all tests of an engine: one parse serves them. Each worker of pytest has its own, since they build side by side."""
    return (
        ROOT / "target" / "-".join(["tests", engine, *filter(None, [os.environ.get("PYTEST_XDIST_WORKER")])])
    )


def land(env: dict[str, str], source: str, table: str, rows: list[dict], name: str = "part-0") -> Path:
    """Write rows as a .jsonl file of the landing folder; returns the file."""
    path = Path(env["TEKIL_LANDING"]) / source / table / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def run(env: dict[str, str], *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
    """Run a module of the project with the settings; raises with its words when it fails and `check` is true."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**clean_environment(), **env},
        capture_output=True,
        text=True,
        errors="replace",
    )
    if check and done.returncode != 0:
        raise AssertionError(
            f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
    return done


def build(env: dict[str, str], *flags: str, check: bool = True) -> subprocess.CompletedProcess:
    """What `make build` runs."""
    return run(env, "orchestration.lib.build", *flags, check=check)


def build_models(env: dict[str, str], *arguments: str) -> None:
    """Load and build seeds and models without the data tests, for scenarios of many runs."""
    run(env, "orchestration.lib.load")
    run(
        env,
        "orchestration.lib.run_dbt",
        "build",
        "--exclude-resource-type",
        "test",
        "unit_test",
        "--quiet",
        *arguments,
    )


def clean_environment() -> dict[str, str]:
    """This process's environment without any setting of Tekil, and without the make that called it."""
    foreign = ("TEKIL_", "DESTINATION_", "MAKE", "MFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
