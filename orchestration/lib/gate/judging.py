"""The verdict on what landed: every rule asked, rows and files told apart, before anything is put into raw."""

import importlib
import sys
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from orchestration.lib.gate.rules import OPTIONAL, ROWS_TO_LAND, Rule, read_rules, rules_of
from orchestration.lib.gate.staged import Batch, Staging, count_good, count_refused, make_view, refuse_rows
from orchestration.lib.landing import LandingTable
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import Warehouse

PASSED, FAILED, ERROR, SKIPPED = "passed", "failed", "error", "skipped"


@dataclass(frozen=True)
class Outcome:
    """What became of one rule on one batch; `reason` is one sentence without any value of a row."""

    rule: Rule
    outcome: str
    rows_seen: int = 0
    rows_failing: int = 0
    rows_quarantined: int = 0
    observed: str | None = None
    reason: str = ""
    says: str = ""

    @property
    def is_broken(self) -> bool:
        return self.outcome in (FAILED, ERROR)

    @property
    def is_blocking(self) -> bool:
        return self.is_broken and self.rule.severity != "warn"


@dataclass
class Verdict:
    """The outcomes of one table, the files that are stopped (by batch and file number), and its profile for later."""

    table: LandingTable
    outcomes: list[Outcome] = field(default_factory=list)
    stopped: set[tuple[int, int]] = field(default_factory=set)
    profile: list[tuple] = field(default_factory=list)

    @property
    def is_blocked(self) -> bool:
        return any(outcome.is_blocking for outcome in self.outcomes)

    @property
    def reason(self) -> str:
        """Why it was stopped, in one sentence."""
        return next(
            f"{outcome.rule.label}: {outcome.reason}" for outcome in self.outcomes if outcome.is_blocking
        )


_getting_ready = threading.Thread(
    target=importlib.import_module, args=["orchestration.lib.gate.engine"], daemon=True
)


def get_ready() -> None:
    """Start importing Great Expectations beside the reading of files, which leaves a processor to it; once per process."""
    if _getting_ready.ident is None and "great_expectations" not in sys.modules:
        _getting_ready.start()


def _wait_until_ready() -> None:
    # two threads may not import it at once: its modules import each other in circles
    if _getting_ready.ident is not None:
        _getting_ready.join()


def judge(
    staging: Staging,
    warehouse: Warehouse,
    settings: Settings,
    contract: dict[tuple[str, str], LandingTable],
    waived: dict[tuple[str, str], set[str]],
) -> list[Verdict]:
    """Ask every rule of every table that landed. Rows that a `quarantine` rule refuses are refused in the staged batches.

    `waived` are labels of rules that a person has accepted for the batch of a table: they only warn.
    """
    rules = read_rules(settings.root, contract)
    verdicts = []
    asking = _Asking(staging, warehouse, settings, contract)
    try:
        for table in staging.tables:
            if all(file.reason for batch in staging.of(table) for file in batch.files):
                continue  # nothing of it could be read: the loader moves those files aside
            chosen = [
                replace(rule, severity="warn")
                if rule.label in waived.get((table.source, table.name), set())
                else rule
                for rule in rules_of(rules, table)
            ]
            verdicts.append(asking.verdict(table, chosen))
    finally:
        asking.close()
    return verdicts


