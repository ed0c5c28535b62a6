"""Who is in which segment at a moment, told in plain Python from the rows that landed (G1 to G16, G19, G20, G22).

It knows no SQL, no interval and no table of ours. It is asked about one moment, looks back from it, and answers in the words of
docs/segments.md: "a purchase within the last 30 days" is a purchase in the 30 days before. Of the project it reads the seeds alone.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

RULES = Path(__file__).resolve().parents[2] / "seeds" / "rules"
SHOP_ZONE = ZoneInfo("Europe/Istanbul")
LOOKS = {"view", "category_view"}
INTEREST = LOOKS | {"search", "cart", "wishlist"}
TOUCHES = {"cart", "cart_removal", "cart_view", "checkout"}
PHONES = {"mobile", "phone", "ios", "android"}
STORES = {"store", "kiosk", "tablet"}
BANDS = ["under_18", "18_24", "25_34", "35_44", "45_54", "55_64", "65_plus"]
# which method of the judge answers for the segments of a file
PARTS = {
    "lifecycle": ("new", "active", "at_risk", "lost", "buying_channel", "frequency"),
    "money": ("vip", "basket", "rfm"),
    "browsing": ("viewed_not_bought", "cart_forgotten", "active_7_days", "searched_category"),
    "categories": ("undecided", "interested_in_category", "category_affinity", "prefers_category"),
    "habits": ("engagement", "active_hours", "device"),
    "circumstances": ("age", "gender", "place"),
}
HOURS = ["active_in_morning", "active_in_daytime", "active_in_evening", "active_at_night"]

Landed = dict[tuple[str, str], list[dict]]
Member = tuple[str, str | None]
Thresholds = dict[tuple[str, str], Decimal]


class Act(NamedTuple):
    """Something that happened, in the words of the tracking plan."""

    at: datetime
    kind: str
    is_own: bool
    channel: str
    device: str | None = None
    product: str | None = None
    category: str | None = None


class Order(NamedTuple):
    """An order or a counter return, as it is known at the clock."""

    at: datetime
    is_purchase: bool
    is_cancelled: bool
    in_store: bool
    net: Decimal
    products: frozenset[str]
    categories: dict[str, Decimal]


@dataclass
class Person:
    """All that is known of one person at the clock."""

    acts: list[Act] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    first_seen: datetime | None = None
    city: str | None = None
    climate: str | None = None
    zone: ZoneInfo = SHOP_ZONE
    birth_year: int | None = None
    gender: str | None = None


def moment(text: str | None) -> datetime | None:
    """A landed time, as naive UTC."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) if text else None


