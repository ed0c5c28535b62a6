"""What a delivery promises whatever the destination: guards, gate, consent, pace, keys, dry run; on either engine (A9, A7, I12, M4)."""

from __future__ import annotations

import asyncio
import itertools
import os
from decimal import Decimal

import pytest

from orchestration.lib.deliver import may_leave, said
from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.engine import Wishes
from orchestration.lib.warehouse import open_warehouse
from tests.delivery.fakes import BrazePlace, Limit, MailchimpPlace, WebhookPlace
from tests.delivery.world import MODEL, World, in_virtual_time, people

LONG = pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz")


@pytest.fixture
def either(engine, make_settings):
    """An empty warehouse of either engine."""
    settings = make_settings(engine)
    world = World(open_warehouse(settings))
    yield world
    world.warehouse.close()


@pytest.fixture
def hook():
    return WebhookPlace()


def test_both_engines_insert_update_delete_move_and_forget(either, hook):
    wanted = people(300)
    either.set(wanted)
    hook.latency = 0
    assert either.deliver(hook.target()).inserted == 300
    changed = {key: wanted[key] for key in sorted(wanted)[10:]}
    changed["k00042"] = changed["k00042"] | {"orders_count": 77}
    old = either.address
    either.address = hook.address = lambda key: old(key.replace("k00099", "k90099"))
    either.set(changed)
    report = either.deliver(hook.target())
    assert (report.plan.deletes, report.plan.moves, report.plan.updates, report.plan.inserts) == (10, 1, 1, 0)
    assert (report.deleted, report.inserted, report.updated) == (11, 1, 1)
    assert hook.contents() == hook.expected(changed)
    assert either.deliver(hook.target()).sent == 0
    assert either.rows("select count(*) from raw.outbox_addresses") == [(290,)]
    assert either.rows("select status, count(*) from ops.outbox_runs group by status") == [("finished", 3)]
    assert either.deliver(hook.target(), resend=True).updated == 290


def test_a_mass_deletion_stops_before_the_first_byte(either, hook):
    wanted = people(60)
    either.set(wanted)
    either.deliver(hook.target())
    before = hook.requests
    either.set({key: wanted[key] for key in sorted(wanted)[13:]})
    with pytest.raises(TekilError, match="would lose 13 of its 60 rows"):
        either.deliver(hook.target(mass_delete_share=Decimal("0.20")))
    assert hook.requests == before
    either.set({key: wanted[key] for key in sorted(wanted)[12:]})
    assert either.deliver(hook.target(mass_delete_share=Decimal("0.20"))).deleted == 12, (
        "exactly the share is no mass"
    )
    either.set({})
    with pytest.raises(TekilError, match="allow-mass-delete"):
        either.deliver(hook.target(mass_delete_share=Decimal("0.20")))
    assert (
        either.deliver(hook.target(mass_delete_share=Decimal("0.20")), allow_mass_delete=True).deleted == 48
    )
    assert hook.contents() == {}


def test_a_closed_gate_lets_nothing_out(either, hook):
    either.set(people(3))
    either.gate = "the gate is closed."
    with pytest.raises(TekilError, match="Nothing was sent to test: the gate is closed"):
        either.deliver(hook.target())
    assert hook.requests == 0


def test_a_gate_that_closes_midway_stops_after_the_page(world, hook):
    wanted = people(30)
    world.set(wanted)
    target = hook.target()
    target.page_size = 10
    send = target.send

    async def sent(batch):
        if hook.requests == 12:
            world.gate = "the gate is closed."
        return await send(batch)

    target.send = sent
    with pytest.raises(TekilError, match="was stopped: the gate is closed"):
        world.deliver(target)
    assert len(hook.contents()) == 20
    assert world.rows("select status, inserted from ops.outbox_runs") == [("failed", 20)]
    world.gate = None
    assert world.deliver(hook.target()).inserted == 10


