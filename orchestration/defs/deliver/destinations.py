"""One thin asset per destination that is switched on, downstream of its sync_ model; all it knows is how to start a delivery."""

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    Backoff,
    Definitions,
    Jitter,
    RetryPolicy,
    asset,
    definitions,
)

from orchestration.lib.deliver import deliver
from orchestration.lib.outbox.rules import Rule, rules
from orchestration.lib.settings import PROJECT_ROOT, Settings


def delivery_of(rule: Rule) -> AssetsDefinition:
    """The asset `deliver/<destination>`. Its run fails with the delivery's one sentence; what was acknowledged stays."""

    @asset(
        key=["deliver", rule.destination],
        deps=[AssetKey(["activation", rule.sync_model])],
        group_name="deliver",
        description=(
            f"What {rule.destination} has acknowledged of activation.{rule.sync_model}. Sends what has changed, as the gate, the "
            "readiness dial and each row's consents allow when it leaves (docs/delivery.md)."
        ),
        kinds={rule.kind} if rule.kind == "postgres" else None,
        retry_policy=RetryPolicy(max_retries=2, delay=60, backoff=Backoff.EXPONENTIAL, jitter=Jitter.FULL),
        pool=f"deliver_{rule.destination}",
    )
    def delivered(context: AssetExecutionContext) -> None:
        report = deliver(Settings.from_environment(), rule.destination, progress=context.log.info)
        context.add_output_metadata(
            {
                "sent": report.sent,
                "inserted": report.inserted,
                "updated": report.updated,
                "deleted": report.deleted,
                "unchanged": report.plan.unchanged,
                "skipped": report.skipped,
                "refused": report.plan.not_permitted,
                "to_try_again": report.pending,
                "dead": report.dead,
                "dead_before": report.plan.dead,
            }
        )

    return delivered


@definitions
def defs() -> Definitions:
    """An asset for each row of seeds/rules/destinations.csv with is_enabled true."""
    return Definitions(assets=[delivery_of(rule) for rule in rules(PROJECT_ROOT).values() if rule.is_enabled])