@functools.cache
def seed(name: str) -> tuple[dict[str, str], ...]:
    with (RULES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def thresholds() -> Thresholds:
    return {(row["segment"], row["threshold"]): Decimal(row["value"]) for row in seed("segment_thresholds")}


def lines_of_rfm() -> dict[tuple[str, int], Decimal]:
    return {
        (row["dimension"], int(row["score"])): Decimal(row["threshold"]) for row in seed("rfm_thresholds")
    }


def rate_of(currency: str, day: date) -> Decimal:
    """How much of the base currency one unit buys on a day."""
    newest = max(
        (date.fromisoformat(row["valid_from"]), Decimal(row["rate"]))
        for row in seed("currency_rates")
        if row["currency"] == currency and date.fromisoformat(row["valid_from"]) <= day
    )
    return newest[1].quantize(Decimal("1e-8"), ROUND_HALF_UP)


def plain(text: str) -> str:
    """Small letters without marks: İSTANBUL and istanbul are one."""
    text = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("İ", "i").casefold())
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def understand(landed: Landed, clock: datetime) -> Person:
    """One person's rows, read as a shop assistant would; what lies after the clock has not happened."""
    person = Person()
    catalogue = {row["id"]: row["category"] for row in landed["shop", "products"] if row.get("category")}
    seen: list[datetime] = []
    orders = [row for row in landed["shop", "orders"] if moment(row["created_at"]) <= clock]
    told = {row["id"] for row in orders}
    lines, refunds = defaultdict(list), defaultdict(list)
    for row in landed["shop", "order_lines"]:
        lines["shop", row["order_id"]].append(row)
    for row in landed["pos", "receipt_lines"]:
        lines["pos", row["receipt_id"]].append(row)
    for row in landed["shop", "refunds"]:
        if moment(row["created_at"]) <= clock:
            refunds[row["order_id"]].append(row)
    tellings: dict[str, dict] = {}
    for row in sorted(
        landed["tracker", "events"], key=lambda row: (moment(row["timestamp"]), row["messageId"])
    ):
        at, properties = moment(row["timestamp"]), row.get("properties", {})
        seen.append(at)
        if at > clock:
            continue
        name = row["event"] if row["type"] == "track" else row["type"]
        plan = next(
            (p for p in seed("tracking_plan") if (p["source"], p["source_event"]) == ("tracker", name)), None
        )
        kind = plan["event_kind"] if plan else "custom"
        order_id = properties.get("order_id")
        if kind == "order" and order_id:
            tellings.setdefault(order_id, row)
        # an order that two systems tell counts once
        if kind in ("order", "return", "cancellation") and order_id in told:
            continue
        person.acts.append(
            Act(
                at,
                kind,
                plan["is_own_act"] == "true" if plan else True,
                row["channel"],
                row["context"]["device"]["type"],
                properties.get("product_id"),
                catalogue.get(properties.get("product_id"))
                or properties.get("category")
                or meant_by(properties.get("query"), set(catalogue.values())),
            )
        )
    for row in orders:
        at, gone = moment(row["created_at"]), moment(row.get("cancelled_at"))
        is_cancelled = gone is not None and gone <= clock
        channel = {"pos": "store"}.get(row["source_name"], row["source_name"])
        back = sum((Decimal(str(refund["amount"])) for refund in refunds[row["id"]]), Decimal(0))
        net = Decimal(0) if is_cancelled else Decimal(str(row["total_price"])) - back
        told_by = tellings.get(row["id"])
        device = row.get("device_type") or (told_by["context"]["device"]["type"] if told_by else None)
        person.orders.append(
            order_of(at, not is_cancelled, is_cancelled, channel == "store", net, row["currency"], lines["shop", row["id"]], catalogue)
        )  # fmt: skip
        person.acts.append(Act(at, "order", True, channel, device))
        if is_cancelled:
            person.acts.append(Act(gone, "cancellation", True, channel, row.get("device_type")))
        person.acts += [
            Act(moment(refund["created_at"]), "return", True, channel) for refund in refunds[row["id"]]
        ]
    for row in landed["pos", "receipts"]:
        at, total = moment(row["occurred_at"]), Decimal(str(row["total_amount"]))
        seen.append(at)
        if at <= clock:
            is_sale = row["kind"] == "sale"
            net = total if is_sale else -abs(total)
            person.orders.append(
                order_of(
                    at, is_sale, False, True, net, row["currency"], lines["pos", row["receipt_id"]], catalogue
                )
            )
            person.acts.append(Act(at, "order" if is_sale else "return", True, "store"))
    sent = {row["message_id"]: row for row in landed["messaging", "sends"]}
    for row in sent.values():
        person.acts += [Act(moment(row["sent_at"]), "message", False, row["channel"])]
    for row in landed["messaging", "receipts"]:
        is_own = row["event"] in ("viewed", "clicked")
        person.acts += [
            Act(moment(row["occurred_at"]), "message_viewed", is_own, sent[row["message_id"]]["channel"])
        ]
    person.acts = sorted((act for act in person.acts if act.at <= clock), key=lambda act: act.at)
    person.orders.sort(key=lambda order: order.at)
    accounts, contacts = landed["shop", "customers"], landed["crm", "contacts"]
    asked = landed.get(("zendesk", "users"), ())
    records = (*accounts, *contacts, *asked, *landed["shop", "orders"])
    seen += [moment(row["created_at"]) for row in records]
    person.first_seen = min([*seen, *(act.at for act in person.acts)])
    for row in most_trusted(contacts, ("gender", "birth_date")):
        person.birth_year = person.birth_year or (
            int(row["birth_date"][:4]) if row.get("birth_date") else None
        )
        person.gender = person.gender or row.get("gender") or None
    addresses = [
        {**row, "city": row.get("default_address_city"), "country": row.get("default_address_country")}
        for row in accounts
    ]
    told_places = [
        row
        for rows in (contacts, addresses)
        for row in most_trusted(rows, ("city", "country"))
        if row.get("city") or row.get("country")
    ]
    if told_places:
        # an address that names a city beats one that does not
        best = min(told_places, key=lambda row: not row.get("city"))
        settle(person, best.get("city") or None, best.get("country"))
    return person


