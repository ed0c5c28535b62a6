"""What all definitions share: one writer, how failures read, when things run, how a thing is marked for a job."""

import contextlib
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from dagster import AutomationCondition, DagsterError, Failure, FreshnessPolicy, RetryRequested

from orchestration.lib.errors import NotPermitted, TekilError, WarehouseBusy

# every step that writes to the warehouse; one run at a time may have such a step (dagster.yaml)
WAREHOUSE = "warehouse"

DATA_ENGINEERING = "data-engineering@example.com"
ACTIVATION = "activation@example.com"

# a mark on an asset: which job runs it. Without the mark it runs in micro-batches and at night
WHEN = "tekil/when"
EVERY_BATCH = {WHEN: "batch"}
AT_NIGHT = {WHEN: "night"}
BY_HAND = {WHEN: "hand"}

# a mark on a job: dbt's unit tests run too. They judge the code, which does not change from hour to hour
WITH_UNIT_TESTS = {"tekil/unit_tests": "run"}

# what people read follows the hourly batch; after a day without one somebody must look
FRESH = FreshnessPolicy.time_window(fail_window=timedelta(hours=26), warn_window=timedelta(hours=2))

# when a parent was made anew and none is being made: for those who prefer conditions to the micro_batch schedule
eager_after_load = AutomationCondition.eager().with_label("eager_after_load")

BUSY_RETRIES = 3
BUSY_WAIT_SECONDS = 60


@contextlib.contextmanager
def one_sentence(may_try_again: bool = False) -> Iterator[None]:
    """A failure reads as one sentence. A busy warehouse is tried again; the rest only where the asset's own policy `may_try_again`.

    Of what nobody foresaw only the kind and the place: Dagster keeps messages for months, and these may quote a row (law 6).
    """
    try:
        yield
    except WarehouseBusy as problem:
        # the cause is what the failure says when it was tried often enough
        raise RetryRequested(BUSY_RETRIES, BUSY_WAIT_SECONDS) from Failure(str(problem))
    except NotPermitted as problem:
        raise Failure(str(problem), allow_retries=False) from None
    except TekilError as problem:
        raise Failure(str(problem), allow_retries=may_try_again) from None
    except (Failure, RetryRequested, DagsterError):
        raise
    except Exception as problem:
        place = traceback.extract_tb(problem.__traceback__)[-1]
        raise Failure(
            f"The step stopped on an unexpected {type(problem).__name__} ({Path(place.filename).name} line {place.lineno}): "
            "please report it.",
            allow_retries=may_try_again,
        ) from None
