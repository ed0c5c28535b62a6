"""A destination that is switched on is one asset behind its sync_ model, and says what it did (O1)."""

from dagster import AssetKey, AssetSpec, materialize

from orchestration.defs.deliver import destinations
from orchestration.lib import deliver as delivering
from orchestration.lib.errors import NotPermitted
from orchestration.lib.outbox.engine import Plan, Report
from orchestration.lib.outbox.rules import rules
from orchestration.lib.settings import PROJECT_ROOT
from tests.delivery.world import rule


def test_a_destination_is_one_asset_behind_its_payload(monkeypatch):
    served = []

    def deliver(settings, destination, progress):
        served.append(destination)
        return Report(destination, "run", Plan(unchanged=7, dead=2), inserted=3, deleted=1, dead=1)

    monkeypatch.setattr(delivering, "deliver", deliver)
    asset = destinations.delivery_of(rule(destination="mailchimp", sync_model="sync_mailchimp__members"))
    assert asset.keys == {AssetKey(["deliver", "mailchimp"])}
    assert asset.asset_deps[AssetKey(["deliver", "mailchimp"])] == {
        AssetKey(["activation", "sync_mailchimp__members"])
    }
    result = materialize([asset])
    (done,) = result.asset_materializations_for_node("deliver_to_mailchimp")
    told = {name: value.value for name, value in done.metadata.items()}
    assert served == ["mailchimp"]
    assert (
        told["sent"],
        told["inserted"],
        told["deleted"],
        told["unchanged"],
        told["dead"],
        told["dead_before"],
    ) == (4, 3, 1, 7, 1, 2)


def test_what_may_not_leave_is_not_tried_again_and_says_why(monkeypatch):
    """The gate, the readiness dial and the guard of deletions say the same in a minute; a destination that is away may not."""
    tried = []

    def deliver(settings, destination, progress):
        tried.append(destination)
        raise NotPermitted("Nothing was sent to mailchimp: the gate is closed.")

    monkeypatch.setattr(delivering, "deliver", deliver)
    asset = destinations.delivery_of(rule(destination="mailchimp", sync_model="sync_mailchimp__members"))
    result = materialize([asset], raise_on_error=False)
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    assert tried == ["mailchimp"]
    assert failed.step_failure_data.user_failure_data.description.endswith("the gate is closed.")


def test_what_is_switched_off_is_shown_and_cannot_run():
    shown = destinations.defs().assets
    assert {asset.key.path[-1] for asset in shown} == set(rules(PROJECT_ROOT))
    assert all(isinstance(asset, AssetSpec) and "Switched off" in asset.description for asset in shown)