def most_trusted(rows: list[dict], traits: tuple[str, ...]) -> list[dict]:
    """Records of one source, the newest first, of equally new ones the fullest, then by their ids."""
    return sorted(
        rows,
        key=lambda row: (
            -(moment(row.get("updated_at") or row["created_at"]) - datetime.min).total_seconds(),
            -sum(bool(row.get(trait)) for trait in traits),
            row.get("contact_id") or row["id"],
        ),
    )


def settle(person: Person, city: str | None, country: str | None) -> None:
    """Where they live, by the one name of the place, with its climate and its clock."""
    words = re.sub("[^a-z0-9]+", " ", plain(city or "")).split()
    person.city = " ".join(word.capitalize() for word in words) or None
    key = ("city", " ".join(words), country or "TR")
    for place in seed("places"):
        if (place["place_kind"], place["place_key"], place["country"]) == key:
            person.city, person.climate = place["place_name"], place["climate"] or None
            person.zone = ZoneInfo(place["timezone"])


def meant_by(term: str | None, categories: set[str]) -> str | None:
    """The category whose name the words of a search hold."""
    words = plain(term or "").split()
    return next((category for category in sorted(categories) if plain(category) in words), None)


def order_of(at, is_purchase, is_cancelled, in_store, net, currency, lines, catalogue) -> Order:
    pieces: Counter[str] = Counter()
    for line in lines:
        if line["product_id"] in catalogue:
            pieces[catalogue[line["product_id"]]] += Decimal(str(line["quantity"]))
    base = (net * rate_of(currency, at.date())).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    products = frozenset(line["product_id"] for line in lines)
    return Order(at, is_purchase, is_cancelled, in_store, base, products, dict(pieces))


