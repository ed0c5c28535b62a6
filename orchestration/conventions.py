"""What all definitions share: one writer, how failures read, when things run, how a thing is marked for a job."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

from dagster import AutomationCondition, Failure, FreshnessPolicy, RetryRequested

from orchestration.lib.errors import TekilError, WarehouseBusy

# every step that writes to the warehouse; one run at a time may have such a step (dagster.yaml)
WAREHOUSE = "warehouse"

DATA_ENGINEERING = "data-engineering@example.com"
ACTIVATION = "activation@example.com"

# a mark on an asset: which job runs it. Without the mark it runs in micro-batches and at night
WHEN = "tekil/when"
EVERY_BATCH = {WHEN: "batch"}
AT_NIGHT = {WHEN: "night"}
BY_HAND = {WHEN: "hand"}

# what people read follows the hourly batch; after a day without one somebody must look
FRESH = FreshnessPolicy.time_window(fail_window=timedelta(hours=26), warn_window=timedelta(hours=2))

# when a parent was made anew and none is being made: for those who prefer conditions to the micro_batch schedule
eager_after_load = AutomationCondition.eager().with_label("eager_after_load")

BUSY_RETRIES = 3
BUSY_WAIT_SECONDS = 60


@contextlib.contextmanager
def one_sentence() -> Iterator[None]:
    """A failure reads as one sentence; only a busy warehouse is tried again."""
    try:
        yield
    except WarehouseBusy as problem:
        raise RetryRequested(max_retries=BUSY_RETRIES, seconds_to_wait=BUSY_WAIT_SECONDS) from problem
    except TekilError as problem:
        raise Failure(str(problem), allow_retries=False) from None
