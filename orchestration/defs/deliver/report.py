"""The report page, made anew from the tables that a build published."""

from dagster import AssetExecutionContext, MaterializeResult, MetadataValue, asset

from orchestration.conventions import one_sentence
from orchestration.lib.build import with_landing
from orchestration.lib.report import make_report
from orchestration.lib.report.reading import tables
from orchestration.lib.settings import Settings


@asset(
    key=["deliver", "report"],
    group_name="deliver",
    deps=[table.split(".") for table in tables()],
    owners=["segments@example.com"],
    kinds={"html"},
)
def report(context: AssetExecutionContext) -> MaterializeResult:
    """One HTML page of charts over customers, sales and segments, without personal data (docs/report.md)."""
    with one_sentence():
        path = make_report(with_landing(Settings.from_environment(), context.log.info))
    return MaterializeResult(
        metadata={"path": MetadataValue.path(path), "bytes": MetadataValue.int(path.stat().st_size)}
    )
