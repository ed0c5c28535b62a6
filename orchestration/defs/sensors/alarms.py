"""Somebody is told when a run fails, a gate closes, or a source falls silent; an alarm that is not heard is a failed tick."""

import json

from dagster import (
    DagsterEventType,
    DefaultSensorStatus,
    RunFailureSensorContext,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    run_failure_sensor,
    sensor,
)

from orchestration.lib.silence import silent_sources
from orchestration.resources import Alerts, Tekil


@run_failure_sensor(
    name="failed_runs",
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells which run failed, at which step or check, and why, in one sentence.",
)
def failed_runs(context: RunFailureSensorContext, alerts: Alerts) -> None:
    """The checks that failed, or the first sentence of the step that did; never a traceback, which may quote a row."""
    run = context.dagster_run
    events = context.instance.all_logs(
        run.run_id, of_type={DagsterEventType.ASSET_CHECK_EVALUATION, DagsterEventType.STEP_FAILURE}
    )
    checks, steps = [], []
    for entry in events:
        event = entry.dagster_event
        if event.event_type == DagsterEventType.STEP_FAILURE:
            steps.append(f"{event.step_key}: {said_by(event.step_failure_data)}")
        elif not event.asset_check_evaluation_data.passed:
            evaluation = event.asset_check_evaluation_data
            checks.append(f"{evaluation.check_name} of {evaluation.asset_key.to_user_string()}")
    why = "; ".join([*steps[:1], *(f"check {check} failed" for check in sorted(set(checks))[:5])])
    alerts.send(
        f"Tekil: {run.job_name.removeprefix('__')} run {run.run_id[:8]} failed. {why or 'It stopped before its first step.'}",
        context.log.warning,
    )


def said_by(failure) -> str:
    """Our own sentence of a failure; of what nobody foresaw only the kind."""
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description
    error = failure.error
    while error is not None and error.cause is not None:
        error = error.cause
    return f"an unexpected {error.cls_name}" if error and error.cls_name else "an unexpected error"


@sensor(
    name="silent_sources",
    minimum_interval_seconds=600,
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells once when a source has landed nothing for three times its usual pause, and for 26 hours at least.",
)
def silent_sources_sensor(context: SensorEvaluationContext, tekil: Tekil, alerts: Alerts) -> SensorResult:
    """Look at the loads that readers see; the cursor remembers which silences were told."""
    told = json.loads(context.cursor or "{}")
    silent = silent_sources(tekil.settings(context.log.info))
    news = {source: since for source, since in silent.items() if told.get(source) != since}
    for source, since in sorted(news.items()):
        alerts.send(
            f"Tekil: the source {source} has landed nothing since {since} UTC, longer than usual.",
            context.log.warning,
        )
    sentence = ", ".join(f"{source} since {since}" for source, since in sorted(silent.items()))
    return SensorResult(
        skip_reason=SkipReason(
            f"silent: {sentence}" if silent else "no source is silent for longer than usual"
        ),
        cursor=json.dumps(silent, sort_keys=True),
    )
