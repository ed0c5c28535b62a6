"""Real data that no one here wrote, through a whole build with every data test: nothing lost, every order's money there (S2, S3, S11).

Recency, frequency and money of every buyer are what pandas computes from the raw files, and so are order facts (P3, P6); who is in which segment
is what the plain judge of segments reads from them (G1 to G16, G19, G20), and every number of the profile what the judges of profiles read (P1 to P9).
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import pandas
import pytest

from tests.scenarios import behaviour, profile_judge
from tests.scenarios.segment_judge import Judge, Landed, Order, moment, seed, understand
from tests.support.project import ROOT, SHARED_DATA, build, environment
from tests.support.tables import compare, rows

pytestmark = pytest.mark.shared_data

# the clock of a landing whose RFM is computed too: soon after its last row
ENDS = {"landing_retail": "2011-07-01T00:00:00Z", "landing_grocery": "2018-01-02T00:00:00Z"}


def landed(name: str, table: str) -> Iterator[dict[str, str]]:
    for path in sorted((SHARED_DATA / name / table).glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def money(found: Iterator[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in found), Decimal(0))


@pytest.mark.parametrize("name", ["landing_retail", "landing_saas", "landing_grocery", "landing_web"])
def test_a_real_landing_builds_and_loses_nothing(name, tmp_path):
    if not (SHARED_DATA / name).exists():
        pytest.skip(f"{name} is not beside the project")
    env = environment(
        tmp_path, TEKIL_LANDING=str(SHARED_DATA / name), TEKIL_AS_OF=ENDS.get(name, "2026-11-22T00:00:00Z")
    )
    build(env)
    counts = rows(
        env,
        "select sum(rows_read), sum(rows_loaded) + sum(rows_replaced) + sum(rows_quarantined), sum(rows_quarantined) from ops.row_counts",
    )[0]
    assert counts[0] == counts[1] > 0 and counts[2] == 0
    orders, receipts = list(landed(name, "shop/orders")), list(landed(name, "pos/receipts"))
    assert rows(env, "select count(*) from profiles.customer_orders") == [(len(orders) + len(receipts),)]
    told = rows(
        env,
        "select coalesce(sum(gross_amount), 0), coalesce(sum(refunded_amount), 0) from profiles.customer_orders",
    )[0]
    sales = [row for row in receipts if row["kind"] != "return"]
    returns = [row for row in receipts if row["kind"] == "return"]
    gross = money(iter(orders), "total_price") + money(iter(sales), "total_amount")
    given_back = money(landed(name, "shop/refunds"), "amount") + sum(
        (abs(Decimal(row["total_amount"])) for row in returns), Decimal(0)
    )
    assert told == (gross, given_back)
    if name == "landing_retail":
        assert gross - given_back == Decimal("4397950.76")
    if name in ENDS:
        assert_rfm_is_what_pandas_says(env, name)
    if name == "landing_retail":
        lives = lives_of(env, name)
        assert_every_segment_is_what_the_judge_says(env, name, lives)
        assert_every_number_is_what_the_judge_says(env, name, lives)
        behaviour.assert_what_follows(env, moment(ENDS[name]))


def assert_every_segment_is_what_the_judge_says(
    env: dict[str, str], name: str, lives: dict[str, Landed]
) -> None:
    """Who is in which segment, and for which value, of everybody, from the files alone; identity is taken as it is (G1 to G16, G19, G20)."""
    now, judge, members = moment(ENDS[name]), Judge(), set()
    for customer, life in lives.items():
        members |= {(customer, *member) for member in judge.members(understand(life, now), now)}
    assert {(customer, segment) for customer, segment, _ in members} == set(
        rows(env, "select customer_id, segment from segments.segment_memberships")
    )
    assert {member for member in members if member[2]} == set(
        rows(env, "select customer_id, segment, value from segments.segment_values")
    )
    # gender is named nowhere in these files
    assert len({segment for _, segment, _ in members}) > 30


class Told(dict):
    """A landed row: what a file leaves out or leaves empty is not told."""

    def __init__(self, row: dict[str, str]) -> None:
        super().__init__({name: value for name, value in row.items() if value})

    def __missing__(self, name: str) -> None:
        return None


def assert_every_number_is_what_the_judge_says(
    env: dict[str, str], name: str, told: dict[str, Landed]
) -> None:
    """Every column of everybody's profile that one person's rows decide, from the files alone; identity is taken as it is (P1 to P4, P8, P9, X1 to X3)."""
    lives = {
        customer: defaultdict(list, {table: [Told(row) for row in found] for table, found in life.items()})
        for customer, life in told.items()
    }
    shared = defaultdict(list)
    for source, table in (("shop", "products"), ("pos", "stores")):
        shared[source, table] = [Told(in_codes(row)) for row in landed(name, f"{source}/{table}")]
    judge = profile_judge.Judge(lives, shared, moment(ENDS[name]))
    said = {customer: judge.customer(person) for customer, person in judge.people.items()}
    # of a customer without an account nobody says in the files since when they are known
    columns = [column for column in next(iter(said.values())) if column not in ("first_seen_at", "is_known")]
    found = rows(env, f"select customer_id, {', '.join(columns)} from profiles.customers")
    compare(
        found,
        [(customer, *(row[column] for column in columns)) for customer, row in said.items()],
        ["customer_id", *columns],
    )
    assert len(said) > 900 and len(columns) > 80


def in_codes(row: dict[str, str]) -> dict[str, str]:
    """The row with countries as codes, as the judges read them."""
    codes = {"United Kingdom": "GB", "Ireland": "IE", "Germany": "DE", "France": "FR"}
    for country in ("country", "default_address_country"):
        if row.get(country):
            row[country] = codes[row[country]]
    return row


def lives_of(env: dict[str, str], name: str) -> dict[str, Landed]:
    """The landed rows of each customer, as the judge reads them."""
    customer_of = {
        (source, table, record): customer
        for source, table, record, customer in rows(
            env, "select source, table_name, record_id, customer_id from identity.record_map"
        )
    }
    buyer_of = buyers(env)
    products = list(landed(name, "shop/products"))
    # of each table whose rows are a customer's own: the column of the record, or of the order, that it belongs to
    record_columns = {
        ("shop", "customers"): "id",
        ("crm", "contacts"): "contact_id",
        ("zendesk", "users"): "id",
    }
    order_columns = {
        ("shop", "orders"): "id",
        ("shop", "order_lines"): "order_id",
        ("shop", "refunds"): "order_id",
        ("pos", "receipts"): "receipt_id",
        ("pos", "receipt_lines"): "receipt_id",
    }
    lives: dict[str, Landed] = defaultdict(lambda: defaultdict(list, {("shop", "products"): products}))
    for (source, table), column in (record_columns | order_columns).items():
        for row in map(in_codes, landed(name, f"{source}/{table}")):
            if (source, table) in record_columns:
                customer = customer_of[source, table, row[column]]
            else:
                customer = buyer_of.get((source, row[column]))
            if customer:
                lives[customer][source, table].append(row)
    return lives


def buyers(env: dict[str, str]) -> dict[tuple[str, str], str | None]:
    """Whose each order or receipt is; identity is taken as it is."""
    return {
        (source, order): customer
        for source, order, customer in rows(
            env, "select source, order_id, customer_id from profiles.customer_orders"
        )
    }


def assert_rfm_is_what_pandas_says(env: dict[str, str], name: str) -> None:
    """Every buyer's recency, frequency and money, and so every order's base amount, from the files alone; identity alone is taken as it is."""
    as_of = pandas.Timestamp(ENDS[name]).tz_localize(None)
    heads = [
        (("shop", row["id"]), row["created_at"], row["currency"], True, Decimal(row["total_price"]))
        for row in landed(name, "shop/orders")
    ]
    given_back: dict[str, Decimal] = {}
    for row in landed(name, "shop/refunds"):
        given_back[row["order_id"]] = given_back.get(row["order_id"], Decimal(0)) + Decimal(row["amount"])
    heads = [
        (key, at, currency, True, total - given_back.get(key[1], Decimal(0)))
        for key, at, currency, _, total in heads
    ]
    for row in landed(name, "pos/receipts"):
        is_sale, total = row["kind"] != "return", Decimal(row["total_amount"])
        net = total if is_sale else -abs(total)
        heads.append((("pos", row["receipt_id"]), row["occurred_at"], row["currency"], is_sale, net))
    orders = pandas.DataFrame(heads, columns=["order", "at", "currency", "is_sale", "net"])
    orders["customer"] = orders["order"].map(buyers(env))
    orders["at"] = pandas.to_datetime(orders["at"]).dt.tz_localize(None)
    orders["day"] = orders["at"].dt.normalize()
    orders = orders.dropna(subset="customer").sort_values("day")

    rates = pandas.read_csv(ROOT / "seeds" / "rules" / "currency_rates.csv", dtype=str)
    rates["day"] = pandas.to_datetime(rates["valid_from"])
    priced = pandas.merge_asof(orders, rates.sort_values("day"), on="day", by="currency")
    assert not priced["rate"].isna().any()
    priced["base"] = [
        (net * Decimal(rate)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        for net, rate in zip(priced["net"], priced["rate"], strict=True)
    ]
    sales = priced[priced["is_sale"]]
    window = priced[priced["at"] > as_of - pandas.Timedelta(days=365)]
    recency = (as_of - sales.groupby("customer")["at"].max()).dt.days
    frequency = window[window["is_sale"]].groupby("customer").size()
    money = window.groupby("customer")["base"].sum()
    expected = {
        (customer, days, int(frequency.get(customer, 0)), Decimal(money.get(customer, 0)).normalize() + 0)
        for customer, days in recency.items()
    }
    assert len(expected) > 900
    found = rows(
        env, "select customer_id, recency_days, frequency_count, monetary_amount from profiles.customer_rfm"
    )
    assert set(found) == expected
    assert rows(
        env,
        "select count(*) from profiles.customers join profiles.customer_rfm using (customer_id) "
        "where days_since_last_order_count <> recency_days or orders_365d_count <> frequency_count or spend_365d_amount <> monetary_amount",
    ) == [(0,)]
    assert_purchases_are_what_the_judge_says(env, priced, as_of)


def assert_purchases_are_what_the_judge_says(
    env: dict[str, str], priced: pandas.DataFrame, as_of: pandas.Timestamp
) -> None:
    """Order facts of every buyer, and who is in which segment that purchases alone decide."""
    judge, now = Judge(), as_of.to_pydatetime()
    facts, members = set(), set()
    for customer, found in priced.rename(columns={"at": "moment"}).groupby("customer"):
        orders = sorted(
            (
                Order(
                    row.moment.to_pydatetime(),
                    row.is_sale,
                    False,
                    row.order[0] == "pos",
                    row.base,
                    frozenset(),
                    {},
                )
                for row in found.itertuples()
            ),
            key=lambda order: order.at,
        )
        bought = [order for order in orders if order.is_purchase]
        kept = sum((order.net for order in orders), Decimal(0))
        spent = sum((order.net for order in bought), Decimal(0))
        average = (
            (spent / len(bought)).quantize(Decimal("0.0001"), ROUND_HALF_UP).normalize() + 0
            if bought
            else None
        )
        times = [order.at.isoformat(sep=" ") for order in bought]
        channels = {order.in_store for order in bought}
        facts.add(
            (
                customer,
                len(bought),
                kept.normalize() + 0,
                average,
                min(times, default=None),
                max(times, default=None),
                True in channels,
                False in channels,
            )
        )
        said = judge.lifecycle(bought, now) | judge.money(orders, now)
        members |= {(customer, segment) for segment, _ in said}
    columns = (
        "customer_id, orders_count, lifetime_value_amount, average_basket_amount, first_ordered_at, last_ordered_at, "
        "has_bought_in_store, has_bought_online"
    )
    buyers = {fact[0] for fact in facts}
    assert {
        row for row in rows(env, f"select {columns} from profiles.customers") if row[0] in buyers
    } == facts
    decided = {
        row["segment"]
        for row in seed("segment_definitions")
        if row["requirement"] in ("G1", "G2", "G3", "G4", "G5", "G12", "G16", "G20")
        and row["segment"] != "prefers_category"
    }
    found = set(rows(env, "select customer_id, segment from segments.segment_memberships"))
    assert {row for row in found if row[1] in decided} == members
    assert len({segment for _, segment in members}) > 10