def test_consent_withdrawn_between_plan_and_dispatch_is_not_sent_and_is_deleted_next(either, hook):
    wanted = people(30)
    either.set(wanted)
    either.deliver(hook.target())
    changed = {key: wanted[key] | {"orders_count": 50} for key in wanted} | people(1, first=90)
    either.set(changed)
    target = hook.target()
    target.page_size = 10
    send, asked = target.send, []

    async def sent(batch):
        if not asked:
            either.withdraw("k00025", "k00090")
        asked.append(batch[0].row_key)
        return await send(batch)

    target.send = sent
    report = either.deliver(target)
    assert report.skipped == 2 and not {"k00025", "k00090"} & set(asked)
    assert hook.contents()[hook.address("k00025")]["orders_count"] != 50, "what left before is still there"
    again = either.deliver(hook.target())
    assert again.deleted == 1
    assert either.rows("select row_key, cause from ops.outbox_receipts where operation = 'delete'") == [
        ("k00025", "withdrawn")
    ]
    assert hook.contents() == hook.expected(
        {k: v for k, v in changed.items() if k not in ("k00025", "k00090")}
    )


def test_a_row_without_a_consent_never_leaves(either, hook):
    either.set(people(4))
    execute = either.warehouse.execute
    execute("delete from profiles.contact_consents where contact_key = 'c_k00000'")  # no row
    execute(
        "update profiles.contact_consents set purpose = 'service' where contact_key = 'c_k00001'"
    )  # another purpose
    execute(
        "update profiles.contact_consents set customer_id = 'cus_x' where contact_key = 'c_k00002'"
    )  # now another's
    report = either.deliver(hook.target())
    assert report.plan.not_permitted == 3 and set(hook.contents()) == {hook.address("k00003")}


def test_every_consent_a_row_stands_on_is_needed(world, hook):
    world.set(people(2))
    world.warehouse.execute(
        f"update activation.{MODEL} set consents_required = consents_required || ',MESAJ:m' where row_key = 'k00000'"
    )
    world.deliver(hook.target())
    assert set(hook.contents()) == {hook.address("k00001")}, "MESAJ is not among the destination's channels"
    world.warehouse.execute(f"update activation.{MODEL} set consents_required = '' where row_key = 'k00001'")
    world.deliver(hook.target())
    assert hook.contents() == {}, "a row that stands on nothing may not stay"


def test_one_refusal_speaks_for_all_that_likeness_joins(world, hook):
    """Ads follow wide links (I10), and so do refusals: the stricter state of all customers that are taken for one person."""
    world.set(people(2))
    for customer in ("cus_k00000", "cus_other"):
        world.warehouse.execute(
            "insert into identity.identity_levels values (?, ?, 'cus_k00000')", [customer, customer]
        )
    world.deliver(hook.target(confidence_level="wide"))
    assert len(hook.contents()) == 2
    world.warehouse.execute(
        "insert into profiles.customer_consents values ('cus_other', 'c_o', 'EPOSTA', 'marketing', 'RET')"
    )
    assert world.deliver(hook.target(confidence_level="exact")).sent == 0
    assert world.deliver(hook.target(confidence_level="wide")).deleted == 1


def test_an_erased_customer_is_deleted_and_the_receipt_says_why(either):
    place = MailchimpPlace()
    either.set(people(12))
    either.deliver(place.target())
    execute = either.warehouse.execute
    execute("insert into vault.suppressed_customers values ('cus_k00003', 'erase')")
    execute("insert into vault.suppressed_customers values ('cus_k00004', 'restrict')")
    either.withdraw("k00005")
    execute(f"delete from activation.{MODEL} where row_key = 'k00006'")
    assert either.deliver(place.target()).deleted == 4
    causes = either.rows(
        "select row_key, cause from ops.outbox_receipts where operation = 'delete' order by row_key"
    )
    assert causes == [("k00003", "erased"), ("k00004", "left"), ("k00005", "withdrawn"), ("k00006", "left")]
    states = {member["email_address"]: member["status"] for member in place.members.values()}
    assert [states.get(place.address(key)) for key, _ in causes] == [
        None,
        "archived",
        "unsubscribed",
        "archived",
    ]
    assert either.rows(
        "select count(*) from raw.outbox_addresses where row_key between 'k00003' and 'k00006'"
    ) == [(0,)]


