"""Every destination passes the same suite against a server that stores by key and fails on purpose (A9, M4).

Final state of the server = the sync model; nothing lost, nothing doubled, nothing sent that has not changed, nothing personal said.
"""

from __future__ import annotations

import random

import pytest

from orchestration.lib.errors import TekilError
from tests.delivery.fakes import FAULTS, SECRET, TOKEN, LocalPlace
from tests.delivery.world import people, person


@pytest.fixture
def at(world, place):
    """The world, whose model calls its rows as this destination does."""
    world.address = place.address
    return world


def test_a_difference_is_inserted_updated_and_deleted(at, place):
    wanted = people(20)
    at.set(wanted)
    first = at.deliver(place.target())
    assert (first.inserted, first.updated, first.deleted) == (20, 0, 0)
    assert place.contents() == place.expected(wanted)

    dice = random.Random(2)
    keys = sorted(wanted)
    changed = {key: wanted[key] for key in keys[3:]} | people(4, first=100)
    for key in keys[5:9]:
        changed[key] = person(dice) | {"orders_count": 77}
    place.carried.clear()
    at.set(changed)
    second = at.deliver(place.target())
    assert (second.inserted, second.updated, second.deleted) == (4, 4, 3)
    assert place.contents() == place.expected(changed)
    assert len(place.carried) <= 11, "a row that has not changed was sent again"


def test_a_second_run_sends_nothing(at, place):
    at.set(people(9))
    at.deliver(place.target())
    before = place.requests
    report = at.deliver(place.target())
    assert place.requests == before and report.sent == 0 and report.plan.unchanged == 9


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_passes_and_nothing_is_lost_or_doubled(at, place, fault):
    if isinstance(place, LocalPlace) and fault not in ("reset", "reset+"):
        pytest.skip("a store of our own fails before or after its commit, and in no other way")
    wanted = people(12)
    at.set(wanted)
    place.script = ["", fault, fault]
    at.deliver(place.target())
    assert place.contents() == place.expected(wanted)
    changed = {key: wanted[key] for key in sorted(wanted)[4:]}
    at.set(changed)
    place.script = [fault]
    at.deliver(place.target())
    assert place.contents() == place.expected(changed)
    assert at.rows("select count(*) from ops.outbox_dead_letters") == [(0,)]
    assert len(place.effects) == len(set(place.effects)) + 4 or isinstance(place, LocalPlace)


def test_one_bad_row_is_found_and_the_rest_arrives(at, place):
    if isinstance(place, LocalPlace):
        pytest.skip("a store of our own has no opinion on a row")
    wanted = people(20)
    at.set(wanted)
    bad = place.address("k00013")
    place.poison = {bad}
    report = at.deliver(place.target())
    assert (report.inserted, report.dead) == (19, 1)
    assert place.contents() == place.expected(wanted)
    ((key, reason),) = at.rows("select row_key, reason from ops.outbox_dead_letters")
    assert key == "k00013" and reason and "@" not in reason

    before = place.requests
    assert at.deliver(place.target()).sent == 0 and place.requests == before, "a dead letter is left alone"

    place.poison = set()
    replayed = at.deliver(place.target(), replay=True)
    assert replayed.sent == 1 and place.contents() == place.expected(wanted)
    assert at.rows("select count(*) from ops.outbox_dead_letters") == [(0,)]


def test_a_bad_row_that_is_corrected_is_sent_without_being_asked(at, place):
    if isinstance(place, LocalPlace):
        pytest.skip("a store of our own has no opinion on a row")
    at.set(people(3))
    place.poison = {place.address("k00001")}
    at.deliver(place.target())
    corrected = people(3)
    corrected["k00001"] = corrected["k00001"] | {"orders_count": 99}
    place.poison = set()
    at.set(corrected)
    at.deliver(place.target())
    assert place.contents() == place.expected(corrected)
    assert at.rows("select count(*) from ops.outbox_dead_letters") == [(0,)]


def test_an_outage_kills_no_row(at, place):
    wanted = people(30)
    at.set(wanted)
    place.status = 500
    with pytest.raises(TekilError) as problem:
        for _ in range(8):
            at.deliver(place.target())
    assert str(problem.value).count(".") <= 3 and "@" not in str(problem.value)
    assert at.rows("select count(*) from ops.outbox_dead_letters") == [(0,)]
    place.status = None
    at.deliver(place.target())
    assert place.contents() == place.expected(wanted)


def test_refused_credentials_end_the_run_and_kill_no_row(at, place):
    wanted = people(30)
    at.set(wanted)
    place.status = 401
    with pytest.raises(TekilError):
        at.deliver(place.target())
    assert place.requests <= 10, "a closed door was knocked at again and again"
    assert at.rows("select status from ops.outbox_runs") == [("failed",)]
    place.status = None
    at.deliver(place.target())
    assert place.contents() == place.expected(wanted)


def test_an_address_that_changes_moves_the_row(at, place):
    if isinstance(place, LocalPlace) and place.kind != "onsite":
        pytest.skip("rows are kept by their own key here")
    wanted = people(5)
    at.set(wanted)
    at.deliver(place.target())
    old = at.address
    at.address = place.address = lambda key: old(key.replace("k00002", "k00902"))
    at.set(wanted)
    if hasattr(place, "hashes"):
        hashes = place.hashes
        place.hashes = lambda key: (
            hashes(key.replace("k00002", "k00902"))
            if place.kind == "google_ads"
            else ("cus_k00902", *hashes(key.replace("k00002", "k00902"))[1:])
            if key == "k00002"
            else hashes(key)
        )
    report = at.deliver(place.target())
    assert (report.deleted, report.inserted) == (1, 1)
    assert place.contents() == place.expected(wanted)


def test_nothing_personal_and_no_secret_is_said_or_written_down(at, place):
    wanted = people(12)
    at.set(wanted)
    place.poison = {place.address("k00003")}
    place.script = ["500", "not json", "reset", "partial", "timeout+"]
    at.deliver(place.target())
    place.status = 400
    at.set({key: wanted[key] | {"orders_count": 55} for key in sorted(wanted)[2:]})
    sentences = list(at.said)
    try:
        at.deliver(place.target())
    except TekilError as problem:
        sentences.append(str(problem))
    written = []
    for table in ("state", "commands", "receipts", "dead_letters", "runs"):
        written += map(repr, at.rows(f"select * from ops.outbox_{table}"))
    text = "\n".join([*sentences, *written])
    for secret in ("posta", "Ayşe", "Brien", "zmir", "+90532", TOKEN, SECRET, "devtokenzq", "postgresql://"):
        assert secret not in text, f"{secret} was said"