class Judge:
    """The rules with their numbers; `members` answers for one person and one moment."""

    def __init__(
        self, changed: Thresholds | None = None, lines: dict[tuple[str, int], Decimal] | None = None
    ) -> None:
        self.numbers = thresholds() | (changed or {})
        self.lines = lines_of_rfm() | (lines or {})
        self.cells = {
            (int(row["recency_score"]), int(row["value_score"])): row["cell"] for row in seed("rfm_cells")
        }

    def number(self, owner: str, name: str) -> Decimal:
        return self.numbers[owner, name]

    def days(self, owner: str, name: str = "window_days") -> timedelta:
        return timedelta(days=int(self.numbers[owner, name]))

    def members(self, person: Person, now: datetime, parts: Iterable[str] = ()) -> set[Member]:
        """Every segment, and for which value, that the person is in at the moment; or those of some parts of the rules."""
        acts = [act for act in person.acts if act.at <= now]
        orders = [order for order in person.orders if order.at <= now]
        bought = [order for order in orders if order.is_purchase]
        answers = {
            "lifecycle": lambda: self.lifecycle(bought, now),
            "money": lambda: self.money(orders, now),
            "browsing": lambda: self.browsing(acts, bought, now),
            "categories": lambda: self.categories(person, acts, bought, now),
            "habits": lambda: self.habits(person, acts, now),
            "circumstances": lambda: self.circumstances(person, now),
        }
        return set().union(*(answers[part]() for part in parts or answers))

    def lifecycle(self, bought: list[Order], now: datetime) -> set[Member]:
        if not bought:
            return set()
        times = [order.at for order in bought]
        silence, silent_lost = now - times[-1], self.days("lost", "silent_days")
        in_rhythm = times[-1] - times[0] <= (len(times) - 1) * self.days("at_risk", "max_mean_gap_days")
        was_active = any(
            later - earlier < self.days("lost", "active_window_days") for earlier, later in pairwise(times)
        )
        recent_year = [order for order in bought if self.is_recent(order.at, now, "buying_channel")]
        places = {order.in_store for order in recent_year}
        frequency = sum(self.is_recent(at, now, "frequency") for at in times)
        return said(
            ("new", now - times[0] < self.days("new")),
            ("active", sum(self.is_recent(at, now, "active") for at in times) >= self.number("active", "min_orders")),
            ("at_risk", len(times) >= self.number("at_risk", "min_orders") and in_rhythm
                and self.days("at_risk", "silent_days") <= silence < silent_lost),
            ("lost", was_active and silence >= silent_lost),
            ("store_only_buyer", places == {True}),
            ("online_only_buyer", places == {False}),
            ("cross_channel_buyer", places == {True, False}),
            level([("frequency_high", frequency >= self.number("frequency_high", "min_orders")),
                ("frequency_mid", frequency >= self.number("frequency_mid", "min_orders")),
                ("frequency_low", frequency >= self.number("frequency_low", "min_orders"))]),
        )  # fmt: skip

    def is_recent(self, at: datetime, now: datetime, owner: str) -> bool:
        return now - at < self.days(owner)

    def spent(self, orders: list[Order], now: datetime, owner: str) -> tuple[int, Decimal]:
        counted = [
            order for order in orders if not order.is_cancelled and self.is_recent(order.at, now, owner)
        ]
        return sum(order.is_purchase for order in counted), sum((order.net for order in counted), Decimal(0))

    def money(self, orders: list[Order], now: datetime) -> set[Member]:
        count, spend = self.spent(orders, now, "vip")
        found = said(
            ("vip", count > 0 and spend > self.number("vip", "min_spend_amount")
                and spend >= count * self.number("vip", "min_average_basket_amount")),
        )  # fmt: skip
        count, spend = self.spent(orders, now, "basket")
        if count:
            found |= said(
                level([("basket_high", spend >= count * self.number("basket_high", "min_average_basket_amount")),
                    ("basket_mid", spend >= count * self.number("basket_mid", "min_average_basket_amount")),
                    ("basket_low", True)]),
            )  # fmt: skip
        last = max((order.at for order in orders if order.is_purchase), default=None)
        if last:
            frequency, monetary = self.spent(orders, now, "rfm")
            whole_days = (now - last) // timedelta(days=1)
            recency = next((score for score in (5, 4, 3, 2) if whole_days <= self.lines["recency", score]), 1)
            often = next((score for score in (5, 4, 3, 2) if frequency >= self.lines["frequency", score]), 1)
            much = next((score for score in (5, 4, 3, 2) if monetary >= self.lines["monetary", score]), 1)
            found.add((f"rfm_{self.cells[recency, (often + much + 1) // 2]}", None))
        return found

    def browsing(self, acts: list[Act], bought: list[Order], now: datetime) -> set[Member]:
        views = [
            act
            for act in acts
            if act.kind == "view" and act.product and self.is_recent(act.at, now, "viewed_not_bought")
        ]
        unbought = [
            view
            for view in views
            if not any(view.product in order.products and order.at >= view.at for order in bought)
        ]
        touches = [act.at for act in acts if act.kind in TOUCHES]
        open_items = [
            act
            for act in acts
            if act.kind == "cart" and act.product and self.is_recent(act.at, now, "cart_forgotten")
            and not any(other.kind == "order" and other.at >= act.at for other in acts)
            and not any(other.kind == "cart_removal" and other.product == act.product and other.at >= act.at for other in acts)
        ]  # fmt: skip
        idle = timedelta(minutes=int(self.number("cart_forgotten", "idle_minutes")))
        searched = {
            ("searched_category", act.category)
            for act in acts
            if act.kind == "search" and act.category and self.is_recent(act.at, now, "searched_category")
        }
        return searched | said(
            ("viewed_not_bought", bool(unbought)),
            ("cart_forgotten", bool(open_items) and now - max(touches) >= idle),
            (
                "active_7_days",
                any(act.is_own and self.is_recent(act.at, now, "active_7_days") for act in acts),
            ),
        )

    def categories(self, person: Person, acts: list[Act], bought: list[Order], now: datetime) -> set[Member]:
        found: set[Member] = set()
        first_of_day: dict[tuple[str, date], datetime] = {}
        for act in acts:
            if act.kind in INTEREST and act.category:
                first_of_day.setdefault((act.category, local(act.at, person.zone).date()), act.at)
        ranking = []
        known = {act.category for act in acts if act.category} | {
            name for order in bought for name in order.categories
        }
        for category in known:
            baskets = [order for order in bought if category in order.categories]
            days = [at for (name, _), at in first_of_day.items() if name == category]
            last_bought = max((order.at for order in baskets), default=datetime.min)
            fresh = {
                act.kind == "cart"
                for act in acts
                if act.category == category and act.kind in LOOKS | {"cart"}
                and self.is_recent(act.at, now, "undecided") and act.at > last_bought
            }  # fmt: skip
            interest = sum(self.is_recent(at, now, "interested_in_category") for at in days)
            liked = [order for order in baskets if self.is_recent(order.at, now, "category_affinity")]
            busy = sum(self.is_recent(at, now, "category_affinity") for at in days)
            if fresh == {True, False}:
                found.add(("undecided", category))
            if not baskets and interest >= self.number("interested_in_category", "min_days"):
                found.add(("interested_in_category", category))
            if len(liked) >= self.number("category_affinity", "min_orders") or busy >= self.number(
                "category_affinity", "min_days"
            ):
                found.add(("category_affinity", category))
            year = [order for order in baskets if self.is_recent(order.at, now, "prefers_category")]
            if len(year) >= self.number("prefers_category", "min_orders"):
                # the last purchase is the newest ever made from it
                ranking.append(
                    (
                        -len(year),
                        -sum(order.categories[category] for order in year),
                        datetime.max - last_bought,
                        category,
                    )
                )
        if ranking:
            found.add(("prefers_category", min(ranking)[3]))
        return found

    def habits(self, person: Person, acts: list[Act], now: datetime) -> set[Member]:
        own = [(act, local(act.at, person.zone)) for act in acts if act.is_own]
        found: set[Member] = set()
        if own:
            days = {there.date() for act, there in own if self.is_recent(act.at, now, "engagement")}
            found |= said(
                level([("highly_engaged", len(days) >= self.number("highly_engaged", "min_days")),
                    ("engaged", bool(days)),
                    ("slipping", any(self.is_recent(act.at, now, "slipping") for act, _ in own)),
                    ("dormant", True)]),
            )  # fmt: skip
        starts = [int(self.number(part, "from_hour")) for part in HOURS]
        first: dict[tuple, datetime] = {}
        for act, there in own:
            begun = sum(there.hour >= start for start in starts)
            keys = [("hours", HOURS[begun - 1], there.date())]
            keys += [("device", "mobile", there.date())] if act.device in PHONES else []
            keys += [("device", "desktop", there.date())] if act.device == "desktop" else []
            keys += [("app", "app", there.date())] if act.channel == "app" else []
            keys += [("store", "store", there.date())] if act.channel in STORES else []
            for key in keys:
                first.setdefault(key, act.at)
        windows = {"hours": "active_hours", "device": "device", "app": "app_user", "store": "in_store"}
        counts = Counter(key[:2] for key, at in first.items() if self.is_recent(at, now, windows[key[0]]))
        hours = {part: counts["hours", part] for part in HOURS}
        phone, desk = counts["device", "mobile"], counts["device", "desktop"]
        enough = phone + desk >= self.number("device", "min_days")
        share = self.number("device", "min_share") * (phone + desk)
        enough_hours = sum(hours.values()) >= self.number("active_hours", "min_items")
        mostly = [
            (part, enough_hours and count > self.number("active_hours", "min_share") * sum(hours.values()))
            for part, count in hours.items()
        ]
        return found | said(
            level(mostly),
            ("mobile_first", enough and phone > share),
            ("desktop_first", enough and desk > share),
            ("app_user", counts["app", "app"] > 0),
            ("in_store", counts["store", "store"] > 0),
        )

    def circumstances(self, person: Person, now: datetime) -> set[Member]:
        if now < person.first_seen:
            return set()
        found: set[Member] = set()
        found |= {("lives_in_city", person.city)} if person.city else set()
        found |= {("lives_in_climate", person.climate)} if person.climate else set()
        found |= {(f"gender_{person.gender}", None)} if person.gender else set()
        if person.birth_year:
            age = local(now, SHOP_ZONE).year - person.birth_year
            for band in BANDS:
                if self.number(f"age_{band}", "min_age") <= age <= self.number(f"age_{band}", "max_age"):
                    found.add((f"age_{band}", None))
        return found


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """The time that the clocks of a zone show."""
    return at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def level(ordered: Iterable[tuple[str, bool]]) -> tuple[str, bool]:
    """The first of several levels that holds."""
    return next(((name, True) for name, holds in ordered if holds), ("", False))


def said(*answers: tuple[str, bool]) -> set[Member]:
    return {(name, None) for name, holds in answers if holds}
