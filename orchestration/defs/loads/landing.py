"""Land what is new: one asset per raw table, all filled by one idempotent load."""

from dagster import AssetExecutionContext, AssetSpec, MaterializeResult, multi_asset

from orchestration.lib.build import with_landing
from orchestration.lib.landing import read_contract
from orchestration.lib.load import load
from orchestration.lib.settings import PROJECT_ROOT, Settings

TABLES = {table.raw_name: table for table in read_contract(PROJECT_ROOT).values()}
SERVICE_TABLES = (
    "raw/quarantine",
    "raw/identifier_salt",
    "raw/moved_origins",
    "ops/load_runs",
    "ops/load_files",
    "ops/row_counts",
)


@multi_asset(
    specs=[
        *(
            AssetSpec(["raw", name], group_name="loads", description=f"Landed rows of {table.label}.")
            for name, table in TABLES.items()
        ),
        *(AssetSpec(name.split("/"), group_name="loads") for name in SERVICE_TABLES),
    ],
    can_subset=False,
)
def landed_files(context: AssetExecutionContext):
    """Load the landing folder into raw; rows in = loaded + replaced + quarantined, per table."""
    settings = with_landing(Settings.from_environment(), context.log.info)
    report = load(settings, context.log.info)
    for name, table in TABLES.items():
        counts = report.tables.get((table.source, table.name))
        yield MaterializeResult(
            asset_key=["raw", name],
            metadata={
                "rows_read": counts.read if counts else 0,
                "rows_loaded": counts.loaded if counts else 0,
                "rows_replaced": counts.replaced if counts else 0,
                "rows_quarantined": counts.quarantined if counts else 0,
            },
        )
    for name in SERVICE_TABLES:
        yield MaterializeResult(asset_key=name.split("/"))