class _Asking:
    """Great Expectations, started at the first table that has a row to judge."""

    def __init__(self, staging: Staging, warehouse: Warehouse, settings: Settings, contract):
        self.staging, self.warehouse, self.settings, self.contract = staging, warehouse, settings, contract
        self.judge: Any = None

    def close(self) -> None:
        if self.judge is not None:
            self.judge.close()

    def verdict(self, table: LandingTable, rules: list[Rule]) -> Verdict:
        batches = self.staging.of(table)
        if not count_good(self.staging.scratch, batches) and not count_refused(self.staging.scratch, batches):
            return self._of_nothing(table, rules, batches)
        _wait_until_ready()
        from orchestration.lib.gate import history
        from orchestration.lib.gate.engine import Judge
        from orchestration.lib.gate.expectations import Facts, expectation_classes

        if self.judge is None:
            self.judge = Judge(self.staging.scratch)
        loads = history.remember(self.warehouse, self.staging, table)
        view = f"batch of {table.label}"
        make_view(self.staging.scratch, view, batches)
        history.look_for_parents(self.warehouse, self.staging, self.contract, view, rules)
        facts = Facts(
            max(self.settings.clock(), datetime.now(UTC).replace(tzinfo=None)),
            tuple(column.name for column in table.keys),
            history.column_of_seed(self.settings.root, "tracking_plan", "source_event", source=table.source),
            history.column_of_seed(self.settings.root, "currency_rates", "currency"),
        )
        classes = expectation_classes()
        verdict = Verdict(table)
        if not count_good(self.staging.scratch, batches):
            # every row was refused by the loader: one rule speaks of that, the others have nothing to look at
            spoken = [rule for rule in rules if rule.expectation == "expect_few_refusals"]
            silent = [rule for rule in rules if rule not in spoken]
            verdict.outcomes += self._without_rows(silent, loads)
            rules = spoken
        questions = [classes[rule.expectation].of(rule, facts) for rule in rules]
        answers = self.judge.ask(view, questions) if questions else []
        for rule, question, answer in zip(rules, questions, answers, strict=True):
            outcome = _outcome(rule, question, answer)
            condition = _condition(classes[rule.expectation], rule, facts)
            if outcome.is_blocking:
                verdict.stopped |= self._files(batches, condition, outcome)
            verdict.outcomes.append(outcome)
        verdict.profile = history.profile(self.staging, view, rules, facts)
        self.staging.scratch.execute(f'drop view "{view}"')
        if not verdict.is_blocked:
            verdict.outcomes = [
                self._quarantine(
                    batches, outcome, _condition(classes[outcome.rule.expectation], outcome.rule, facts)
                )
                for outcome in verdict.outcomes
            ]
        return verdict

    def _of_nothing(self, table: LandingTable, rules: list[Rule], batches: list[Batch]) -> Verdict:
        """The files hold no row at all: nothing to ask, so nothing of Great Expectations is needed."""
        loads = self.warehouse.fetch(
            "select count(distinct load_id) from ops.load_files where source = ? and table_name = ?"
            " and status in ('loaded', 'partial') and rows_read > 0",
            [table.source, table.name],
        )[0][0]
        verdict = Verdict(table, self._without_rows(rules, int(loads)))
        if verdict.is_blocked:
            verdict.stopped = {
                (batch.number, number)
                for batch in batches
                for number, file in enumerate(batch.files, start=1)
                if not file.reason
            }
        return verdict

    def _without_rows(self, rules: list[Rule], loads: int) -> list[Outcome]:
        """A check that saw no row has failed, unless the table is declared optional, or never brought a row."""
        declared = next(rule for rule in rules if rule.expectation == ROWS_TO_LAND)
        if declared.allowed == OPTIONAL:
            return [
                Outcome(rule, SKIPPED, reason="No row to look at; the table is optional.") for rule in rules
            ]
        if loads < max(1, declared.min_history):
            said = (
                f"No row to look at, and fewer than {max(1, declared.min_history)} earlier loads brought any."
            )
            return [Outcome(rule, SKIPPED, reason=said) for rule in rules]
        # the declaration's own severity holds for all of them: it says how bad it is that nothing came
        return [
            Outcome(replace(rule, severity=declared.severity), FAILED, reason="The check saw 0 rows.")
            for rule in rules
        ]

    def _files(self, batches: list[Batch], condition: str | None, outcome: Outcome) -> set[tuple[int, int]]:
        """The files that broke it: those whose own share of failing rows is too large; all of them when it asks of the whole."""
        everything = {
            (batch.number, number)
            for batch in batches
            for number, file in enumerate(batch.files, start=1)
            if not file.reason
        }
        if condition is None or outcome.outcome == ERROR:
            return everything
        applies, breaks = condition
        found = set()
        for batch in batches:
            rows = self.staging.scratch.execute(
                f"select _file_number, count(*), count(*) filter (where {breaks}) from {batch.checked}"
                f" where _refusal is null and {applies} group by _file_number"
            ).fetchall()
            found |= {
                (batch.number, number)
                for number, judged, failing in rows
                if failing > outcome.rule.tolerance * judged
            }
        return found or everything

    def _quarantine(self, batches: list[Batch], outcome: Outcome, condition) -> Outcome:
        # a batch that is too small to be judged by a rule is not judged row by row either: it loads as the landing contract says
        if (
            condition is None
            or outcome.rule.severity != "quarantine"
            or outcome.outcome == SKIPPED
            or not outcome.rows_failing
        ):
            return outcome
        applies, breaks = condition
        reason = f"gate: {outcome.rule.label}: {outcome.says}"
        moved = sum(
            refuse_rows(self.staging.scratch, batch, f"({applies}) and ({breaks})", reason)
            for batch in batches
        )
        return replace(outcome, rows_quarantined=moved)


def _condition(kind: Any, rule: Rule, facts: Any) -> tuple[str, str] | None:
    """Which rows break it, where rows can be told: (those it looks at, those of them that break it)."""
    return (kind.applies(rule, facts), kind.breaks(rule, facts)) if kind.by_row else None


def _outcome(rule: Rule, question: Any, answer: Any) -> Outcome:
    says = question.description
    trouble = _exception(answer.exception_info or {})
    if trouble:
        return Outcome(rule, ERROR, reason=f"The check itself stopped on an unexpected {trouble}.", says=says)
    found = answer.result
    if not {"rows_judged", "rows_failing", "is_enough"} <= set(found):
        return Outcome(rule, ERROR, reason="The check gave no answer.", says=says)
    judged, failing, observed = found["rows_judged"], found["rows_failing"], found["observed_value"]
    outcome = Outcome(rule, PASSED, judged, failing, observed=observed, says=says)
    if not found["is_enough"]:
        return replace(
            outcome, outcome=SKIPPED, reason=f"Too little to judge the batch by. {_counted(outcome)}"
        )
    if answer.success:
        return replace(outcome, reason=_counted(outcome) if failing else says)
    return replace(outcome, outcome=FAILED, reason=_counted(outcome))


def _exception(info: dict) -> str | None:
    """The kind of exception a check stopped on; its words may quote a row, so they are not told."""
    # one entry of its own, or one for each metric that stopped
    for entry in [info] if "raised_exception" in info else info.values():
        if entry.get("raised_exception"):
            lines = str(entry.get("exception_traceback") or "").strip().splitlines()
            name = lines[-1].split(":")[0].split(".")[-1].strip("() ") if lines else ""
            return name if name.isidentifier() else "exception"
    return None


def _counted(outcome: Outcome) -> str:
    """The finding in numbers, then what was expected."""
    rule = outcome.rule
    if outcome.observed is not None:
        return f"Observed {outcome.observed} in {outcome.rows_seen} rows. Expected: {outcome.says}"
    share = 100 * outcome.rows_failing / max(1, outcome.rows_seen)
    allowed = f", at most {100 * rule.tolerance:f} % may" if rule.tolerance else ""
    return f"{outcome.rows_failing} of {outcome.rows_seen} rows ({share:.1f} %) break it{allowed}. Expected: {outcome.says}"
