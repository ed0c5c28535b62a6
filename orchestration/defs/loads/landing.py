"""Land what is new: one asset per raw table, all filled by one idempotent load."""

import time

from dagster import AssetExecutionContext, AssetKey, AssetSpec, MaterializeResult, multi_asset

from orchestration.conventions import DATA_ENGINEERING, WAREHOUSE, one_sentence
from orchestration.lib.arrivals import SETTLE_SECONDS
from orchestration.lib.files import SAMPLE_NOTE
from orchestration.lib.gate import GateClosed
from orchestration.lib.landing import read_contract
from orchestration.lib.load import load
from orchestration.lib.locks import build_lock
from orchestration.lib.measures import rows_in_raw
from orchestration.lib.settings import PROJECT_ROOT, Settings
from orchestration.resources import Tekil

TABLES = {table.raw_name: table for table in read_contract(PROJECT_ROOT).values()}
FILES = {AssetKey(["landing", name]): table for name, table in TABLES.items()}
SERVICE_TABLES = {
    "raw/quarantine": "Landed rows that could not be understood, with their text and the reason. Restricted.",
    "raw/rejected_files": "Files that could not be read, with the reason.",
    "raw/identifier_salt": "The key of the identifier hash. Secret.",
    "raw/moved_origins": "Former records of rows that a later load replaced, so that the models read them again. Restricted.",
    "ops/load_runs": "One row per load: files seen, rows read = loaded + replaced + quarantined.",
    "ops/load_files": "One row per file and load that read or rejected it.",
    "ops/row_counts": "Rows in, per table of the landing contract, since the first load.",
}

# what somebody else writes; the sensor landed_files tells when something new lies there
landing = [
    AssetSpec(
        key,
        group_name="landing",
        kinds={"file"},
        owners=[DATA_ENGINEERING],
        description=f"Files in the folder `{table.label}/` of the landing folder: .jsonl, .csv or .parquet.",
    )
    for key, table in FILES.items()
]

overrides = AssetSpec(
    ["ops", "identity_overrides"],
    group_name="loads",
    kinds={"table"},
    owners=[DATA_ENGINEERING],
    description="Merges and un-merges decided by hand: `make override`.",
)


@multi_asset(
    specs=[
        *(
            AssetSpec(
                ["raw", name],
                deps=[AssetKey(["landing", name])],
                description=f"Rows of {table.label} as they landed, one per {', '.join(k.name for k in table.keys)}. Restricted.",
                kinds={"python", "table"},
                owners=[DATA_ENGINEERING],
                group_name="loads",
            )
            for name, table in TABLES.items()
        ),
        *(
            AssetSpec(
                name.split("/"),
                deps=list(FILES),
                description=description,
                kinds={"python", "table"},
                owners=[DATA_ENGINEERING],
                group_name="loads",
            )
            for name, description in SERVICE_TABLES.items()
        ),
    ],
    can_subset=False,
    pool=WAREHOUSE,
)
def load_landing_folder(context: AssetExecutionContext, tekil: Tekil):
    """Load the landing folder into raw; rows in = loaded + replaced + quarantined, per table."""
    with one_sentence():
        settings = tekil.settings(context.log.info)
        try:
            report = load(settings, context.log.info, 0 if is_newly_made(settings) else SETTLE_SECONDS)
        except GateClosed as stopped:
            # the blocking checks of defs/quality tell it, table by table, and stop what comes after
            context.log.error(str(stopped))
            report = stopped.report
        context.log.info(report.summary())
        # a reader and a build that has the lock by now would refuse each other
        with build_lock(settings, progress=context.log.info):
            in_raw = rows_in_raw(settings)
    for name, table in TABLES.items():
        counts = report.tables.get((table.source, table.name))
        yield MaterializeResult(
            asset_key=["raw", name],
            metadata={
                "rows_read": counts.read if counts else 0,
                "rows_loaded": counts.loaded if counts else 0,
                "rows_replaced": counts.replaced if counts else 0,
                "rows_quarantined": counts.quarantined if counts else 0,
                "dagster/row_count": in_raw.get((table.source, table.name), 0),
            },
        )
    rows = report.rows
    for name in SERVICE_TABLES:
        counted = {
            "files_loaded": report.files_loaded,
            "files_rejected": report.files_rejected,
            "rows_read": rows.read,
            "rows_loaded": rows.loaded,
            "rows_replaced": rows.replaced,
            "rows_quarantined": rows.quarantined,
            "seconds": round(report.seconds, 1),
        }
        yield MaterializeResult(
            asset_key=name.split("/"), metadata=counted if name == "ops/load_runs" else {}
        )


def is_newly_made(settings: Settings) -> bool:
    """Whether the landing folder is a sample whose note, written last, has just been written: then all of it stands."""
    note = settings.landing / SAMPLE_NOTE
    return note.exists() and time.time() - note.stat().st_mtime < 10 * SETTLE_SECONDS
