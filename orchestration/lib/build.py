"""`make build`: the sample if nothing else is named, the load, dbt, the published copy, the summary.

Run as `python -m orchestration.lib.build [--rebuild]`. Exit code 0 when all of it worked, 1 with one sentence when not.
"""

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from orchestration.lib import dbt
from orchestration.lib.errors import TekilError
from orchestration.lib.load import load
from orchestration.lib.locks import build_lock
from orchestration.lib.publish import publish
from orchestration.lib.rules import check_rules
from orchestration.lib.settings import Settings
from orchestration.lib.summary import summary

Progress = Callable[[str], None]
SAMPLE_CUSTOMERS = 5_000


def build(settings: Settings, rebuild: bool = False, progress: Progress = print) -> str:
    """Bring the warehouse up to date with the landing folder; returns the summary of it.

    A warehouse that holds an earlier build is added to; `rebuild` makes every table anew and keeps the id ledger.
    Raises TekilError, one sentence, at the first thing that does not work.
    """
    started = time.monotonic()
    check_rules(settings)
    settings = with_landing(settings, progress)
    with build_lock(settings, progress=progress):
        report = load(settings, progress)
        progress(report.summary())
        link_people(settings, progress)
        result = dbt.build(settings, rebuild, progress)
        progress(f"dbt: {result.ran} seeds, models and tests, all passed")
        publish(settings)
        # inside the lock: a reader and a build that waits for its turn would refuse each other
        return summary(settings, time.monotonic() - started)


def link_people(settings: Settings, progress: Progress, retrain: bool = False) -> None:
    """Find likenesses among people records and among visitors, which the identity models then read; refused for want of data is no error (I3).

    Of each only when records or rules changed, or when the models are to be learned anew.
    """
    from orchestration.lib import linking
    from orchestration.lib.linking.run import POPULATIONS

    if not settings.linking:
        linking.forget(settings)
        return
    populations = list(POPULATIONS) if retrain else linking.due(settings)
    if populations:
        prepared = [f"+{POPULATIONS[name].prepared}" for name in populations]
        dbt.build(
            settings,
            False,
            lambda _: None,
            "--select",
            *prepared,
            "--exclude-resource-type",
            "test",
            "unit_test",
        )
        for report in linking.link(settings, progress, retrain, populations):
            progress(report.summary())


def with_landing(settings: Settings, progress: Progress) -> Settings:
    """Make the sample where no landing folder is named; take the clock of a sample where none is set."""
    if settings.landing == settings.root / "warehouse" / "sample":
        ensure_sample(settings.landing, progress)
    if settings.as_of is None:
        return replace(settings, as_of=clock_of_sample(settings.landing))
    return settings


def ensure_sample(folder: Path, progress: Progress) -> None:
    """Generate the sample retailer, unless it stands there already; sample.json is written last."""
    if (folder / "sample.json").exists():
        return
    from sample import generate

    try:
        with _alone(folder):
            if (folder / "sample.json").exists():
                return
            for unfinished in folder.parent.glob(f".{folder.name}.unfinished-*"):
                shutil.rmtree(unfinished, ignore_errors=True)
            progress(
                f"making the sample retailer: {SAMPLE_CUSTOMERS:,} customers, 12 months (once, some seconds)"
            )
            generate(folder, 20_260_101, SAMPLE_CUSTOMERS, 365, os.cpu_count() or 1)
    except FileExistsError:
        raise TekilError(
            f"The sample belongs in {folder}, which holds something else: empty that folder, "
            "or name your own landing folder in TEKIL_LANDING."
        ) from None
    except OSError as problem:
        raise TekilError(
            f"The sample could not be written to {folder} ({problem.strerror or type(problem).__name__}): "
            "free some disk space, or name your own landing folder in TEKIL_LANDING."
        ) from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time make the folder, whatever warehouse it builds; a dead one lets go."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def clock_of_sample(folder: Path) -> datetime | None:
    """The last moment of a generated sample, so that its windows hold something; None for any other folder."""
    try:
        as_of = json.loads((folder / "sample.json").read_text(encoding="utf-8"))["as_of"]
        return datetime.fromisoformat(as_of).astimezone(UTC).replace(tzinfo=None)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def main() -> int:
    """Build by the environment's settings: progress on standard error, the summary on standard output."""
    ask = argparse.ArgumentParser(prog="make build")
    ask.add_argument("--rebuild", action="store_true", help="make every table anew; customer ids stay")
    arguments = ask.parse_args()

    def say(line: str) -> None:
        print(f"  {line}", file=sys.stderr, flush=True)

    try:
        print(build(Settings.from_environment(), arguments.rebuild, say))
    except TekilError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("error: The build was stopped; run it again to finish it.", file=sys.stderr)
        return 130
    except Exception as problem:  # what nobody foresaw: its words may quote a row, so only its kind and place
        place = traceback.extract_tb(problem.__traceback__)[-1]
        print(
            f"error: The build stopped on an unexpected {type(problem).__name__} "
            f"({Path(place.filename).name} line {place.lineno}): please report it.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