def test_nobody_who_unsubscribed_at_mailchimp_is_subscribed_again(world):
    place = MailchimpPlace()
    world.set(people(3))
    world.deliver(place.target())
    member = next(m for m in place.members.values() if m["email_address"] == place.address("k00001"))
    member["status"] = "unsubscribed"
    changed = {key: row | {"orders_count": 9, "segments": "vip"} for key, row in people(3).items()}
    world.set(changed)
    world.deliver(place.target())
    held = next(m for m in place.members.values() if m["email_address"] == place.address("k00001"))
    assert held["status"] == "unsubscribed" and held["tags"] == {"tekil: vip"}


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            "insert into activation.{m} select * from activation.{m} where row_key = 'k00001'",
            "4 rows but 3 keys",
        ),
        ("update activation.{m} set row_key = null where row_key = 'k00001'", "1 rows without row_key"),
        ("update activation.{m} set payload_hash = null where row_key = 'k00001'", "1 rows without row_key"),
        ("update activation.{m} set address = 'k00002@posta.com.tr'", "3 keys and 1 addresses"),
    ],
)
def test_keys_that_tell_no_rows_apart_stop_before_the_first_byte(either, hook, damage, sentence):
    either.set(people(3))
    either.warehouse.execute(damage.format(m=MODEL))
    with pytest.raises(TekilError, match=sentence):
        either.deliver(hook.target())
    assert hook.requests == 0


def test_a_dry_run_shows_each_row_and_sends_and_remembers_nothing(either, hook):
    wanted = people(5)
    either.set(wanted)
    either.deliver(hook.target())
    changed = {key: wanted[key] for key in sorted(wanted)[1:]} | people(1, first=70)
    changed["k00003"] = changed["k00003"] | {"city": "Bursa"}
    either.set(changed)
    before, states = hook.requests, either.rows("select * from ops.outbox_state order by row_key")
    report = either.deliver(hook.target(), dry_run=True)
    assert [(one[0], one[1], one[3]) for one in report.differences] == [
        ("delete", "k00000", "left"),
        ("insert", "k00070", "changed"),
        ("update", "k00003", "changed"),
    ]
    assert "would insert 1, update 1, move 0, delete 1; 3 unchanged" in "\n".join(
        said(report, Wishes(dry_run=True))
    )
    assert (
        hook.requests == before and either.rows("select * from ops.outbox_state order by row_key") == states
    )
    assert either.rows("select count(*) from ops.outbox_runs") == [(1,)]
    assert "Bursa" not in "\n".join(said(report, Wishes(dry_run=True)))


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=[pytest.mark.fuzz, LONG])])
def test_ten_thousand_rows_keep_to_the_limit_of_the_other_side(world, hook, count):
    """50 requests a second: under 1 % refused, within 15 % of the limit's own time."""
    world.set(people(count))
    hook.limit, hook.latency = Limit(50), 0.1
    report, seconds = in_virtual_time(world.delivery(hook.target(requests_per_second=Decimal(50))).run())
    assert report.inserted == len(hook.contents()) == count
    assert hook.limit.refused < count // 100
    assert count / 50 * 0.97 <= seconds <= count / 50 * 1.15


def test_retry_after_is_heard_by_all_senders(world, hook):
    world.set(people(40))
    hook.script = ["429 after 7"]
    times = []
    apply = hook.apply

    def applied(request, partial):
        times.append(asyncio.get_running_loop().time())
        return apply(request, partial)

    hook.apply = applied
    world.deliver(hook.target(requests_per_second=Decimal(20)))
    assert max(later - earlier for earlier, later in itertools.pairwise(times)) >= 6
    assert len(hook.contents()) == 40


