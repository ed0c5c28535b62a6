"""The one entry point of Dagster: everything under defs/ and nothing else."""

from pathlib import Path

from dagster import Definitions, definitions, load_from_defs_folder


@definitions
def defs() -> Definitions:
    """All assets, checks, jobs, schedules and sensors of the project."""
    return load_from_defs_folder(path_within_project=Path(__file__).parent)
