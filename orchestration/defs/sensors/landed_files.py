"""A file that lands starts a micro-batch, once it is whole (O3)."""

from collections import defaultdict

from dagster import (
    AssetMaterialization,
    DefaultSensorStatus,
    RunRequest,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from orchestration.lib.arrivals import SETTLE_SECONDS, arrivals, pack, run_key, unpack
from orchestration.lib.landing import read_contract
from orchestration.lib.settings import PROJECT_ROOT
from orchestration.resources import Tekil

SECONDS = 15


@sensor(
    name="landed_files",
    job_name="micro_batch",
    minimum_interval_seconds=SECONDS,
    default_status=DefaultSensorStatus.RUNNING,
    description=f"Starts a micro-batch when files landed that nobody wrote to for {SETTLE_SECONDS} seconds. A file is known "
    "by name, size and time; the same new files never start two runs.",
)
def landed_files(context: SensorEvaluationContext, tekil: Tekil) -> SensorResult:
    """Compare the landing folder with the marks in the cursor."""
    settings = tekil.settings(context.log.info)
    there = arrivals(settings.landing, read_contract(PROJECT_ROOT))
    known = unpack(context.cursor)
    new = [file for file in there if file.mark not in known]
    if not new:
        return SensorResult(
            skip_reason=SkipReason(f"{len(there)} files in the landing folder, none of them new")
        )
    by_table = defaultdict(list)
    for file in new:
        by_table[file.label].append(file)
    return SensorResult(
        run_requests=[
            RunRequest(
                run_key=run_key(new), tags={"tekil/files": str(len(new)), "tekil/trigger": "landed files"}
            )
        ],
        cursor=pack(file.mark for file in there),
        asset_events=[
            AssetMaterialization(
                ["landing", label.replace("/", "__")],
                description=files[0].path
                if len(files) == 1
                else f"{files[0].path} and {len(files) - 1} more",
                metadata={"files": len(files), "bytes": sum(file.bytes for file in files)},
            )
            for label, files in sorted(by_table.items())
        ],
    )