def test_a_pause_that_is_too_long_ends_the_run(world, hook):
    world.set(people(5))

    async def tomorrow(request):
        import httpx

        return httpx.Response(429, headers={"Retry-After": "86400"})

    hook._answered = tomorrow
    with pytest.raises(TekilError, match=r"pause of 86,400 seconds"):
        world.deliver(hook.target())


def test_a_row_that_never_gets_through_dies_after_five_runs(world):
    place = BrazePlace()
    wanted = people(20)
    world.set(wanted)
    answered, bad = place._answered, place.address("k00007")

    async def poisoned(request):
        import httpx

        if bad.encode() in request.content:
            return httpx.Response(500)
        return await answered(request)

    place._answered = poisoned
    place.poison = {bad}
    for run in range(1, 6):
        report = world.deliver(place.target())
        assert place.contents() == place.expected(wanted)
        assert (report.failed, report.dead) == ((1, 0) if run < 5 else (0, 1))
    assert world.rows("select attempts, reason from ops.outbox_dead_letters") == [
        (5, "not acknowledged in 5 runs, at last: HTTP 500")
    ]
    assert world.deliver(place.target()).pending == 0


def test_the_idempotency_key_is_of_the_content_and_never_used_for_another(world, hook):
    """The same row sent twice has one key; the same content again after another has a new one."""
    seen = []
    send_key = lambda request: seen.append(request.headers["webhook-id"])  # noqa: E731
    answered = hook._answered

    async def noted(request):
        send_key(request)
        return await answered(request)

    hook._answered = noted
    one, other = people(1, seed=1), {"k00000": people(1, seed=1)["k00000"] | {"orders_count": 50}}
    for rows in (one, other, one, {}, one):
        world.set(rows)
        hook.script = ["timeout+"]
        world.deliver(hook.target())
    assert [seen.count(key) for key in dict.fromkeys(seen)] == [2, 2, 2, 2, 2]
    assert hook.contents() == hook.expected(one)


def test_an_empty_field_follows_its_policy(world, hook):
    rows = {"k00000": people(1)["k00000"] | {"first_name": None, "city": None, "segments": "new"}}
    world.set(rows)
    world.deliver(hook.target(null_policy="omit city=send first_name=empty"))
    (held,) = hook.contents().values()
    assert held["first_name"] == "" and held["city"] is None
    world.deliver(hook.target(null_policy="omit"), resend=True)
    (held,) = hook.contents().values()
    assert "first_name" not in held and "city" not in held and held["segments"] == ["new"]


def test_a_build_between_plan_and_dispatch_sends_what_is_true_then(world, hook):
    wanted = people(20)
    world.set(wanted)
    target = hook.target()
    target.page_size = 5
    newer = {key: row | {"orders_count": 88} for key, row in wanted.items() if key != "k00015"}
    send = target.send

    async def sent(batch):
        if hook.requests >= 2 and world.wanted is wanted:
            world.set(newer)
        return await send(batch)

    target.send = sent
    world.deliver(target)
    assert hook.contents()[hook.address("k00019")]["orders_count"] == 88
    assert hook.address("k00015") not in hook.contents()
    world.deliver(hook.target())
    assert hook.contents() == hook.expected(newer)


def test_below_the_line_of_readiness_nothing_leaves_without_an_override(world):
    execute = world.warehouse.execute
    execute("create table identity.identity_readiness (is_ready boolean, reason varchar)")
    gate = may_leave(override_readiness=False)
    assert gate(world.warehouse), "without a gate, or without readiness, it is closed"
    execute(
        "insert into identity.identity_readiness values (false, 'only 1 of 9 known customers are seen on two channels')"
    )
    from orchestration.lib.deliver import unready_because

    assert "only 1 of 9" in unready_because(world.warehouse)
    execute("update identity.identity_readiness set is_ready = true")
    assert unready_because(world.warehouse) is None
