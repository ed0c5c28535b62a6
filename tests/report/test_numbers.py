"""Every number of the report is counted again in plain Python, row by row, without a line of its SQL (G21, I12, X1, R1)."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import duckdb
import pytest

from orchestration.lib.publish import published_path

DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def facts(shop) -> SimpleNamespace:
    """The public tables as Python rows, and the clock that the tests set."""
    names = ["customers", "customer_orders", "customer_events", "customer_sessions"]
    wanted = {name: f"profiles.{name}" for name in names} | {
        "changes": "segments.segment_changes",
        "segments": "segments.segments",
        "memberships": "segments.segment_memberships",
    }
    with duckdb.connect(str(published_path(shop.settings)), read_only=True) as connection:
        tables = {}
        for name, table in wanted.items():
            cursor = connection.execute(f"select * from {table}")
            head = [column[0] for column in cursor.description]
            tables[name] = [dict(zip(head, row, strict=True)) for row in cursor.fetchall()]
    return SimpleNamespace(**tables, clock=shop.settings.as_of, zone=ZoneInfo(shop.settings.timezone))


def within(facts, moment: datetime.datetime, days: int) -> bool:
    return moment > facts.clock - days * DAY


def month_of(facts, moment: datetime.datetime) -> datetime.date:
    return moment.replace(tzinfo=datetime.UTC).astimezone(facts.zone).date().replace(day=1)


def members(facts, moment: datetime.datetime) -> dict[str, set[str]]:
    """Who was in which segment at a moment, by walking all changes up to it."""
    inside: dict[str, set[str]] = defaultdict(set)
    for change in sorted(facts.changes, key=lambda row: (row["changed_at"], row["change"] == "entered")):
        if change["changed_at"] <= moment:
            act = (
                inside[change["segment"]].add
                if change["change"] == "entered"
                else inside[change["segment"]].discard
            )
            act(change["customer_id"])
    return inside


def test_the_clock_is_the_clock(shop, facts):
    (clock,) = shop.answers["clock"]
    assert clock["as_of"] == facts.clock
    assert clock["refreshed_at"] == max(row["refreshed_at"] for row in facts.segments)


def test_headline(shop, facts):
    (n,) = shop.answers["headline"]
    known = [row for row in facts.customers if row["is_known"]]
    assert (n["known_customers"], n["anonymous_visitors"]) == (len(known), len(facts.customers) - len(known))
    assert n["active_customers"] == sum(
        row["last_active_at"] is not None and within(facts, row["last_active_at"], 30) for row in known
    )
    bought = Counter(row["customer_id"] for row in facts.customer_orders if row["is_purchase"])
    del bought[None]
    assert (n["buyers"], n["repeat_buyers"]) == (len(bought), sum(times > 1 for times in bought.values()))
    for name, first, last in (("30d", 30, 0), ("30d_before", 60, 30), ("365d", 365, 0)):
        there = [row for row in facts.customer_orders if within(facts, row["ordered_at"], first) and not (last and within(facts, row["ordered_at"], last))]  # fmt: skip
        assert n[f"orders_{name}"] == sum(row["is_purchase"] for row in there) > 0
        assert n[f"revenue_{name}"] == sum(row["net_amount_base"] or 0 for row in there)
        if name == "365d":
            assert n["purchase_revenue_365d"] == sum(row["net_amount_base"] or 0 for row in there if row["is_purchase"])  # fmt: skip
    carts = [row for row in facts.customer_sessions if row["carts"] and within(facts, row["started_at"], 30)]
    assert n["cart_sessions_30d"] == len(carts) > 0
    assert n["abandoned_cart_sessions_30d"] == sum(not row["orders"] for row in carts)


def test_revenue_by_month(shop, facts):
    orders, money = Counter(), Counter()
    for row in facts.customer_orders:
        orders[month_of(facts, row["ordered_at"])] += row["is_purchase"]
        money[month_of(facts, row["ordered_at"])] += row["net_amount_base"] or 0
    told = shop.answers["revenue"]
    assert [row["month"] for row in told][-1] == datetime.date(2026, 6, 1) and len(told) == 13
    for row in told:
        assert (row["orders"], row["revenue"]) == (orders[row["month"]], money[row["month"]])
    # the clock is midnight of 1 July in Istanbul: June is whole there, though not in UTC
    assert all(row["is_over"] for row in told)


def test_sizes_by_day(shop, facts):
    told = {(row["segment"], row["day"]): row["size"] for row in shop.answers["segment_sizes"]}
    last = max(day for _, day in told)
    names = [row["segment"] for row in facts.segments]
    assert len(told) == 365 * len(names)
    for row in facts.segments:
        assert told[row["segment"], last] == row["size"]
    for back in (0, 1, 29, 30, 180, 364):
        midnight = datetime.datetime.combine(last - back * DAY + DAY, datetime.time(), facts.zone)
        # the last moment of the day: who leaves at midnight sharp was in
        inside = members(
            facts, midnight.astimezone(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(microseconds=1)
        )
        for name in names:
            assert told[name, last - back * DAY] == len(inside[name]), (name, back)


def test_flow(shop, facts):
    cycle = {row["segment"] for row in facts.segments if row["requirement"] in ("G1", "G2", "G3", "G4", "G5")}
    then, now = (
        {name: people for name, people in members(facts, moment).items() if name in cycle}
        for moment in (facts.clock - 30 * DAY, facts.clock)
    )
    nobody_then, nobody_now = (set().union(*each.values()) for each in (then, now))
    expected = {}
    for one, were in then.items():
        for other, are in now.items():
            if were & are:
                expected[one, other] = (len(were & are), len((were & are) - then.get(other, set())), len(were))  # fmt: skip
        if were - nobody_now:
            expected[one, "none"] = (len(were - nobody_now), len(were - nobody_now), len(were))
    for other, are in now.items():
        if are - nobody_then:
            expected["none", other] = (len(are - nobody_then), len(are - nobody_then), None)
    told = {
        (row["segment"], row["now_segment"]): (row["customers"], row["newcomers"], row["size"])
        for row in shop.answers["segment_flow"]
    }
    assert told == expected and len(told) > 5


def test_cohorts(shop, facts):
    bought = defaultdict(set)
    for row in facts.customer_orders:
        if row["is_purchase"] and row["customer_id"]:
            bought[row["customer_id"]].add(month_of(facts, row["ordered_at"]))
    expected = Counter()
    for months in bought.values():
        first = min(months)
        for month in months:
            if first >= datetime.date(2025, 6, 1):
                expected[first, (month.year - first.year) * 12 + month.month - first.month] += 1
    told = {(row["month"], row["months_since"]): row["customers"] for row in shop.answers["cohorts"]}
    assert told == expected and len(told) > 20


def test_rfm(shop, facts):
    lines = defaultdict(list)
    for row in shop.answers["rfm_lines"]:
        lines[row["dimension"]].append(row["threshold"])
    assert [len(lines[name]) for name in ("recency", "frequency")] == [4, 4]
    people, spend = Counter(), Counter()
    for row in facts.customers:
        there = [order for order in facts.customer_orders if order["customer_id"] == row["customer_id"] and within(facts, order["ordered_at"], 365)]  # fmt: skip
        times = [order["ordered_at"] for order in there if order["is_purchase"]]
        if times:
            silent = (facts.clock - max(times)).days
            cell = (
                1 + sum(silent <= days for days in lines["recency"]),
                1 + sum(len(times) >= least for least in lines["frequency"]),
            )
            people[cell] += 1
            spend[cell] += sum(order["net_amount_base"] or 0 for order in there)
    told = {(row["recency_score"], row["frequency_score"]): row for row in shop.answers["rfm"]}
    assert {cell: row["customers"] for cell, row in told.items()} == people
    assert {cell: row["spend"] for cell, row in told.items()} == spend


def test_channels(shop, facts):
    known = {"web", "app", "kiosk", "tablet", "store", "email", "sms", "push", "whatsapp", "onsite", "call", "service", "social"}  # fmt: skip
    acts, orders, money = Counter(), Counter(), Counter()
    for row in facts.customer_events:
        if row["is_own_act"] and within(facts, row["occurred_at"], 90):
            acts[row["channel"] if row["channel"] in known else "other"] += 1
    for row in facts.customer_orders:
        if within(facts, row["ordered_at"], 90):
            name = row["channel"] if row["channel"] in known else "other"
            orders[name] += row["is_purchase"]
            money[name] += row["net_amount_base"] or 0
    told = {row["channel"]: (row["acts"], row["orders"], row["revenue"]) for row in shop.answers["channels"]}
    assert told == {name: (acts[name], orders[name], money[name]) for name in {*acts, *orders}}
    by_number = defaultdict(list)
    for row in facts.customers:
        if row["is_known"]:
            by_number[min(row["channel_count"], 4)].append(row)
    for row in shop.answers["channel_counts"]:
        people = by_number.pop(row["channels"])
        assert (row["customers"], row["orders"], row["spend"]) == (
            len(people),
            sum(person["orders_365d_count"] for person in people),
            sum(person["spend_365d_amount"] for person in people),
        )
    assert by_number == {}


def test_funnel(shop, facts):
    depth = {"view": 1, "cart": 2, "checkout": 3, "order": 4}
    device = {"mobile": "mobile", "ios": "mobile", "android": "mobile", "desktop": "desktop", "tablet": "tablet", "kiosk": "kiosk"}  # fmt: skip
    steps, devices = defaultdict(int), defaultdict(lambda: "unknown")
    for row in facts.customer_events:
        if row["session_id"] and within(facts, row["occurred_at"], 30):
            steps[row["session_id"]] = max(steps[row["session_id"]], depth.get(row["event_kind"], 0))
            if row["device_type"]:
                name = device.get(row["device_type"], "other")
                devices[row["session_id"]] = max(name, devices[row["session_id"]]) if row["session_id"] in devices else name  # fmt: skip
    expected = defaultdict(lambda: [0] * 5)
    for session, step in steps.items():
        for reached in range(step + 1):
            expected[devices[session]][reached] += 1
    told = {
        row["device"]: [row[name] for name in ("visits", "viewed", "put_in_cart", "checked_out", "ordered")]
        for row in shop.answers["funnel"]
    }
    assert told == expected and len(told) > 2


def test_overlap_and_dial(shop, facts):
    inside = defaultdict(set)
    for row in facts.memberships:
        inside[row["segment"]].add(row["customer_id"])
    for row in shop.answers["segment_overlap"]:
        one, other = inside[row["segment"]], inside[row["other_segment"]]
        assert row["customers"] == len(one & other)
        exact = Decimal(len(one & other)) / (len(one | other) or 1)
        assert abs(row["jaccard"] - exact) <= Decimal("0.00005")
    (dial,) = shop.answers["readiness"]
    assert dial["customers"] == sum(row["is_known"] for row in facts.customers)
    assert dial["is_ready"] == (dial["share"] >= dial["threshold"])


def test_loads_are_conserved(shop):
    for row in shop.answers["loads"]:
        assert row["rows_read"] == row["rows_loaded"] + row["rows_replaced"] + row["rows_quarantined"]
    assert {"tracker", "shop", "pos"} <= {row["source"] for row in shop.answers["loads"]}
