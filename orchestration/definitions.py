"""The one entry point of Dagster: everything under defs/, each step in the run's own process, and the resources."""

from pathlib import Path

from dagster import Definitions, definitions, in_process_executor, load_from_defs_folder

from orchestration.resources import Alerts, Tekil


@definitions
def defs() -> Definitions:
    """All assets, checks, jobs, schedules and sensors of the project."""
    return Definitions.merge(
        load_from_defs_folder(path_within_project=Path(__file__).parent),
        Definitions(resources={"tekil": Tekil(), "alerts": Alerts()}, executor=in_process_executor),
    )
