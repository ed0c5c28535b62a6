"""What the profile says of behaviour is what a judge in plain Python says (P4, P5, P6, P10, G20), and any past day can be told again (P11, G22).

One warehouse, three builds: a past day; ten days later, with rows that came late; and, on a copy, the past day again with what was known then.
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

import sample
from tests.scenarios.behaviour import Judge, told
from tests.support.project import build_models, environment, land
from tests.support.tables import ALSO_PUBLIC, CONTRACT, rows, snapshot

END = datetime(2026, 6, 30, 21)
BEFORE = END - timedelta(days=10)
# ledgers, and what measures them, tell when things were learned
LEDGERS = {
    "identity.identity_changes",
    "identity.identity_aliases",
    "identity.identity_plausibility",
    "profiles.customer_history",
}
REMEMBERED = "customer_id city favourite_category rfm_cell orders_count lifetime_value_amount is_regular last_ordered_at"


def published(env: dict[str, str]) -> dict[str, list[tuple]]:
    """Every public table but the ledgers, and but the time of the load."""
    tables = [table for table in (*CONTRACT, *ALSO_PUBLIC) if table not in LEDGERS]
    return snapshot(env, tables=tables, without=("refreshed_at",))


def said_on(env: dict[str, str], day: datetime) -> list[tuple]:
    """What the history says the profile said."""
    return sorted(
        rows(
            env,
            f"select {', '.join(REMEMBERED.split())} from profiles.customer_history "
            f"where valid_from <= timestamp '{day}' and (valid_to is null or valid_to > timestamp '{day}')",
        ),
        key=repr,
    )


def profile(env: dict[str, str]) -> list[tuple]:
    return sorted(rows(env, f"select {', '.join(REMEMBERED.split())} from profiles.customers"), key=repr)


@pytest.fixture(scope="module")
def days(tmp_path_factory) -> SimpleNamespace:
    """The three builds, and what each of them published."""
    folder = tmp_path_factory.mktemp("behaviour")
    env = environment(folder, TEKIL_AS_OF=f"{BEFORE.isoformat()}Z")
    sample.generate(folder / "landing", 5, 120, 240)
    build_models(env)
    before = SimpleNamespace(tables=published(env), profile=profile(env))

    # ten days later rows arrive that tell of the time before: a sale nobody had sent, and a contact that joins two customers
    joined = rows(
        env,
        "select identifier_type, customer_id, identifier_value from vault.identifiers "
        "join identity.identity_map using (identifier_key, identifier_type) "
        "where identifier_type in ('email', 'phone') and is_known_person order by identifier_value",
    )
    (_, one, email) = next(row for row in joined if row[0] == "email")
    phone = next(row[2] for row in joined if row[0] == "phone" and row[1] != one)
    at = "2026-06-01T09:00:00Z"
    contact = {"contact_id": "LATE", "email": email, "phone": phone, "created_at": at, "updated_at": at}
    sale = {
        "receipt_id": "LATE",
        "occurred_at": "2026-06-02T09:00:00Z",
        "kind": "sale",
        "email": email,
        "currency": "TRY",
        "total_amount": 1234.5,
    }
    land(env, "crm", "contacts", [contact], "late")
    land(env, "pos", "receipts", [sale], "late")
    env["TEKIL_AS_OF"] = f"{END.isoformat()}Z"
    build_models(env)
    after = SimpleNamespace(tables=published(env), profile=profile(env))

    copy = folder / "copy" / "test.duckdb"
    shutil.copytree(folder / "warehouse", copy.parent)
    again = env | {
        "TEKIL_DUCKDB_PATH": str(copy),
        "TEKIL_AS_OF": f"{BEFORE.isoformat()}Z",
        "TEKIL_KNOWN_AT": f"{BEFORE.isoformat()}Z",
    }
    build_models(again)
    return SimpleNamespace(env=env, again=again, before=before, after=after)


@pytest.fixture(scope="module")
def judge(days) -> Judge:
    return Judge(days.env, END)


def test_views_of_a_product(days, judge):
    columns = (
        "customer_id product_id view_count views_1d_count views_7d_count views_30d_count views_90d_count views_365d_count "
        "recent_online_view_count is_repeated_view duration_seconds last_viewed_at"
    )
    found = set(rows(days.env, f"select {', '.join(columns.split())} from profiles.customer_product_views"))
    assert found == judge.views()
    assert any(row[9] for row in found) and any(not row[9] for row in found)


def test_affinities(days, judge):
    said = {}
    for row in told(
        days.env,
        "customer_id kind value stance score share rank",
        "profiles.customer_affinities order by rank",
    ):
        said.setdefault((row.customer_id, row.kind), []).append((row.value, row.stance, row.score, row.share))
    assert said == judge.affinities()
    stances = {value[1] for values in said.values() for value in values}
    assert stances == {"like", "neutral", "dislike"}
    likes = {key: values[0][0] for key, values in said.items() if values[0][1] == "like"}
    for customer, category, brand in rows(
        days.env, "select customer_id, favourite_category, favourite_brand from profiles.customers"
    ):
        assert category == likes.get((customer, "category"))
        assert brand == likes.get((customer, "brand"))


def test_rhythm(days, judge):
    columns = "customer_id mean_gap_days median_gap_days gap_deviation_days is_regular average_basket_items next_order_due_at"
    found = set(
        rows(
            days.env,
            f"select {', '.join(columns.split())} from profiles.customers where orders_count > 0",
        )
    )
    assert found == judge.rhythms()
    assert any(row[4] for row in found)


def test_rfm(days, judge):
    columns = (
        "customer_id recency_days frequency_count monetary_amount recency_score frequency_score monetary_score rfm_cell "
        "recency_quintile frequency_quintile monetary_quintile"
    )
    found = set(rows(days.env, f"select {', '.join(columns.split())} from profiles.customer_rfm"))
    assert found == judge.rfm()
    assert {row[4] for row in found} == {1, 2, 3, 4, 5}


def test_products_that_go_together(days, judge):
    said = {}
    for row in told(
        days.env,
        "kind product_id other_product_id basket_count support confidence lift",
        "profiles.product_associations order by rank",
    ):
        said.setdefault((row.kind, row.product_id), []).append(
            (row.other_product_id, row.basket_count, row.support, row.confidence, row.lift)
        )
    assert said == judge.associations()
    assert {kind for kind, _ in said} == {"bought_together", "viewed_together"}


def test_alternatives_of_what_is_out_of_stock(days, judge):
    said = {}
    for product, other in rows(
        days.env,
        "select product_id, alternative_product_id from profiles.product_alternatives order by rank",
    ):
        said.setdefault(product, []).append(other)
    assert said == judge.alternatives() != {}


def test_recommendations(days, judge):
    said = {}
    for row in told(
        days.env,
        "customer_id product_id reason score",
        "profiles.customer_recommendations order by rank",
    ):
        said.setdefault(row.customer_id, []).append((row.product_id, row.reason, row.score))
    assert said == judge.recommendations()
    assert {entry[1] for found in said.values() for entry in found} == {"bought", "cart", "popular", "viewed"}


def test_the_history_says_what_was_published_on_each_day(days):
    assert said_on(days.env, BEFORE) == days.before.profile
    assert said_on(days.env, END) == days.after.profile
    assert days.before.profile != days.after.profile
    assert said_on(days.env, BEFORE - timedelta(seconds=1)) == []


def test_a_version_is_written_only_where_something_changed(days):
    """A customer whose attributes stood still has one version; one that was merged away has none that lasts."""
    before, after = ({row[0]: row for row in day.profile} for day in (days.before, days.after))
    still = {customer for customer in before if before[customer] == after.get(customer)}
    versions = dict(
        rows(days.env, "select customer_id, count(*) from profiles.customer_history group by customer_id")
    )
    assert len(still) > 50
    # attributes beside those compared here may have changed, so nearly all
    assert sum(versions[customer] == 1 for customer in still) >= 0.95 * len(still)
    gone = set(before) - set(after)
    assert gone
    lasting = {
        row[0] for row in rows(days.env, "select customer_id from profiles.customer_history where is_current")
    }
    assert lasting == set(after)


def test_a_past_day_with_what_was_known_then_is_what_was_published_then(days):
    again = published(days.again)
    assert [table for table in again if again[table] != days.before.tables[table]] == []
    assert days.before.tables["profiles.customer_orders"] != days.after.tables["profiles.customer_orders"]


def test_a_question_about_the_past_leaves_the_history(days):
    query = (
        "select customer_id, content_hash, valid_from, valid_to from profiles.customer_history order by 1, 3"
    )
    assert rows(days.again, query) == rows(days.env, query)
