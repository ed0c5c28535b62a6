"""Start what `make dev` starts, on a warehouse of the test's own, and talk to it as its UI does."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.support.project import ROOT, clean_environment

PATIENCE = 900
ENDED = ("SUCCESS", "FAILURE", "CANCELED")


class Dev:
    """A running Dagster."""

    def __init__(self, env: dict[str, str], log: Path):
        self.env, self.log = env, log
        self.address = f"http://127.0.0.1:{env['TEKIL_DEV_PORT']}"

    def ask(self, query: str, **variables) -> dict:
        """One GraphQL question; its data."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.address}/graphql", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            said = json.load(answer)
        assert "errors" not in said, said["errors"]
        return said["data"]

    def tick(self, schedule: str) -> list[dict]:
        """Evaluate a schedule as its next tick would; what it asks for (run key, job, tags)."""
        selector = {
            "repositoryName": "__repository__",
            "repositoryLocationName": "tekil",
            "scheduleName": schedule,
        }
        done = self.ask(
            "mutation($s: ScheduleSelector!, $t: Float) { scheduleDryRun(selectorData: $s, timestamp: $t) { __typename"
            " ... on DryRunInstigationTick { evaluationResult { error { message } runRequests { runKey jobName"
            " tags { key value } } } } } }",
            s=selector,
            t=time.time(),
        )["scheduleDryRun"]
        assert done["__typename"] == "DryRunInstigationTick" and not done["evaluationResult"]["error"], done
        return done["evaluationResult"]["runRequests"]

    def launch(self, job: str, *assets: str, **config) -> str:
        """Start a job, or some assets of it; the id of the run."""
        selector = {
            "repositoryName": "__repository__",
            "repositoryLocationName": "tekil",
            "jobName": job,
        }
        if assets:
            selector["assetSelection"] = [{"path": asset.split("/")} for asset in assets]
        launched = self.ask(
            "mutation($p: ExecutionParams!) { launchPipelineExecution(executionParams: $p) { __typename"
            " ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }",
            p={"selector": selector, "runConfigData": config, "mode": "default"},
        )["launchPipelineExecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return launched["run"]["runId"]

    def runs(self) -> list[dict]:
        """Every run there is, the newest first."""
        return self.ask(
            "{ runsOrError { ... on Runs { results { runId jobName status tags { key value } } } } }"
        )["runsOrError"]["results"]

    def wait(self, is_there, what: str):
        """Ask again until the answer is something."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                if found := is_there():
                    return found
            time.sleep(0.5)
        raise AssertionError(f"no {what} after {PATIENCE} s:\n{self.log.read_text(errors='replace')[-4000:]}")

    def ended(self, *runs: str) -> dict[str, str]:
        """The status of these runs once all have ended."""

        def all_ended():
            found = {run["runId"]: run["status"] for run in self.runs() if run["runId"] in runs}
            return found if len(found) == len(runs) and set(found.values()) <= set(ENDED) else None

        return self.wait(all_ended, f"end of {len(runs)} runs")

    def waited(self, run: str) -> dict[str, float]:
        """Seconds a run stood in the queue, seconds it then waited for the build lock, and seconds it took from the first to the last."""
        facts = self.ask(
            "query($id: ID!) { runOrError(runId: $id) { ... on Run { creationTime startTime endTime } }"
            " logsForRun(runId: $id, limit: 5000) { ... on EventConnection { events {"
            " ... on MessageEvent { message timestamp } } } } }",
            id=run,
        )
        events = [
            (float(event["timestamp"]) / 1000, event["message"])
            for event in facts["logsForRun"]["events"]
            if event
        ]
        locked = sum(
            after - at
            for (at, said), (after, _) in pairwise(events)
            if said.startswith("waiting for the build lock")
        )
        times = facts["runOrError"]
        return {
            "queue": times["startTime"] - times["creationTime"],
            "lock": locked,
            "whole": times["endTime"] - times["creationTime"],
        }

    def failures(self, run: str) -> str:
        """What a run said of its failures."""
        events = self.ask(
            "query($id: ID!) { logsForRun(runId: $id, limit: 5000) { ... on EventConnection { events { __typename"
            " ... on MessageEvent { message } ... on ExecutionStepFailureEvent { error { message }"
            " failureMetadata { description } } } } } }",
            id=run,
        )["logsForRun"]["events"]
        return json.dumps([event for event in events if "Failure" in event["__typename"]])[:3000]


@contextlib.contextmanager
def started(env: dict[str, str], folder: Path) -> Iterator[Dev]:
    """`make dev` with these settings, until the block ends; all that it started ends with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        **clean_environment(),
        **env,
        "TEKIL_DEV_PORT": str(port),
        "DAGSTER_HOME": str(folder / "home"),
        "PYTHONPATH": str(ROOT),
    }
    log = folder / "dev.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.lib.dev"],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    dev = Dev(env, log)
    try:
        dev.wait(
            lambda: dev.ask("{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }")[
                "repositoriesOrError"
            ].get("nodes"),
            "UI",
        )
        yield dev
    finally:
        # its children do not wait for runs, nor does anybody for its good-bye
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=3)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
