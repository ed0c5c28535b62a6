"""The verdict of the quality gate as one blocking check on each raw table; what it says was decided by the load, and stands in ops.gate."""

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    MetadataValue,
    multi_asset_check,
)

from orchestration.conventions import one_sentence
from orchestration.lib.build import with_landing
from orchestration.lib.gate.docs import page_of
from orchestration.lib.gate.state import TableVerdict, newest_verdicts
from orchestration.lib.landing import read_contract
from orchestration.lib.locks import build_lock
from orchestration.lib.query import fetching
from orchestration.lib.settings import PROJECT_ROOT, Settings

CHECK = "gate"
TABLES = {table.raw_name: table for table in read_contract(PROJECT_ROOT).values()}


@multi_asset_check(
    name="quality_gate",
    specs=[
        AssetCheckSpec(
            CHECK,
            asset=["raw", name],
            blocking=True,
            description=f"What seeds/rules/quality_rules.csv expects of a batch of {table.label}, asked of the newest one.",
        )
        for name, table in TABLES.items()
    ],
)
def quality_gate(context: AssetCheckExecutionContext):
    """Report ops.gate: a stopped batch fails and stops everything after it, a warning only shows."""
    with one_sentence():
        settings = with_landing(Settings.from_environment(), context.log.info)
        # a reader and a build would refuse each other
        with build_lock(settings, progress=context.log.info), fetching(settings) as fetch:
            verdicts = newest_verdicts(fetch)
    for name, table in TABLES.items():
        yield _result(settings, name, verdicts.get((table.source, table.name)))


def _result(settings: Settings, name: str, verdict: TableVerdict | None) -> AssetCheckResult:
    if verdict is None:
        return AssetCheckResult(
            passed=True,
            asset_key=["raw", name],
            check_name=CHECK,
            metadata={"verdict": "nothing was judged yet"},
        )
    broken = [row for row in verdict.outcomes if row.is_broken]
    lines = ["| expectation | severity | outcome | rows | break it | reason |", "|---|---|---|---:|---:|---|"]
    lines += [
        f"| {row.label} | {row.severity} | {row.outcome} | {row.rows_seen} | {row.rows_failing} | {row.reason} |"
        for row in broken
    ]
    return AssetCheckResult(
        passed=not broken,
        asset_key=["raw", name],
        check_name=CHECK,
        severity=AssetCheckSeverity.ERROR if verdict.is_stopped_now else AssetCheckSeverity.WARN,
        description="; ".join(f"{row.label}: {row.reason}" for row in broken) or None,
        metadata={
            "load": verdict.load_id,
            "checks": len(verdict.outcomes),
            "broken": len(broken),
            "rows_failing": sum(row.rows_failing for row in broken),
            "rows_quarantined": sum(row.rows_quarantined for row in verdict.outcomes),
            **({"what": MetadataValue.md("\n".join(lines))} if broken else {}),
            "page": MetadataValue.url(f"{page_of(settings, verdict.load_id).as_uri()}#{name}"),
        },
    )
