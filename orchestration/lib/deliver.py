"""`make deliver`: what the sync_ models hold, to their destinations.

    python -m orchestration.lib.deliver [--destination X] [--dry-run] [--replay] [--resend] [--allow-mass-delete]

Exit code 0 when every destination has what it should or will be tried again; 1, with one sentence, when one was not served.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from orchestration.lib.destinations import destination_of
from orchestration.lib.errors import TekilError
from orchestration.lib.locks import build_lock, delivery_lock
from orchestration.lib.outbox.engine import Delivery, Gate, Report, Wishes
from orchestration.lib.outbox.ledger import Ledger
from orchestration.lib.outbox.rules import Rule, rules
from orchestration.lib.rules import read
from orchestration.lib.settings import Settings, read_dotenv
from orchestration.lib.warehouse import Warehouse, open_warehouse

Progress = Callable[[str], None]


def deliver(
    settings: Settings,
    destination: str,
    wishes: Wishes | None = None,
    progress: Progress = print,
    closed_because: Gate | None = None,
    override_readiness: bool = False,
) -> Report:
    """Bring one destination to what its sync_ model holds. Raises TekilError, one sentence, when nothing may or can be sent."""
    rule = rule_named(settings, destination)
    wishes = wishes or Wishes()
    target = _Unused(rule) if wishes.dry_run else target_of(settings, rule)
    gate = closed_because or may_leave(override_readiness)
    with delivery_lock(settings, rule.destination, progress):
        delivery = Delivery(
            rule,
            target,
            lambda: session(settings, progress),
            gate,
            lambda: datetime.now(UTC).replace(tzinfo=None),
            uuid.uuid4().hex,
            wishes,
            progress,
        )
        return asyncio.run(delivery.run())


def rule_named(settings: Settings, destination: str) -> Rule:
    """The rule of a destination. Raises TekilError when there is none."""
    found = rules(settings.root)
    if destination not in found:
        raise TekilError(
            f"There is no destination '{destination}' in seeds/rules/destinations.csv: add it, "
            f"or name one of {', '.join(sorted(found))}."
        )
    return found[destination]


def enabled(settings: Settings) -> list[str]:
    """The destinations that are switched on, in the order of the seed."""
    return [rule.destination for rule in rules(settings.root).values() if rule.is_enabled]


def target_of(settings: Settings, rule: Rule):
    """The destination with its secrets: from the environment, or from `.env` where it says nothing."""
    environment = {
        name: value
        for name, value in {**read_dotenv(settings.root / ".env"), **os.environ}.items()
        if name.startswith(("DESTINATION_", "TEKIL_DELIVER_"))
    }
    more = {}
    if rule.kind == "mailchimp":
        definitions = read(settings.root / "seeds" / "rules" / "segment_definitions.csv")
        more = {"known_segments": [row["segment"] for row in definitions]}
    return destination_of(rule, environment, **more)


@contextlib.contextmanager
def session(settings: Settings, progress: Progress) -> Iterator[Warehouse]:
    """The warehouse, open and locked for as long as the block takes and no longer."""
    with build_lock(settings, progress=progress):
        warehouse = open_warehouse(settings)
        try:
            yield warehouse
        finally:
            warehouse.close()


def may_leave(override_readiness: bool) -> Gate:
    """The two questions asked before every page: is the gate open, and is the data fit to act on (I12)?"""

    def closed_because(warehouse: Warehouse) -> str | None:
        return gate_closed_because(warehouse) or (None if override_readiness else unready_because(warehouse))

    return closed_because


def gate_closed_because(warehouse: Warehouse) -> str | None:
    """What the quality gate says; without a gate, that none has run."""
    try:
        from orchestration.lib.gate import closed_because
    except ImportError:
        return "no quality gate has run on this warehouse: run make build."
    return closed_because(warehouse)


def unready_because(warehouse: Warehouse) -> str | None:
    """Why too few customers are seen on two channels to act on what is known of them (I12); None when enough are."""
    if "identity.identity_readiness" not in warehouse.existing_columns(["identity"]):
        return "the readiness of the identities is not known: run make build."
    rows = warehouse.fetch("select is_ready, reason from identity.identity_readiness")
    if len(rows) == 1 and rows[0][0]:
        return None
    reason = rows[0][1] if rows else "the readiness dial is empty"
    return f"{reason} (--override-readiness delivers all the same)."


class _Unused:
    """Stands for the destination in a dry run, which needs no secret."""

    page_size, concurrency = 0, 1

    def __init__(self, rule: Rule):
        self.batch_size = rule.batch_size or 1


def said(report: Report, wishes: Wishes) -> list[str]:
    """A report as lines of text."""
    name, plan = report.destination, report.plan
    if wishes.dry_run:
        lines = [
            f"{name}: would insert {plan.inserts:,}, update {plan.updates:,}, move {plan.moves:,}, delete {plan.deletes:,}; "
            f"{plan.unchanged:,} unchanged, {plan.not_permitted:,} not permitted, {plan.dead:,} dead letters"
        ]
        lines += [
            f"  {operation}  {row_key}  {customer}  {cause}"
            for operation, row_key, customer, cause in report.differences
        ]
        if plan.changes > len(report.differences):
            lines.append(f"  ... and {plan.changes - len(report.differences):,} more")
        return lines
    return [
        f"{name}: inserted {report.inserted:,}, updated {report.updated:,}, deleted {report.deleted:,}; "
        f"{plan.unchanged:,} unchanged, {plan.not_permitted + report.skipped:,} not permitted, "
        f"{report.pending:,} to try again, {report.dead:,} new dead letters"
    ]


def letters(settings: Settings, destination: str, progress: Progress) -> list[str]:
    """The dead letters of a destination: what died, how often it was tried, and of what."""
    with session(settings, progress) as warehouse:
        ledger = Ledger(warehouse, rule_named(settings, destination))
        ledger.prepare()
        return [
            f"{destination}: {count:,} x {operation}, last {died_at:%Y-%m-%d %H:%M}: {reason}"
            for operation, reason, count, died_at in ledger.dead_letters()
        ]


def arguments() -> argparse.ArgumentParser:
    ask = argparse.ArgumentParser(prog="make deliver")
    ask.add_argument(
        "--destination", help="one destination, also one that is not switched on; default: all that are"
    )
    ask.add_argument(
        "--dry-run", action="store_true", help="say what would be sent, row by row; send nothing"
    )
    ask.add_argument("--show", type=int, default=20, help="rows a dry run shows (20)")
    ask.add_argument("--replay", action="store_true", help="try dead letters again")
    ask.add_argument("--dead", action="store_true", help="list dead letters by reason; send nothing")
    ask.add_argument("--resend", action="store_true", help="send every row again, whatever was acknowledged")
    ask.add_argument(
        "--allow-mass-delete", action="store_true", help="delete more than mass_delete_share allows"
    )
    ask.add_argument(
        "--override-readiness", action="store_true", help="deliver though the readiness dial says no (I12)"
    )
    return ask


def main() -> int:
    """Deliver by the environment's settings: progress on standard error, reports on standard output."""
    given = arguments().parse_args()

    def say(line: str) -> None:
        print(f"  {line}", file=sys.stderr, flush=True)

    wishes = Wishes(
        dry_run=given.dry_run,
        replay=given.replay,
        resend=given.resend,
        allow_mass_delete=given.allow_mass_delete,
        differences_shown=max(0, given.show),
    )
    failed = False
    try:
        settings = Settings.from_environment()
        names = [given.destination] if given.destination else enabled(settings)
        if not names:
            print("no destination is switched on (is_enabled in seeds/rules/destinations.csv): nothing to do")
        for name in names:
            try:
                lines = (
                    letters(settings, name, say)
                    if given.dead
                    else said(
                        deliver(settings, name, wishes, say, override_readiness=given.override_readiness),
                        wishes,
                    )
                )
                print("\n".join(lines))
            except TekilError as problem:
                failed = True
                print(f"error: {problem}", file=sys.stderr)
    except TekilError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "error: The delivery was stopped; run it again, and what was not acknowledged is sent.",
            file=sys.stderr,
        )
        return 130
    except Exception as problem:  # what nobody foresaw: its words may quote a row, so only its kind and place
        place = traceback.extract_tb(problem.__traceback__)[-1]
        print(
            f"error: The delivery stopped on an unexpected {type(problem).__name__} "
            f"({Path(place.filename).name} line {place.lineno}): please report it.",
            file=sys.stderr,
        )
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
