"""Run dbt as a process of its own, with the settings as its environment and nothing secret beside them."""

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.lib.errors import TekilError
from orchestration.lib.settings import Settings

SPEAK_EVERY = 20
DONE = {"LogModelResult", "LogTestResult", "LogSeedResult", "LogNodeResult", "LogHookEndLine"}
FAILED = {"error", "fail", "runtime error"}


@dataclass
class DbtReport:
    """What dbt said: how many nodes ran, and a sentence for each that failed."""

    ran: int = 0
    total: int = 0
    failures: list[str] = field(default_factory=list)


def dbt_environment(settings: Settings, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment dbt runs in: the settings of this run, telemetry off, and no secret of a destination.

    A parse cache that dbt would misread is dropped on the way (see `_drop_stale_parse`).
    """
    base = os.environ if base is None else base
    # one parse cache per engine, since another target would parse the whole project again
    target = Path(base.get("DBT_TARGET_PATH") or settings.root / "target" / settings.target)
    _drop_stale_parse(settings.root, target)
    kept = {
        name: value for name, value in base.items() if not name.startswith(("DESTINATION_", "TEKIL_PII_"))
    }
    return kept | {
        "TEKIL_TARGET": settings.target,
        "TEKIL_DUCKDB_PATH": str(settings.duckdb_path),
        "TEKIL_PG_HOST": settings.pg_host,
        "TEKIL_PG_PORT": str(settings.pg_port),
        "TEKIL_PG_USER": settings.pg_user,
        "TEKIL_PG_PASSWORD": settings.pg_password,
        "TEKIL_PG_DBNAME": settings.pg_dbname,
        "TEKIL_AS_OF": settings.as_of.isoformat() if settings.as_of else "now",
        "TEKIL_KNOWN_AT": settings.known_at.isoformat() if settings.known_at else "now",
        "TEKIL_TIMEZONE": settings.timezone,
        "TEKIL_CURRENCY": settings.currency,
        "TEKIL_PHONE_REGION": settings.phone_region,
        "TEKIL_MEMORY_LIMIT": settings.memory_limit,
        "TEKIL_THREADS": str(settings.threads),
        "TEKIL_MACROS": macros_hash(settings.root),
        "DBT_PROFILES_DIR": str(settings.root),
        "DBT_PROJECT_DIR": str(settings.root),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": base.get("DBT_LOG_PATH") or str(settings.root / "logs"),
        # its log would quote what engines say of a value that does not fit
        "DBT_LOG_LEVEL_FILE": base.get("DBT_LOG_LEVEL_FILE") or "none",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_USE_COLORS": "false",
        "DO_NOT_TRACK": "1",
    }


def macros_hash(root: Path) -> str:
    """One hash of the text of every macro: a table that is renewed is made anew when a macro changed, which dbt's checksum of a model does not tell."""
    return _hash_of(root, (root / "macros").rglob("*.sql"))


def _hash_of(root: Path, paths: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _drop_stale_parse(root: Path, target: Path) -> None:
    """Let dbt parse everything when a twin changed: its partial parse keeps a unit test that moved to another model, and a build after an upgrade then fails."""
    told, twins = target / "twins.sha256", _hash_of(root, (root / "models").rglob("*.yml"))
    # a folder that cannot be written is dbt's to tell
    with contextlib.suppress(OSError):
        if told.exists() and told.read_text() == twins:
            return
        (target / "partial_parse.msgpack").unlink(missing_ok=True)
        target.mkdir(parents=True, exist_ok=True)
        told.write_text(twins)


def dbt_command(*arguments: str) -> list[str]:
    """The command line that runs dbt of this very environment."""
    return [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *arguments]


def build(
    settings: Settings, full_refresh: bool, progress: Callable[[str], None], *selection: str
) -> DbtReport:
    """`dbt build`: seeds, models and tests in the order of their dependencies; all, or what `selection` (dbt's arguments) picks.

    Raises TekilError, one sentence with what failed first, when any node failed; what it had built until then stands.
    """
    arguments = ["--log-format", "json", "--log-level", "info", "build", *selection]
    environment = dbt_environment(settings)
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, *arguments, *(["--full-refresh"] if full_refresh else [])],
        cwd=settings.root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    report, said = DbtReport(), []
    try:
        for line in process.stdout:
            _listen(line, report, said, progress)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        redact_results(Path(environment["DBT_TARGET_PATH"]) / "run_results.json")
    if process.wait() != 0 or report.failures:
        reason = (
            report.failures or [sentence for sentence in said if sentence] or ["dbt stopped without a word"]
        )
        for failure in reason[1:12]:
            progress(failure)
        raise TekilError(
            f"dbt build failed: {reason[0].rstrip(' .^')}. The tables built before it stand; the published copy is untouched."
        )
    return report


def _listen(line: str, report: DbtReport, said: list[str], progress: Callable[[str], None]) -> None:
    """Take in one line of dbt's log: count results, keep errors, speak now and then."""
    try:
        event = json.loads(line)
        info, data = event["info"], event["data"]
    except (ValueError, KeyError, TypeError):
        said.append(redacted(line.strip()))
        return
    if info["name"] in DONE and "index" in data:
        report.ran += 1
        report.total = data.get("total", report.total)
        if report.ran % SPEAK_EVERY == 0:
            progress(f"dbt: {report.ran} of {report.total}")
    if "round" in info["msg"] and info["msg"].startswith("components of"):
        progress(info["msg"])
    message = redacted(info["msg"].strip())
    if info["name"] == "RunResultFailure":
        report.failures.append(message + ".")
    elif info["name"] == "RunResultError" and report.failures:
        report.failures[-1] += f" {message}"
    elif info["level"] == "error":
        said.append(message)


def redacted(text: str) -> str:
    """A message of an engine without the values it may quote: no address, no number, no name of a person."""
    if re.search(r"\b(Database|Runtime) Error\b", text):
        text = re.sub(r"'.*'", "<value>", text, flags=re.DOTALL)
        text = re.sub(r': ".*"', ": <value>", text, flags=re.DOTALL)
        text = re.sub(r"(=|contains )\(.*\)", r"\1(<value>)", text, flags=re.DOTALL)
    text = re.sub(r"[^\s'\"]+@[^\s'\"]+", "<address>", text)
    text = re.sub(r"\+?\d[\d ()-]{7,}\d", "<number>", text)
    return re.sub(r"\s+", " ", text)[:600]


def redact_results(path: Path) -> None:
    """Take the values that engines quoted out of dbt's own report of the run, if it wrote one."""
    if not path.exists():
        return
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        for result in report["results"]:
            if result["message"]:
                result["message"] = redacted(result["message"])
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(json.dumps(report), encoding="utf-8")
        os.replace(draft, path)
    except (OSError, ValueError, KeyError, TypeError):
        path.unlink(missing_ok=True)


def main() -> None:
    """Be dbt, and end at once when the build that started it has died: our standard input closes then."""

    def wait_for_the_end() -> None:
        os.read(0, 1)
        os._exit(1)

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    from dbt.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
