"""Which runs there are, and when: chosen by group, mark and cost of a check, so that a new asset finds its place by itself."""

from dagster import (
    AssetSelection,
    AutomationConditionSensorDefinition,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    ScheduleDefinition,
    define_asset_job,
)

from orchestration.conventions import AT_NIGHT, BY_HAND, EVERY_BATCH, WHEN, WITH_UNIT_TESTS
from orchestration.project import SETTINGS, costly_checks

ZONE = SETTINGS.timezone
LEAVES = AssetSelection.groups("deliver", "privacy")


def marked(mark: dict[str, str]) -> AssetSelection:
    """Assets that say when they want to run."""
    return AssetSelection.tag(WHEN, mark[WHEN])


BY_NIGHT = AssetSelection.all() - marked(BY_HAND)
IN_A_BATCH = (BY_NIGHT - LEAVES - marked(AT_NIGHT)) | marked(EVERY_BATCH)

micro_batch = define_asset_job(
    "micro_batch",
    selection=IN_A_BATCH - AssetSelection.checks(*costly_checks()),
    description="Load what is new, let it through the gate, make all models with their cheap tests, renew what readers see.",
)

nightly = define_asset_job(
    "nightly",
    selection=BY_NIGHT | AssetSelection.all_asset_checks(),
    tags=WITH_UNIT_TESTS,
    description="Everything, with every test and check, deliveries included.",
)

weekly_retraining = define_asset_job(
    "weekly_retraining",
    selection=BY_NIGHT - LEAVES,
    config={"ops": {"find_likenesses": {"config": {"retrain": True}}}},
    description="Learn the linking model anew, compare its links with the last one's, and make all models.",
)

# the clock of a build is the end of the running hour, so one build an hour moves every window
hourly_micro_batch = ScheduleDefinition(
    name="hourly_micro_batch",
    job=micro_batch,
    cron_schedule="5 * * * *",
    execution_timezone=ZONE,
    default_status=DefaultScheduleStatus.RUNNING,
    description="Windows and ages move with the hour, whether something landed or not.",
)

every_night = ScheduleDefinition(
    name="every_night",
    job=nightly,
    cron_schedule="30 2 * * *",
    execution_timezone=ZONE,
    default_status=DefaultScheduleStatus.RUNNING,
    description="The full checks, when nobody waits for them.",
)

every_sunday = ScheduleDefinition(
    name="every_sunday",
    job=weekly_retraining,
    cron_schedule="30 4 * * 0",
    execution_timezone=ZONE,
    default_status=DefaultScheduleStatus.RUNNING,
    description="What is common and what is rare among people changes by the week, not by the hour.",
)

# the other way to run the models: off, or every model would be made by both
models_follow_loads = AutomationConditionSensorDefinition(
    name="models_follow_loads",
    target=AssetSelection.all(),
    default_status=DefaultSensorStatus.STOPPED,
    description="Makes models when what they are made from was made anew (condition eager_after_load), for those who load by "
    "hand or from elsewhere. Switch hourly_micro_batch off first.",
)
