"""One thin asset per destination, downstream of its sync_ model; all it knows is how to start a delivery. One that is switched off is shown, and cannot run."""

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Backoff,
    Definitions,
    Jitter,
    MaterializeResult,
    RetryPolicy,
    definitions,
    multi_asset,
)

from orchestration.conventions import ACTIVATION, one_sentence
from orchestration.lib.outbox.rules import Rule, rules
from orchestration.lib.settings import PROJECT_ROOT, Settings


def spec_of(rule: Rule) -> AssetSpec:
    """The row `deliver/<destination>` of the graph."""
    switched_off = "" if rule.is_enabled else " Switched off: is_enabled in seeds/rules/destinations.csv."
    return AssetSpec(
        ["deliver", rule.destination],
        deps=[AssetKey(["activation", rule.sync_model])],
        group_name="deliver",
        owners=[ACTIVATION],
        kinds={rule.kind},
        description=(
            f"What {rule.destination} has acknowledged of activation.{rule.sync_model}. Sends what has changed, as the gate, the "
            f"readiness dial and each row's consents allow when it leaves (docs/delivery.md).{switched_off}"
        ),
    )


def delivery_of(rule: Rule) -> AssetsDefinition:
    """The asset `deliver/<destination>`. Its run fails with the delivery's one sentence; what was acknowledged stays."""

    @multi_asset(
        name=f"deliver_to_{rule.destination}",
        specs=[spec_of(rule)],
        retry_policy=RetryPolicy(max_retries=2, delay=60, backoff=Backoff.EXPONENTIAL, jitter=Jitter.FULL),
        # not the warehouse's pool: a delivery lets the warehouse go while it waits for the network
        pool=f"deliver_{rule.destination}",
    )
    def delivered(context: AssetExecutionContext) -> MaterializeResult:
        # its HTTP library is not needed to draw the graph
        from orchestration.lib.deliver import deliver

        with one_sentence(may_try_again=True):
            report = deliver(Settings.from_environment(), rule.destination, progress=context.log.info)
        return MaterializeResult(
            metadata={
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
    """An asset for each row of seeds/rules/destinations.csv."""
    return Definitions(
        assets=[
            delivery_of(rule) if rule.is_enabled else spec_of(rule) for rule in rules(PROJECT_ROOT).values()
        ]
    )
