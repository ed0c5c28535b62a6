"""`make explain` and `make plan`: questions to the identity graph, asked of dbt's own operations and answered in plain lines."""

import json
import subprocess
import sys
from pathlib import Path

from orchestration.lib.build import with_landing
from orchestration.lib.dbt import dbt_command, dbt_environment, redact_results, redacted
from orchestration.lib.errors import TekilError
from orchestration.lib.locks import build_lock
from orchestration.lib.override import key_of
from orchestration.lib.rules import check_rules
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import open_warehouse

# every seed that a step of plan_identity reads
IDENTITY_SEEDS = (
    "identifier_types",
    "identifier_limits",
    "identifier_denylist",
    "identity_overrides",
    "given_name_variants",
)


def explain(settings: Settings, left: str, right: str) -> str:
    """The chain of evidence between two identifiers (I9); values are turned into keys before dbt hears of them."""
    if not left or not right:
        raise TekilError("Two identifiers are needed: make explain A=email:ada@posta.com.tr B=account_id:7")
    with build_lock(settings):
        warehouse = open_warehouse(settings)
        try:
            keys = [
                given if given.startswith("cus_") else key_of(warehouse, given) for given in (left, right)
            ]
        finally:
            warehouse.close()
        return operation(settings, "explain", {"left": keys[0], "right": keys[1]})


def plan(settings: Settings) -> str:
    """What the rules as they are in seeds/rules now would change in who is who (a dry run)."""
    check_rules(settings)
    with build_lock(settings):
        dbt(settings, "seed", "--select", *IDENTITY_SEEDS)
        return operation(settings, "plan_identity", {})


def operation(settings: Settings, name: str, arguments: dict) -> str:
    """Run one of the project's operations; returns the lines it prints."""
    return dbt(settings, "run-operation", name, "--args", json.dumps(arguments))


def dbt(settings: Settings, *arguments: str) -> str:
    """A dbt command, quietly: only what it prints itself. Raises TekilError with its own words when it fails."""
    environment = dbt_environment(settings)
    try:
        done = subprocess.run(
            dbt_command("--quiet", *arguments),
            cwd=settings.root,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
        )
    finally:
        redact_results(Path(environment["DBT_TARGET_PATH"]) / "run_results.json")
    if done.returncode != 0:
        raise TekilError(f"dbt {arguments[0]} failed: {redacted(done.stdout.strip() or done.stderr.strip())}")
    return done.stdout.strip()


def main() -> int:
    """`explain LEFT RIGHT` or `plan`."""
    try:
        settings = with_landing(Settings.from_environment(), lambda line: print(line, file=sys.stderr))
        question, *arguments = sys.argv[1:]
        print({"explain": explain, "plan": plan}[question](settings, *arguments))
    except TekilError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
