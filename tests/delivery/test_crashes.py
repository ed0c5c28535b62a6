"""A process that dies at any moment, and servers that fail at random: the destination ends as the sync model all the same (A9).

A crash is injected before any statement to the warehouse and before and after any request: so before sending, after sending and
before the acknowledgement, after the acknowledgement and before the state, and inside every transaction between.
"""

from __future__ import annotations

import os
import random

import pytest

from orchestration.lib.errors import TekilError
from tests.delivery.fakes import FAULTS, PLACES
from tests.delivery.world import TABLES, World, people, person

CRASHES, SCRIPTS = 300, 1_000
SLICE = 24
KINDS = ("webhook", "braze", "messaging", "mailchimp", "google_ads", "meta_ads")


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


class Fuse:
    """Blows at the n-th step."""

    def __init__(self):
        self.left = 0

    def step(self) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                raise Crash


@pytest.fixture(scope="module")
def shared():
    """One warehouse for all stories, emptied between them."""
    world = World()
    yield world
    world.close()


def fresh(world: World, place) -> World:
    world.address, world.gate, world.said = place.address, None, []
    tables = [
        *TABLES,
        *(f"ops.outbox_{name}" for name in ("state", "commands", "receipts", "dead_letters", "runs")),
    ]
    existing = world.warehouse.existing_columns(("ops", "raw", "profiles", "identity", "vault", "activation"))
    for table in (*tables, "raw.outbox_addresses"):
        if table in existing and table != "raw.identifier_salt":
            world.warehouse.execute(f"delete from {table}")
    return world


def mutated(dice: random.Random, rows: dict[str, dict]) -> dict[str, dict]:
    """Some rows gone, some changed, some back, some new."""
    changed = {key: fields for key, fields in rows.items() if dice.random() < 0.8}
    for key in list(changed):
        if dice.random() < 0.3:
            changed[key] = person(dice)
    for number in range(dice.randrange(4)):
        changed[f"k{dice.randrange(16):05d}"] = person(dice)
        changed[f"k{50 + number:05d}"] = person(dice)
    return changed


def deliver_until_done(world: World, place) -> None:
    """Runs as a schedule makes them, until nothing is left to do."""
    for _ in range(12):
        try:
            if world.deliver(place.target()).pending == 0:
                return
        except TekilError:
            continue
    raise AssertionError("twelve runs did not deliver everything")


def crash_story(world: World, seed: int) -> None:
    dice = random.Random(seed)
    place = PLACES[KINDS[seed % len(KINDS)]]()
    place.latency = dice.choice([0.0, 0.02])
    fresh(world, place)
    rows = people(12, seed)
    world.set(rows)
    if dice.random() < 0.7:
        world.deliver(place.target())
        rows = mutated(dice, rows)
        world.set(rows)
    fuse = Fuse()
    execute = world.warehouse.execute

    def executed(sql, parameters=()):
        fuse.step()
        execute(sql, parameters)

    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        target = place.target()
        send = target.send

        async def sent(batch, send=send):
            fuse.step()
            answers = await send(batch)
            fuse.step()
            return answers

        target.send = sent
        fuse.left = dice.randrange(1, 60)
        world.warehouse.execute = executed
        try:
            world.deliver(target)
        except Crash:
            pass
        finally:
            del world.warehouse.execute
            fuse.left = 0
        if dice.random() < 0.5:
            rows = mutated(dice, rows)
            world.set(rows)
    deliver_until_done(world, place)
    assert place.contents() == place.expected(rows), f"seed {seed}"
    before = len(place.carried)
    assert world.deliver(place.target()).sent == 0 and len(place.carried) == before, (
        f"seed {seed}: sent again"
    )
    assert world.rows("select count(*) from ops.outbox_dead_letters") == [(0,)]


def fault_story(world: World, seed: int) -> None:
    dice = random.Random(seed)
    place = PLACES[KINDS[seed % len(KINDS)]]()
    fresh(world, place)
    rows = people(14, seed)
    for turn in range(dice.randrange(1, 4)):
        rows = rows if turn == 0 else mutated(dice, rows)
        world.set(rows)
        place.poison |= {place.address(key) for key in rows if dice.random() < 0.06}
        place.script = [dice.choice(FAULTS) if dice.random() < 0.35 else "" for _ in range(30)]
        deliver_until_done(world, place)
        dead = {
            place.address(key)
            for (key,) in world.rows(
                "select row_key from ops.outbox_dead_letters where operation <> 'delete'"
            )
        }
        assert dead <= place.poison, f"seed {seed}: a good row is dead"
        held, wanted = place.contents(), place.expected(rows)
        assert [key for key in wanted if held.get(key) != wanted[key]] == [], f"seed {seed}"
    place.poison, place.script = set(), []
    world.deliver(place.target(), replay=True)
    assert place.contents() == place.expected(rows), f"seed {seed}"
    before = len(place.carried)
    assert world.deliver(place.target()).sent == 0 and len(place.carried) == before, (
        f"seed {seed}: sent again"
    )


@pytest.mark.parametrize("seed", range(SLICE))
def test_a_crash_loses_and_doubles_nothing(shared, seed):
    crash_story(shared, seed)


@pytest.mark.parametrize("seed", range(SLICE))
def test_random_faults_lose_and_double_nothing(shared, seed):
    fault_story(shared, seed)


@pytest.mark.fuzz
@pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz")
def test_every_crash_loses_and_doubles_nothing(shared):
    for seed in range(SLICE, CRASHES):
        crash_story(shared, seed)


@pytest.mark.fuzz
@pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz")
def test_every_script_of_faults_loses_and_doubles_nothing(shared):
    for seed in range(SLICE, SCRIPTS):
        fault_story(shared, seed)
