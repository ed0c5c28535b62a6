"""Each guard is needed: without it, two people of a small life become one (I3, I4).

A life is played twice on the models in memory, with the house's rules and with one of them taken away, as an editor of the
seeds could do. With it the two are two customers; without it they are one.
"""

from __future__ import annotations

import pytest

from tests.scenarios.memory import Memory
from tests.scenarios.stories import Story
from tests.scenarios.worlds import play

LIMITS = "delete from identifier_limits where "
# guard: (what to take away, two people, and what the life is)
GUARDS = {
    "denylist: an address that is typed to get past a form": (
        "delete from identifier_denylist where value = 'asd@asd.com'",
        ("a:1", "a:2"),
        "account 1 e:=asd@asd.com\naccount 2 e:=asd@asd.com",
    ),
    "denylist: a pattern": (
        "delete from identifier_denylist where match = 'pattern' and identifier_type = 'email'",
        ("a:1", "a:2"),
        "account 1 e:=no-reply@shop.com.tr\naccount 2 e:=no-reply@shop.com.tr",
    ),
    "bad value: a number of two given names": (
        LIMITS + "counted = 'given_name' and identifier_type = 'phone'",
        ("r:1", "r:2"),
        "contact 1 p:1 name=Ayse\ncontact 2 p:1 name=Bora",
    ),
    "bad value: a family's address": (
        LIMITS + "counted = 'given_name' and identifier_type = 'email'",
        ("r:1", "r:2"),
        "contact 1 e:home name=Ayse\ncontact 2 e:home name=Bora",
    ),
    "bad value: a lent card": (
        LIMITS + "counted = 'given_name' and identifier_type = 'loyalty_card'",
        ("r:1", "r:2"),
        "contact 1 c:1 name=Ayse\ncontact 2 c:1 name=Bora",
    ),
    "limit: a device of two accounts": (
        LIMITS + "identifier_type = 'device_id' and counted = 'account_id'",
        ("a:1", "a:2"),
        "call k:1 d:1 a:1\ncall k:2 d:1 a:2",
    ),
    "limit: a cookie of two accounts": (
        LIMITS + "identifier_type = 'anonymous_id' and counted = 'account_id'",
        ("a:1", "a:2"),
        "call k:1 a:1\ncall k:1 a:2",
    ),
    "limit: a household's payment card": (
        LIMITS + "identifier_type = 'payment_token' and counted = 'loyalty_card'",
        ("c:1", "c:2"),
        "receipt c:1 y:1\nreceipt c:2 y:1",
    ),
    "limit in a window: a kiosk": (
        LIMITS + "time_window = 'year'",
        ("k:0", "k:12"),
        "\n".join(f"call k:{n} d:1 at=2026-03-{n + 1:02}" for n in range(13)),
    ),
    "limit in a window: staff type one number": (
        LIMITS + "time_window = 'week' and identifier_type = 'phone'",
        ("k:0", "k:15"),
        "\n".join(f"call k:{n} p:1 at=2026-03-01T{n:02}:00" for n in range(16)),
    ),
    "limit in a window: staff type one number, more slowly": (
        LIMITS + "time_window = 'month' and identifier_type = 'phone'",
        ("k:0", "k:30"),
        "\n".join(f"call k:{n} p:1 at=2026-03-{n // 2 + 1:02}T{n % 2:02}:00" for n in range(31)),
    ),
    "unique: two birth dates": (
        "update int_staging__evidence_unioned set birth_date = null",
        ("r:1", "r:2"),
        "contact 1 e:home name=Mehmet born=1958-03-04\ncontact 2 e:home name=Mehmet born=1987-09-21",
    ),
    "max_per_customer: a fourth account": (
        "update identifier_types set max_per_customer = null",
        ("a:1", "a:4"),
        "\n".join(["order a:1 e:1\norder a:2 e:1\norder a:2 e:2\norder a:3 e:2\norder a:3 e:3"] * 2 + ["order a:4 e:3"]),
    ),
    "exclude: kept apart by hand": (
        "delete from ops.identity_overrides where action = 'exclude'",
        ("a:1", "r:1"),
        "account 1 e:ada\ncontact 1 e:ada\nexclude a:1 r:1 at=2026-06-01",
    ),
    "exclude: newer than an include": (
        "delete from ops.identity_overrides where action = 'exclude'",
        ("a:1", "a:2"),
        "account 1\naccount 2\ninclude a:1 a:2 at=2026-06-01\nexclude a:1 a:2 at=2026-06-02",
    ),
}  # fmt: skip


class Careless(Memory):
    """A warehouse from which a rule is taken away before it is built."""

    def __init__(self, taken_away: str = "") -> None:
        super().__init__()
        self.taken_away = taken_away

    def run_model(self, name: str) -> None:
        if self.taken_away:
            self.connection.execute(self.taken_away)
        super().run_model(name)


def customers(life: str, taken_away: str = "") -> dict[str, str]:
    """Who has which customer after the life, by identifier."""
    story = Story("life", "", [(life, None)], number=900)
    found: dict = {}
    play(
        {"life": story.steps()},
        Careless(taken_away),
        after=lambda _, lives, tables: found.update(lives["life"].ids),
    )
    return {short: found[story.identifier(short)] for short in told(life) if story.identifier(short) in found}


def told(life: str) -> set[str]:
    """Every identifier that the life names, the own keys of its records too."""
    words = [line.split() for line in life.splitlines()]
    own = {
        f"{'r' if line[0] == 'contact' else 'a'}:{line[1]}"
        for line in words
        if line[0] in ("contact", "account")
    }
    return own | {
        word
        for line in words
        for word in line[1:]
        if ":" in word and "at=" not in word and "born=" not in word
    }


@pytest.mark.parametrize("guard", GUARDS)
def test_without_it_two_people_are_one(guard):
    taken_away, (one, other), life = GUARDS[guard]
    kept, lost = customers(life), customers(life, taken_away)
    assert kept[one] != kept[other], "with the guard they are two"
    assert lost[one] == lost[other], (
        "without it they are one: something else keeps them apart, so this life proves nothing"
    )


def test_without_include_nothing_joins_them():
    life = "account 1\nreceipt c:1\ninclude a:1 c:1 at=2026-06-01"
    kept = customers(life)
    lost = customers(life, "delete from ops.identity_overrides where action = 'include'")
    assert kept["a:1"] == kept["c:1"]
    assert lost["a:1"] != lost["c:1"]


def test_without_withdraw_a_decision_is_for_ever():
    life = "account 1 e:ada\ncontact 1 e:ada\nexclude a:1 r:1 at=2026-06-01\nwithdraw a:1 r:1 at=2026-06-02"
    kept = customers(life)
    lost = customers(life, "delete from ops.identity_overrides where action = 'withdraw'")
    assert kept["a:1"] == kept["r:1"]
    assert lost["a:1"] != lost["r:1"]
