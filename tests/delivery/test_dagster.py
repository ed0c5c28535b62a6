"""A destination that is switched on is one asset behind its sync_ model, and says what it did (O1)."""

from dagster import AssetKey, materialize

from orchestration.defs.deliver import destinations
from orchestration.lib.outbox.engine import Plan, Report
from tests.delivery.world import rule


def test_a_destination_is_one_asset_behind_its_payload(monkeypatch):
    served = []

    def deliver(settings, destination, progress):
        served.append(destination)
        return Report(destination, "run", Plan(unchanged=7, dead=2), inserted=3, deleted=1, dead=1)

    monkeypatch.setattr(destinations, "deliver", deliver)
    asset = destinations.delivery_of(rule(destination="mailchimp", sync_model="sync_mailchimp__members"))
    assert asset.keys == {AssetKey(["deliver", "mailchimp"])}
    assert asset.asset_deps[AssetKey(["deliver", "mailchimp"])] == {
        AssetKey(["activation", "sync_mailchimp__members"])
    }
    result = materialize([asset])
    (done,) = result.asset_materializations_for_node("deliver__mailchimp")
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


def test_what_is_switched_off_is_no_asset():
    assert list(destinations.defs().assets or []) == []
