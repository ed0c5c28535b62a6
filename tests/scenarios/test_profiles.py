"""What the profile says of 200 small lives is what a judge in plain Python says, customer by customer and column by column (P1 to P4, P6, P8, P9, X1 to
X4, M3). The worlds are drawn from TEKIL_FUZZ_SEED; a fault names its world, its column and both answers.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from orchestration.lib.override import override
from orchestration.lib.settings import Settings
from tests.conftest import warehouse_environment
from tests.scenarios import behaviour
from tests.scenarios.profile_judge import Judge
from tests.scenarios.profile_worlds import CLOCK, SHARED, WORLDS, World, landing
from tests.support.project import ROOT, environment, land, run
from tests.support.tables import ALSO_PUBLIC, CONTRACT, compare, connect, differences, rows, snapshot

MODELS = ("--select", "+path:models/profiles", "+path:models/segments", "path:models/vault/identifiers.sql")
EVENTS = (
    "event_id event_name event_kind is_own_act channel source session_id product_id category search_term order_id checkout_step amount currency "
    "amount_base duration_seconds device_type city region country climate campaign store_id message_id timezone occurred_at occurred_at_local local_hour"
)
ORDERS = (
    "source order_id kind channel store_id device_type currency gross_amount refunded_amount net_amount net_amount_base items is_cancelled "
    "is_purchase ordered_at"
)
SESSIONS = "session_id channel campaign device_type city country events pages views searches carts checkouts orders started_at ended_at"
CHANNELS = (
    "channel consent_status sent_count viewed_count responded_count failed_count refused_count response_score contact_point_count "
    "working_contact_point_count is_reachable is_preferred is_best_reachable last_sent_at last_answered_at"
)
FRICTION = "device_type checkout_step sessions_reached_count sessions_left_count sessions_recovered_count sessions_ordered_count leave_rate abandonment_rate"


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [World(number) for number in range(WORLDS)]


def landed_in(env: dict[str, str], worlds: list[World]) -> dict[str, str]:
    for (source, table), found in landing(worlds).items():
        land(env, source, table, found)
    run(env, "orchestration.lib.load")
    return built(env)


def built(env: dict[str, str]) -> dict[str, str]:
    without = ("--exclude-resource-type", "test", "unit_test")
    run(env, "orchestration.lib.run_dbt", "build", *without, "--quiet", *MODELS)
    return env


@pytest.fixture(scope="module")
def warehouse(worlds, tmp_path_factory) -> dict[str, str]:
    return landed_in(environment(tmp_path_factory.mktemp("profiles"), TEKIL_LINKING="off"), worlds)


@pytest.fixture(scope="module")
def judge(worlds) -> Judge:
    return Judge({world.name: world.landed for world in worlds}, SHARED, CLOCK)


@pytest.fixture(scope="module")
def told(warehouse, worlds):
    """Asks a table for columns, with the world's name for the customer's id and the contact point for its key."""
    connection = connect(warehouse)
    cursor = connection.cursor()

    def ask(sql: str) -> list[tuple]:
        cursor.execute(sql)
        return cursor.fetchall()

    names = {
        customer: account.removeprefix("acc-")
        for account, customer in ask(
            "select record_id, customer_id from identity.record_map where source = 'shop' and table_name = 'customers'"
        )
    }
    assert len(names) == len(worlds), "every world is one customer"
    points = dict(ask("select identifier_key, identifier_value from staging.int_staging__identifiers_keyed"))

    def tell(table: str, columns, named: bool = True) -> list[tuple]:
        columns = columns.split() if isinstance(columns, str) else columns
        found = ask(f"select {'customer_id, ' if named else ''}{', '.join(columns)} from profiles.{table}")
        if named:
            found = [(names.get(row[0]), *row[1:]) for row in found]
        if "contact_key" in columns:
            place = columns.index("contact_key") + 1
            found = [(*row[:place], points[row[place]], *row[place + 1 :]) for row in found]
        return found

    yield tell
    connection.close()


def test_events(told, judge):
    compare(told("customer_events", EVENTS), judge.events(*EVENTS.split()), f"world {EVENTS}", 2)


def test_sessions(told, judge):
    compare(told("customer_sessions", SESSIONS), judge.sessions(), f"world {SESSIONS}", 2)


def test_orders_and_money(told, judge):
    compare(told("customer_orders", ORDERS), judge.orders(*ORDERS.split()), f"world {ORDERS}", 3)


def test_traits_and_what_lost(told, judge):
    winners = [row for person in judge.people.values() for row in person.traits]
    columns = "trait value source rule observed_at"
    compare(told("customer_traits", columns), winners, f"world {columns}", 2)
    losers = [
        (*row[:2], row[6], *row[2:6], *row[7:]) for person in judge.people.values() for row in person.losers
    ]
    columns = "trait place value source winning_source lost_by is_same_value observed_at"
    compare(told("customer_trait_losers", columns), losers, f"world {columns}", 3)
    assert len({row[6] for row in losers}) == 5, "every way to lose"


def test_consents(told, judge):
    columns = "contact_key channel purpose status recipient_type source effective_on effective_at"
    compare(told("contact_consents", columns), judge.contact_consents(), f"world {columns}", 4)
    # of two points refused at one moment either may be named: the key decides, which only the warehouse knows
    columns = "channel purpose status effective_at"
    found = [(row[0], *row[2:5], row[8]) for row in judge.customer_consents()]
    compare(told("customer_consents", columns), found, f"world {columns}", 3)
    columns = "purpose status decided_by effective_at"
    compare(told("customer_data_uses", columns), judge.data_uses(), f"world {columns}", 2)


def test_channels(told, judge):
    found = [
        (name, *(getattr(row, column) for column in CHANNELS.split()))
        for name, rows in judge.channels.items()
        for row in rows
    ]
    compare(told("customer_channels", CHANNELS), found, f"world {CHANNELS}", 2)
    assert {(row.is_reachable, row.is_preferred) for rows in judge.channels.values() for row in rows} >= {
        (True, True),
        (True, False),
        (False, True),
    }


def test_hours(told, judge):
    columns = "local_hour active_day_count act_count response_count"
    compare(told("customer_hours", columns), judge.hours(), f"world {columns}", 2)


def test_friction(told, judge):
    compare(told("checkout_friction", FRICTION, named=False), judge.friction(), FRICTION, 2)


def test_customers(told, judge, warehouse):
    said = {name: judge.customer(person) for name, person in judge.people.items()}
    columns = list(next(iter(said.values())))
    expected = [(name, *row.values()) for name, row in said.items()]
    compare(told("customers", columns), expected, ["world", *columns])
    for column in columns:
        assert column == "is_known" or len({row[column] for row in said.values()}) > 1, (
            f"{column} never differs"
        )


def test_a_column_of_the_profile_has_a_judge(told, judge, warehouse):
    """What this judge does not recompute, another does: rhythm, RFM and affinities below; ids and counts of the identity layer."""
    columns = {
        row[0]
        for row in rows(warehouse, "select column_name from information_schema.columns where table_schema = 'profiles' and table_name = 'customers'")
    }  # fmt: skip
    here = set(judge.customer(next(iter(judge.people.values()))))
    assert here <= columns
    elsewhere = {
        "mean_gap_days", "median_gap_days", "gap_deviation_days", "is_regular", "average_basket_items", "next_order_due_at", "rfm_cell",
        *(f"rfm_{part}_{kind}" for part in ("recency", "frequency", "monetary") for kind in ("score", "quintile")),
        "favourite_category", "favourite_brand", "disliked_category", "preferred_category",
    }  # fmt: skip
    identity = {"customer_id", "strict_customer_id", "wide_customer_id", "identifier_count"}
    assert columns - here == elsewhere | identity


def test_what_follows_from_events_and_orders(warehouse):
    """Events and orders are judged above; the judge of behaviour goes on from them (P4, P5, P6, G20)."""
    behaviour.assert_what_follows(warehouse, CLOCK)


# what tells when something was learned, and when it was built
LEDGERS = {"profiles.customer_history"}


def published(env: dict[str, str]) -> dict[str, list[tuple]]:
    tables = [
        table
        for table in (*CONTRACT, *ALSO_PUBLIC)
        if table.startswith(("profiles.", "segments.")) and table not in LEDGERS
    ]
    return snapshot(env, (*tables, "identity.identity_map", "identity.record_map"), without=("refreshed_at",))


def decide(env: dict[str, str], action: str, pair: tuple[str, str]) -> None:
    keys = rows(
        env,
        "select identifier_key from staging.int_staging__identifiers_keyed where identifier_type = 'account_id' "
        f"and identifier_value in ('acc-{pair[0]}', 'acc-{pair[1]}')",
    )
    override(Settings.from_environment(env, ROOT), action, keys[0][0], keys[1][0], "a test", "a test")


def test_merging_and_splitting_leaves_everything_as_it_was(warehouse, worlds, judge, tmp_path):
    """Two pairs are made one customer by hand, and two again: one by taking it back, one by a word against it (I7). Meanwhile the stricter
    consent holds (M3), and what both did stands in one profile.
    """
    shutil.copytree(Path(warehouse["TEKIL_DUCKDB_PATH"]).parent, tmp_path / "warehouse")
    env = warehouse | {"TEKIL_DUCKDB_PATH": str(tmp_path / "warehouse" / "test.duckdb")}
    before = published(env)

    def yes(person) -> set[tuple[str, str]]:
        return {key for key, (_, state) in person.consents.items() if state.status == "ONAY"}

    willing = [person for person in judge.people.values() if yes(person) and person.orders]
    pairs = []
    for one in willing:
        taken = {name for pair in pairs for name in pair}
        against = [
            other
            for other in judge.people.values()
            if other.name not in taken | {one.name}
            and other.orders
            and yes(one) & (other.consents.keys() - yes(other))
        ]
        if one.name not in taken and against:
            pairs.append((one.name, against[0].name))
    pairs = pairs[:2]

    for pair in pairs:
        decide(env, "include", pair)
    built(env)
    merged = published(env)
    customers = dict(
        rows(
            env,
            "select record_id, customer_id from identity.record_map where source = 'shop' and table_name = 'customers'",
        )
    )
    states = {
        row[:3]: row[3]
        for row in rows(env, "select customer_id, channel, purpose, status from profiles.customer_consents")
    }
    counts = dict(rows(env, "select customer_id, orders_count from profiles.customers"))
    for names in pairs:
        both = [judge.people[name] for name in names]
        ids = {customers[f"acc-{name}"] for name in names}
        assert len(ids) == 1
        customer = ids.pop()
        for key in {key for person in both for key in person.consents}:
            said = {person.consents[key][1].status for person in both if key in person.consents}
            assert states[customer, *key] == ("RET" if "RET" in said else "ONAY"), (names, key)
        assert counts[customer] == sum(order.is_purchase for person in both for order in person.orders)
    changed = {table for table in before if before[table] != merged[table]}
    assert {"profiles.customers", "profiles.customer_consents", "segments.segment_memberships"} <= changed

    decide(env, "withdraw", pairs[0])
    decide(env, "exclude", pairs[1])
    built(env)
    assert differences(before, published(env)) == []


@pytest.mark.fuzz
@pytest.mark.postgres
@pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="another 40 s of processor; `make fuzz` runs it")
def test_postgres_says_the_same_of_every_life(worlds, warehouse, tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("profiles-postgres")
    database = warehouse_environment("postgres", folder, request)
    postgres = {name: value for name, value in database.items() if name.startswith("TEKIL_PG_")}
    env = landed_in(environment(folder, "postgres", postgres, TEKIL_LINKING="off"), worlds)
    assert differences(published(warehouse), published(env)) == []
