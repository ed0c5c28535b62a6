"""Carry the difference to one destination: page by page, batch by batch, each row until it is acknowledged or dead.

The warehouse is open, and its lock held, only between pages: to write down what came of the last one, look again at the gate,
consent and erasure, and read the next. Nothing is held while the network is waited for.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from tenacity.wait import wait_base

from orchestration.lib.errors import NotPermitted, TekilError
from orchestration.lib.outbox.answers import Answer, Closed, RateLimited, Refused, Transient
from orchestration.lib.outbox.ledger import DELETING, WRITING, Command, Ledger, Outcome, Plan
from orchestration.lib.outbox.pacing import Pace
from orchestration.lib.outbox.rules import Rule
from orchestration.lib.warehouse import Warehouse

TRIES = 6  # of one batch in one run
MOST_RUNS = 5  # in which a row may fail before it is a dead letter
LONGEST_WAIT = 900.0  # seconds a destination may ask for; more ends the run
FEWEST_FOR_GUARD = 10  # so many deletions are never a mass
PAGE_SECONDS = 20  # a page holds what takes about so long
LARGEST_PAGE = 10_000

Gate = Callable[[Warehouse], str | None]
Session = Callable[[], AbstractContextManager[Warehouse]]


class Target(Protocol):
    """What the engine asks of a destination (orchestration/lib/destinations/base.py)."""

    batch_size: int
    page_size: int
    concurrency: int
    pace: Pace

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def send(self, batch: Sequence[Command]) -> list[Answer]: ...
    async def finish_page(self) -> None: ...


@dataclass
class Report:
    """What one delivery did."""

    destination: str
    run_id: str
    plan: Plan = field(default_factory=Plan)
    differences: list[tuple[str, str, str, str]] = field(default_factory=list)
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    skipped: int = 0
    failed: int = 0
    dead: int = 0
    pending: int = 0

    @property
    def sent(self) -> int:
        return self.inserted + self.updated + self.deleted

    def counts(self) -> dict[str, int]:
        """As ops.outbox_runs keeps them."""
        return {
            "inserted": self.inserted,
            "updated": self.updated,
            "deleted": self.deleted,
            "unchanged": self.plan.unchanged,
            "refused": self.skipped + self.plan.not_permitted,
            "retried": self.failed,
            "dead": self.dead,
        }

    def add(self, outcome: Outcome) -> None:
        match outcome.result:
            case "acknowledged" if outcome.command.operation == "insert":
                self.inserted += 1
            case "acknowledged" if outcome.command.operation == "update":
                self.updated += 1
            case "acknowledged":
                self.deleted += 1
            case "skipped":
                self.skipped += 1
            case "failed":
                self.failed += 1
            case "dead":
                self.dead += 1


@dataclass(frozen=True)
class Wishes:
    """What the person at the command line asked for."""

    dry_run: bool = False
    replay: bool = False
    resend: bool = False
    allow_mass_delete: bool = False
    differences_shown: int = 20


class Delivery:
    """One run to one destination."""

    def __init__(
        self,
        rule: Rule,
        target: Target,
        session: Session,
        closed_because: Gate,
        clock: Callable[[], datetime],
        run_id: str,
        wishes: Wishes | None = None,
        progress: Callable[[str], None] = print,
    ):
        self.rule = rule
        self.target = target
        self.session = session
        self.closed_because = closed_because
        self.clock = clock
        self.run_id = run_id
        self.wishes = wishes or Wishes()
        self.progress = progress
        self.report = Report(rule.destination, run_id)
        self.stopped: str | None = None
        self._exhausted = 0
        self._suspects: dict[str, Outcome] = {}
        self._results: dict[str, Outcome] = {}
        self._places = asyncio.Semaphore(target.concurrency)

    async def run(self) -> Report:
        """Deliver. Raises TekilError, one sentence, when the gate is closed or the destination takes nothing; what was
        acknowledged until then is kept."""
        with self.session() as warehouse:
            ledger = self._opened(warehouse)
            if not self.wishes.dry_run:
                ledger.start_run(self.run_id, self.clock())
                self._prepare(ledger)
            plan = self.report.plan = ledger.compare()
            self.report.differences = ledger.differences(self.wishes.differences_shown)
            self.report.pending = plan.changes
            if self.wishes.dry_run:
                return self.report
            try:
                self._guard(plan)
                operations = DELETING if plan.deletes + plan.moves else WRITING
                ledger.enqueue(self.run_id, self.clock())
                page = ledger.claim(operations, "", self.page_size)
            except TekilError as problem:
                ledger.end_run(self.run_id, self.clock(), "failed", str(problem), self.report.counts())
                raise
        if page[2] is not None:
            await self.target.open()
            try:
                await self._carry_all(operations, page)
            finally:
                await self.target.close()
        with self.session() as warehouse:
            ledger = Ledger(warehouse, self.rule)
            self.report.pending = ledger.pending()
            status = "failed" if self.stopped else "finished"
            ledger.end_run(self.run_id, self.clock(), status, self.stopped or "", self.report.counts())
        if self.stopped:
            raise TekilError(self.stopped)
        return self.report

    @property
    def page_size(self) -> int:
        """Rows that take about PAGE_SECONDS, so that little is sent twice after a crash and the lock is asked for seldom."""
        if self.target.page_size:
            return self.target.page_size
        if not self.target.pace.per_second:
            return LARGEST_PAGE
        rows = int(self.target.pace.per_second * PAGE_SECONDS) * self.target.batch_size
        return max(self.target.batch_size, min(LARGEST_PAGE, rows))

    def _opened(self, warehouse: Warehouse) -> Ledger:
        """The ledger, once everything that must be true before anything may leave has been looked at."""
        if not self.wishes.dry_run and (reason := self.closed_because(warehouse)):
            raise NotPermitted(f"Nothing was sent to {self.rule.destination}: {reason}")
        ledger = Ledger(warehouse, self.rule)
        ledger.prepare()
        ledger.check_keys()
        return ledger

    def _prepare(self, ledger: Ledger) -> None:
        if self.wishes.replay and (released := ledger.release_dead()):
            self.progress(f"{self.rule.destination}: {released:,} dead letters are tried again")
        if self.wishes.resend:
            ledger.forget_contents()

    def _guard(self, plan: Plan) -> None:
        """Stop a run that would delete more than the set share of what the destination holds."""
        allowed = max(FEWEST_FOR_GUARD, int(self.rule.mass_delete_share * plan.live))
        if plan.deletes > allowed and not self.wishes.allow_mass_delete:
            raise NotPermitted(
                f"{self.rule.destination} would lose {plan.deletes:,} of its {plan.live:,} rows, more than "
                f"mass_delete_share {self.rule.mass_delete_share} allows, so nothing was sent: look at "
                f"activation.{self.rule.sync_model}, and deliver with --allow-mass-delete if it is right."
            )

    async def _carry_all(self, operations: Sequence[str], page) -> None:
        """All pages of deletions, then all pages of the rest; a row that moved is deleted first, and then a new one."""
        total = self.report.pending
        done = 0
        while True:
            commands, skipped, last = page
            outcomes = [*skipped, *await self._carry_page(commands)]
            for outcome in outcomes:
                self.report.add(outcome)
            done += len(outcomes)
            self.progress(
                f"{self.rule.destination}: {done:,} of {total:,} ({self.report.sent:,} delivered, "
                f"{self.report.failed:,} to try again, {self.report.dead:,} dead)"
            )
            with self.session() as warehouse:
                ledger = Ledger(warehouse, self.rule)
                ledger.settle(outcomes, self.run_id, self.clock())
                if self.stopped:
                    return
                if reason := self.closed_because(warehouse):
                    self.stopped = f"The delivery to {self.rule.destination} was stopped: {reason}"
                    return
                page = ledger.claim(operations, last, self.page_size)
                if page[2] is None and operations == DELETING:
                    operations = WRITING
                    if self.report.plan.moves:
                        ledger.check_keys()
                        ledger.compare()
                        ledger.enqueue(self.run_id, self.clock())
                    page = ledger.claim(operations, "", self.page_size)
            if page[2] is None:
                return

    async def _carry_page(self, commands: list[Command]) -> list[Outcome]:
        """One outcome for each command."""
        self._results, self._suspects = {}, {}
        size = self.target.batch_size
        batches = [commands[start : start + size] for start in range(0, len(commands), size)]
        await asyncio.gather(*(self._carry(batch) for batch in batches))
        try:
            if self._results:
                await self.target.finish_page()
        except Closed as problem:
            self._stop(str(problem))
            self._results = {}
        # rows that failed just before the destination went silent have not shown that the fault is theirs
        suspects = {} if self.stopped else self._suspects
        return [
            _with_patience(
                self._results.get(one.row_key) or suspects.get(one.row_key) or Outcome(one, "unsent")
            )
            for one in commands
        ]

    async def _carry(self, batch: list[Command]) -> None:
        """Send one batch; where something in it is refused, halve it until the row is alone."""
        async with self._places:
            if self.stopped:
                return
            try:
                await self._tried(batch)
                self._exhausted = 0
                self._results |= self._suspects
                self._suspects = {}
                return None
            except Closed as problem:
                return self._stop(str(problem))
            except RateLimited as problem:
                return self._stop(
                    f"{self.rule.destination} has kept asking for fewer requests ({problem}): "
                    "lower requests_per_second in seeds/rules/destinations.csv; the rest goes with the next run."
                )
            except Transient as problem:
                self._exhausted += 1
                if self._exhausted > 4 + 2 * self.target.concurrency:
                    return self._stop(
                        f"{self.rule.destination} does not answer as it should ({problem}): "
                        "the rest goes with the next run."
                    )
                if len(batch) == 1:
                    self._suspects[batch[0].row_key] = Outcome(batch[0], "failed", str(problem))
                    return None
            except Refused as problem:
                self._exhausted = 0
                if len(batch) == 1:
                    self._results[batch[0].row_key] = Outcome(batch[0], "dead", str(problem))
                    return None
        batch = [one for one in batch if one.row_key not in self._results]
        if batch:
            half = (len(batch) + 1) // 2
            await asyncio.gather(*(self._carry(part) for part in (batch[:half], batch[half:]) if part))
        return None

    async def _tried(self, batch: list[Command]) -> None:
        """Send a batch until each of its rows is answered for good; rows answered "again" go alone in the next try."""
        left = batch
        try:
            async for attempt in AsyncRetrying(
                stop=stop_after_attempt(TRIES),
                wait=_Wait(),
                retry=retry_if_exception_type(Transient),
                sleep=asyncio.sleep,
                reraise=True,
            ):
                with attempt:
                    try:
                        await self._once(left)
                    except _SomeAgain as problem:
                        left = [command for command, _ in problem.rows]
                        raise
        except _SomeAgain as problem:
            for command, answer in problem.rows:
                self._suspects[command.row_key] = Outcome(command, "failed", answer.text)

    async def _once(self, batch: list[Command]) -> None:
        """Send a batch once and keep what was answered. Raises _SomeAgain with the rows that were not answered for good."""
        try:
            answers = await self.target.send(batch)
        except RateLimited as problem:
            if (problem.retry_after or 0) > LONGEST_WAIT:
                raise Closed(
                    f"{self.rule.destination} asks for a pause of {problem.retry_after:,.0f} seconds: "
                    "the rest goes with the next run."
                ) from None
            if problem.retry_after is not None:
                self.target.pace.hold(problem.retry_after)
            raise
        rows = list(zip(batch, answers, strict=True))
        for command, answer in rows:
            if answer.result == "acknowledged":
                self._results[command.row_key] = Outcome(command, "acknowledged", receipt=answer.text)
            elif answer.result == "refused":
                self._results[command.row_key] = Outcome(command, "dead", answer.text)
        remaining = [(command, answer) for command, answer in rows if answer.result == "again"]
        if remaining:
            raise _SomeAgain(remaining)

    def _stop(self, sentence: str) -> None:
        self.stopped = self.stopped or sentence


class _SomeAgain(Transient):
    """Some rows of a batch are to be tried again."""

    def __init__(self, rows: list[tuple[Command, Answer]]):
        super().__init__(rows[0][1].text)
        self.rows = rows


class _Wait(wait_base):
    """Exponential with full jitter; when the destination named a time, that and a little jitter."""

    def __init__(self) -> None:
        self.backoff = wait_random_exponential(multiplier=0.5, max=60)
        self.little = wait_random_exponential(multiplier=0.1, max=1)

    def __call__(self, retry_state) -> float:
        problem = retry_state.outcome.exception() if retry_state.outcome else None
        asked = getattr(problem, "retry_after", None)
        if asked is not None:
            return asked + self.little(retry_state)
        return self.backoff(retry_state)


def _with_patience(outcome: Outcome) -> Outcome:
    """A row that has failed in too many runs is a dead letter."""
    runs = outcome.command.attempts + 1
    if outcome.result != "failed" or runs < MOST_RUNS:
        return outcome
    return Outcome(outcome.command, "dead", f"not acknowledged in {runs} runs, at last: {outcome.reason}")
