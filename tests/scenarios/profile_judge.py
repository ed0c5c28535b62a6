"""What is known of each person at the clock, told in plain Python from the rows that landed (P1 to P4, P8, P9, X1 to X4, M3).

It knows no SQL and no table of ours: it takes one person's rows after another, in the words of docs/profiles.md. Of the project it reads
the seeds alone. Ids of sessions are named, since the page says how: a session is named for its first event.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo, available_timezones

from tests.scenarios.segment_judge import plain, seed

DAY = timedelta(days=1)
WINDOWS = (1, 7, 30, 90, 365)
HOME = "Europe/Istanbul"
BASE = "TRY"
ZONES = available_timezones()
COUNTED = {
    "views": "view",
    "searches": "search",
    "carts": "cart",
    "returns": "return",
    "service_contacts": "service",
}
DEVICES = {
    "mobile": "mobile",
    "ios": "mobile",
    "desktop": "desktop",
    "tablet": "tablet",
    "kiosk": "kiosk",
}  # what the worlds send
AGENTS = [("iPad", "tablet"), ("Mobile", "mobile"), ("Windows", "desktop"), ("", "other")]
GENDERS = {"female": "female", "kadin": "female", "male": "male", "erkek": "male", "divers": "other"}
IN_STORE = ("kiosk", "tablet", "store")
CONSENT_CHANNEL = {
    "sms": "MESAJ",
    "call": "ARAMA",
    "push": "PUSH",
    "whatsapp": "WHATSAPP",
    "onsite": "ONSITE",
}
UNSAID = (
    "product_id category search_term order_id amount currency device_type city region country campaign store_id message_id timezone checkout_step "
    "duration_seconds"
)
MONEY, PRICE = Decimal("0.0001"), Decimal("1e-8")


def moment(told: str | None) -> datetime | None:
    """A landed time, as naive UTC; without a zone it is the shop's own time."""
    if not told:
        return None
    at = datetime.fromisoformat(told)
    return at.replace(tzinfo=at.tzinfo or ZoneInfo(HOME)).astimezone(UTC).replace(tzinfo=None)


def local(at: datetime, zone: str) -> datetime:
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def rounded(number: Decimal, step: Decimal = MONEY) -> Decimal:
    return number.quantize(step, ROUND_HALF_UP)


def ratio(part, whole) -> Decimal | None:
    return rounded(Decimal(part) / Decimal(whole)) if whole else None


def number(value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def key_of(text: str | None) -> str | None:
    """Small plain letters and digits with single blanks between."""
    return re.sub("[^a-z0-9]+", " ", plain(text or "")).strip() or None


def rate_of(currency: str, day: date) -> Decimal | None:
    """A rate holds until the next row; before the first there is none."""
    rows = [
        (row["valid_from"], Decimal(row["rate"]))
        for row in seed("currency_rates")
        if row["currency"] == currency and row["valid_from"] <= day.isoformat()
    ]
    return rounded(max(rows)[1], PRICE) if rows else None


def in_base(amount: Decimal | None, currency: str | None, at: datetime) -> Decimal | None:
    """By the rate of the day, which is UTC's."""
    rate = rate_of(currency, at.date()) if amount is not None and currency else None
    return None if rate is None else rounded(amount * rate)


def place(city: str | None, country: str | None) -> SimpleNamespace:
    """A city by its one name, with what is known of it; a country alone may still name a clock."""
    found = [
        row
        for row in seed("places")
        if row["place_kind"] == "city"
        and row["place_key"] == key_of(city)
        and country in (None, row["country"])
    ]
    alone = [row for row in seed("places") if row["place_kind"] == "country" and row["country"] == country]
    if found:
        row = min(found, key=lambda row: (row["country"] != "TR", row["country"]))
        return SimpleNamespace(
            city=row["place_name"],
            country=row["country"],
            region=row["region"] or None,
            zone=row["timezone"],
            climate=row["climate"] or None,
        )
    name = " ".join(word.capitalize() for word in (key_of(city) or "").split()) or None
    return SimpleNamespace(
        city=name, country=country, region=None, zone=alone[0]["timezone"] if alone else None, climate=None
    )


def device_of(word: str | None, agent: str | None) -> str | None:
    if word:
        return DEVICES[word.casefold()]
    return next(kind for part, kind in AGENTS if part in agent) if agent else None


def plan_of(source: str, event: str) -> dict | None:
    return next(
        (row for row in seed("tracking_plan") if (row["source"], row["source_event"]) == (source, event)),
        None,
    )


def rule(name: str) -> Decimal:
    return next(Decimal(row["value"]) for row in seed("context_rules") if row["rule"] == name)


def md5(*parts) -> str:
    return hashlib.md5("|".join(map(str, parts)).encode()).hexdigest()


def first(found: list, key):
    return min(found, key=key) if found else None


class Descending:
    """Turns an order round."""

    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return other.value < self.value

    def __eq__(self, other):
        return self.value == other.value


later = Descending


class Shop:
    """What all people share: catalogue, stores, mailings; and what is only known of all: averages and friction."""

    def __init__(self, landed: dict, clock: datetime) -> None:
        self.clock = clock
        self.products = {row["id"]: row for row in landed["shop", "products"]}
        self.stores = {row["store_id"]: row for row in landed["pos", "stores"]}
        self.mailings = {row["id"]: row["title"] for row in landed["mailchimp", "campaigns"]}
        self.categories = sorted(
            {row["category"] for row in self.products.values() if key_of(row["category"])},
            key=lambda name: (-len(key_of(name)), name),
        )

    def meant_by(self, term: str | None) -> str | None:
        words = f" {key_of(term) or ''} "
        return next((name for name in self.categories if f" {key_of(name)} " in words), None)

    def since(self, at: datetime, days) -> bool:
        """Half open: exactly so many days old is out."""
        return at > self.clock - int(days) * DAY


class Person:
    """One person's rows, read into events, orders, traits, consents and what follows from them."""

    def __init__(self, name: str, landed: dict, shop: Shop) -> None:
        self.name, self.landed, self.shop, self.clock = name, landed, shop, shop.clock
        self.tellings: dict[str, SimpleNamespace] = {}
        self.orders = self.read_orders()
        tracked = self.tracked()
        google = [
            event
            for event in self.googled()
            if not any(
                abs(event.occurred_at - other.occurred_at) < timedelta(minutes=30, seconds=1)
                for other in tracked
            )
        ]
        for event in sorted(
            [*tracked, *google], key=lambda e: (e.source != "tracker", e.occurred_at, e.event_id)
        ):
            if event.event_kind == "order" and event.order_id:
                self.tellings.setdefault(event.order_id, event)
        of_the_shop = {
            order.order_id for order in self.orders if (order.source, order.kind) == ("shop", "order")
        }
        told_twice = ("order", "return", "cancellation")
        self.events = [
            event
            for event in (*tracked, *google)
            if not (event.event_kind in told_twice and event.order_id in of_the_shop)
        ]
        self.events += self.of_orders() + self.of_contact()
        self.located = [
            event for event in tracked if event.channel not in IN_STORE and (event.city or event.country)
        ]
        self.settle()
        self.sessions = self.read_sessions()
        self.traits, self.losers = self.read_traits()
        self.points = self.read_consents()
        self.consents = self.strictest()
        self.uses = self.read_uses()

    # ------------------------------------------------------------------ what happened

    def event(
        self,
        event_id: str,
        source: str,
        source_event: str,
        at: datetime,
        channel: str,
        own_by_default=True,
        **more,
    ):
        plan = plan_of(source, source_event)
        blank = dict.fromkeys(UNSAID.split())
        return SimpleNamespace(
            **blank
            | {
                "event_id": event_id,
                "source": source,
                "occurred_at": at,
                "channel": channel,
                "event_name": plan["event_name"] if plan else source_event,
                "event_kind": plan["event_kind"] if plan else "custom",
                "is_own_act": plan["is_own_act"] == "true" if plan else own_by_default,
                "session_id": None,
            }
            | more
        )

    def tracked(self) -> list:
        found = []
        for row in self.landed["tracker", "events"]:
            at, properties, context = moment(row["timestamp"]), row["properties"], row["context"]
            if at > self.clock:
                continue
            name = row["event"] if row["type"] == "track" else row["type"]
            amount = number(properties.get("total", properties.get("value")))
            if amount is None and properties.get("price") is not None:
                amount = number(properties["price"]) * (number(properties.get("quantity")) or 1)
            plan = plan_of("tracker", name)
            step = properties.get("step") or (plan and plan["checkout_step"]) or None
            # a device that stands in a store tells the store's clock and place
            location, store = (
                context["location"] or {},
                self.shop.stores.get(properties.get("store_id"), {}) if row["channel"] in IN_STORE else {},
            )
            if not (location.get("city") or location.get("country")):
                location = store
            term = properties.get("query")
            found.append(
                self.event(
                    f"tracker/{row['messageId']}", "tracker", name, at, row["channel"],
                    product_id=properties.get("product_id"), category=properties.get("category"),
                    search_term="<removed>" if term and "@" in term else term,
                    order_id=properties.get("order_id"), amount=amount, currency=properties.get("currency"),
                    device_type=device_of((context["device"] or {}).get("type"), context["userAgent"]),
                    city=location.get("city"), country=location.get("country"), campaign=context.get("campaign", {}).get("name"),
                    store_id=properties.get("store_id"), timezone=context["timezone"] or store.get("timezone"),
                    checkout_step=int(step) if step and plan["event_kind"] == "checkout" else None,
                    duration_seconds=number(properties.get("duration")),
                )
            )  # fmt: skip
        return found

    def googled(self) -> list:
        found, ordinals = [], Counter()
        for row in self.landed["google_analytics", "events"]:
            at = datetime(1970, 1, 1) + timedelta(microseconds=row["event_timestamp"])
            key = (row["event_name"], row["event_timestamp"], row["user_pseudo_id"])
            ordinals[key] += 1
            if at > self.clock:
                continue
            campaign = next(
                (p["value"]["string_value"] for p in row["event_params"] if p["key"] == "campaign"), None
            )
            plan = plan_of("google_analytics", row["event_name"])
            step = plan["checkout_step"] if plan else None
            found.append(
                self.event(
                    f"google_analytics/{md5(*key, ordinals[key])}", "google_analytics", row["event_name"], at, "web",
                    product_id=row["items"][0]["item_id"] if row["items"] else None,
                    device_type=row["device"]["category"], campaign=campaign, checkout_step=int(step) if step else None,
                )
            )  # fmt: skip
        return found

    def read_orders(self) -> list:
        """Orders, counter returns, and refunds whose order never came: those are nobody's."""
        found, lines = [], defaultdict(list)
        for row in self.landed["shop", "order_lines"]:
            price = number(row["quantity"]) * number(row["price"]) - (number(row["total_discount"]) or 0)
            lines["shop", row["order_id"]].append((number(row["quantity"]), price))
        for row in self.landed["pos", "receipt_lines"]:
            lines["pos", row["receipt_id"]].append(
                (number(row["quantity"]), number(row["quantity"]) * number(row["unit_price"]))
            )
        self.refunds = defaultdict(list)
        for row in self.landed["shop", "refunds"]:
            if moment(row["created_at"]) <= self.clock:
                self.refunds[row["order_id"]].append(row)

        def add(source, order_id, kind, channel, at, currency, gross, back, **more):
            pieces = sum((count for count, _ in lines[source, order_id]), Decimal(0))
            known = {
                "customer": self.name,
                "store_id": None,
                "device_type": None,
                "is_cancelled": False,
                "cancelled_at": None,
            } | more
            net = gross - back
            if known["is_cancelled"]:
                net, back = Decimal(0), gross
            found.append(
                SimpleNamespace(
                    source=source, order_id=order_id, kind=kind, channel=channel, ordered_at=at, currency=currency or BASE, gross_amount=gross,
                    refunded_amount=back, net_amount=net, net_amount_base=in_base(net, currency or BASE, at), items=pieces,
                    is_purchase=kind == "order" and not known["is_cancelled"], **known,
                )
            )  # fmt: skip

        def told_or_summed(source, order_id, total):
            return (
                number(total)
                if total is not None
                else sum((price for _, price in lines[source, order_id]), Decimal(0))
            )

        def given_back(order_id):
            return sum((number(row["amount"]) or Decimal(0) for row in self.refunds[order_id]), Decimal(0))

        for row in self.landed["shop", "orders"]:
            if moment(row["created_at"]) > self.clock:
                continue
            gone = moment(row["cancelled_at"])
            add(
                "shop", row["id"], "order", {"pos": "store", None: "web"}.get(row["source_name"], row["source_name"]), moment(row["created_at"]),
                row["currency"], told_or_summed("shop", row["id"], row["total_price"]), given_back(row["id"]), cancelled_at=gone,
                is_cancelled=gone is not None and gone <= self.clock, device_type=device_of(row["device_type"], row["client_user_agent"]),
            )  # fmt: skip
        known = {order.order_id for order in found}
        for order_id, rows in self.refunds.items():
            if rows and order_id not in known:
                at = min(moment(row["created_at"]) for row in rows)
                add(
                    "shop",
                    order_id,
                    "return",
                    "web",
                    at,
                    BASE,
                    Decimal(0),
                    given_back(order_id),
                    customer=None,
                )
        for row in self.landed["pos", "receipts"]:
            if moment(row["occurred_at"]) > self.clock:
                continue
            total, is_sale = (
                told_or_summed("pos", row["receipt_id"], row["total_amount"]),
                row["kind"] == "sale",
            )
            add(
                "pos", row["receipt_id"], "order" if is_sale else "return", "store", moment(row["occurred_at"]), row["currency"],
                total if is_sale else Decimal(0), Decimal(0) if is_sale else abs(total), store_id=row["store_id"],
            )  # fmt: skip
        return found

    def of_orders(self) -> list:
        found = []
        for order in (order for order in self.orders if order.customer):
            is_order, store = order.kind == "order", self.shop.stores.get(order.store_id, {})
            lent = self.tellings.get(order.order_id) if order.source == "shop" else None
            lends = vars(lent) if lent else {}
            event = self.event(
                f"{order.source}/{order.kind}/{order.order_id}", order.source, "order" if order.source == "shop" else "sale" if is_order else "return",
                order.ordered_at, order.channel, order_id=order.order_id, amount=order.gross_amount if is_order else order.net_amount,
                currency=order.currency, device_type=order.device_type or lends.get("device_type"), store_id=order.store_id,
                timezone=lends.get("timezone") or store.get("timezone"), city=lends.get("city") or store.get("city"),
                country=lends.get("country") or store.get("country"), campaign=lends.get("campaign"),
            )  # fmt: skip
            found.append(event)
            shared = {"order_id": order.order_id, "currency": order.currency}
            if order.is_cancelled:
                found.append(
                    self.event(f"shop/cancellation/{order.order_id}", "shop", "cancellation", order.cancelled_at, order.channel,
                        amount=-order.gross_amount, device_type=order.device_type, **shared)
                )  # fmt: skip
            for row in self.refunds[order.order_id] if (order.source, is_order) == ("shop", True) else []:
                amount = None if row["amount"] is None else -number(row["amount"])
                found.append(
                    self.event(
                        f"shop/refund/{row['id']}",
                        "shop",
                        "refund",
                        moment(row["created_at"]),
                        order.channel,
                        amount=amount,
                        **shared,
                    )
                )
        return found

    def of_contact(self) -> list:
        found = []
        for row in self.landed["mailchimp", "email_activity"]:
            at, mailing = moment(row["timestamp"]), row["campaign_id"]
            since_epoch = (at - datetime(1970, 1, 1)) // timedelta(microseconds=1)
            found.append(
                self.event(
                    f"mailchimp/{md5(mailing, row['email_id'], row['action'], since_epoch)}", "mailchimp", row["action"], at, "email",
                    message_id=mailing, campaign=self.shop.mailings.get(mailing) or mailing,
                )
            )  # fmt: skip
        sends = {row["message_id"]: row for row in self.landed["messaging", "sends"]}
        for key, row in sends.items():
            found.append(
                self.event(
                    f"messaging/{key}",
                    "messaging",
                    "sent",
                    moment(row["sent_at"]),
                    row["channel"],
                    message_id=key,
                    campaign=row["campaign_id"],
                )
            )
        for row in self.landed["messaging", "receipts"]:
            sent, at = sends[row["message_id"]], moment(row["occurred_at"])
            since_epoch = (at - datetime(1970, 1, 1)) // timedelta(microseconds=1)
            found.append(
                self.event(
                    f"messaging/{row['message_id']}/{row['event']}/{since_epoch}", "messaging", row["event"], at, sent["channel"], False,
                    message_id=row["message_id"], campaign=sent["campaign_id"],
                )
            )  # fmt: skip
        for row in self.landed["zendesk", "tickets"]:
            found.append(
                self.event(f"zendesk/{row['id']}", "zendesk", "ticket", moment(row["created_at"]), "service")
            )
        return [event for event in found if event.occurred_at <= self.clock]

    def settle(self) -> None:
        """Place, clock, category and money of each event; the clock last known holds until another is told."""
        self.events.sort(key=lambda event: (event.occurred_at, event.event_id))
        known: list[tuple[datetime, str]] = []
        for event in self.events:
            where = place(event.city, event.country)
            event.told_zone = event.timezone if event.timezone in ZONES else where.zone
            if event.told_zone and event.is_own_act:
                known.append((event.occurred_at, event.told_zone))
            event.city, event.country = where.city, where.country
            event.region, event.climate = where.region or event.region, where.climate
        for event in self.events:
            before = [zone for zone in known if zone[0] <= event.occurred_at]
            event.timezone = event.told_zone or (max(before)[1] if before else HOME)
            event.occurred_at_local = local(event.occurred_at, event.timezone)
            event.local_hour = event.occurred_at_local.hour
            product = self.shop.products.get(event.product_id, {})
            event.category = (
                product.get("category") or event.category or self.shop.meant_by(event.search_term)
            )
            event.currency = event.currency or (BASE if event.amount is not None else None)
            event.amount_base = in_base(event.amount, event.currency, event.occurred_at)
        self.last_zone = max(known)[1] if known else None

    def read_sessions(self) -> list:
        """Silence, midnight or another campaign ends a visit; of one instant those that name a campaign come first."""
        found, channels = [], defaultdict(list)
        for event in self.events:
            if event.source in ("tracker", "google_analytics") or (
                (event.source, event.event_kind) == ("shop", "order") and event.channel != "store"
            ):
                channels[event.channel].append(event)
        for events in channels.values():
            visit, campaign = [], None
            for event in sorted(events, key=lambda e: (e.occurred_at, e.campaign is None, e.event_id)):
                silent = visit and event.occurred_at - visit[-1].occurred_at >= timedelta(
                    minutes=30, seconds=1
                )
                midnight = (
                    visit
                    and local(event.occurred_at, HOME).date() != local(visit[-1].occurred_at, HOME).date()
                )
                another = event.campaign and event.campaign != campaign
                if not visit or silent or midnight or another:
                    visit = []
                    found.append(visit)
                campaign = event.campaign or campaign
                visit.append(event)
        for visit in found:
            for event in visit:
                event.session_id = "ses_" + md5(visit[0].event_id)[:20]
        return found

    # ------------------------------------------------------------------ who they are

    def read_traits(self) -> tuple[list, list]:
        """Each trait by trust, then newest, then most complete; an address from one record."""
        records = []

        def record(source, record_id, at, demographics=None, address=None):
            if at > self.clock:
                return
            records.append(
                SimpleNamespace(
                    source=source,
                    record_id=record_id,
                    at=at,
                    demographics=demographics or {},
                    address=address or {},
                )
            )

        def word(trait, text):
            meant = [
                row["value"]
                for row in seed("trait_values")
                if (row["trait"], row["spelling_key"]) == (trait, key_of(text))
            ]
            return meant[0] if meant else key_of(text)

        def settled(city, country, district=None):
            where = place(city, country)
            names = [
                row["place_name"]
                for row in seed("places")
                if (row["place_kind"], row["place_key"]) == ("district", key_of(district))
                and country in (None, row["country"])
            ]
            named = (
                names[0]
                if names
                else " ".join(part.capitalize() for part in (key_of(district) or "").split()) or None
            )
            return {"district": named, "city": where.city, "country": where.country}

        for row in self.landed["crm", "contacts"]:
            born = row["birth_date"]
            record(
                "crm", row["contact_id"], moment(row["updated_at"] or row["created_at"]),
                {"gender": GENDERS.get(key_of(row["gender"])), "birth_year": born and born[:4], "marital_status": word("marital_status", row["marital_status"]),
                    "occupation": word("occupation", row["occupation"]), "income_band": row["income_band"], "born": born},
                settled(row["city"], row["country"], row["district"]),
            )  # fmt: skip
        for row in self.landed["shop", "customers"]:
            record(
                "shop", row["id"], moment(row["updated_at"] or row["created_at"]), None,
                settled(row["default_address_city"], row["default_address_country"]),
            )  # fmt: skip
        for row in self.landed["tracker", "events"]:
            born = row["traits"].get("birthday")
            record(
                "tracker", row["messageId"], moment(row["timestamp"]),
                {"gender": GENDERS.get(key_of(row["traits"].get("gender"))), "birth_year": born and born[:4], "born": born},
            )  # fmt: skip
        if newest := first(self.located, lambda e: (e.city is None, later(e.occurred_at), e.event_id)):
            record("tracker", newest.event_id, newest.occurred_at, None, settled(newest.city, newest.country))

        priorities = {
            (row["trait_group"], row["source"]): int(row["priority"]) for row in seed("survivorship")
        }
        winners, losers = [], []

        def decide(group, trait, offers):
            """Of (record, value): the first wins, each other has lost by the first thing in which it differs."""

            def rank(offer):
                one = offer[0]
                told = one.demographics if group == "demographics" else one.address
                filled = sum(told.get(name) is not None for name in told if name != "born")
                partial = group == "address" and not one.address.get("city")
                return (
                    partial,
                    priorities[group, one.source],
                    later(one.at),
                    -filled,
                    one.source,
                    one.record_id,
                )

            ranked = sorted(offers, key=rank)
            for position, (one, value) in enumerate(ranked):
                best, top = rank(ranked[0]), rank((one, value))
                if value is None:
                    continue
                if position == 0:
                    text = f"source priority {priorities[group, one.source]}, then newest, then most complete"
                    winners.append((self.name, trait, value, one.source, text, one.at))
                    continue
                names = ["names no city", "less trusted source", "older record", "less complete record"]
                lost_by = next(
                    (name for name, a, b in zip(names, best, top, strict=False) if a != b),
                    "equal in all, later in order",
                )
                losers.append(
                    (
                        self.name,
                        trait,
                        value,
                        one.source,
                        ranked[0][0].source,
                        lost_by,
                        position + 1,
                        value == ranked[0][1],
                        one.at,
                    )
                )

        for trait in ("gender", "birth_year", "marital_status", "occupation", "income_band"):
            decide(
                "demographics",
                trait,
                [(r, r.demographics[trait]) for r in records if r.demographics.get(trait)],
            )
        today = local(self.clock, HOME).date()
        decide(
            "demographics",
            "age",
            [(r, age_on(r.demographics["born"], today)) for r in records if r.demographics.get("born")],
        )
        for trait in ("district", "city", "country"):
            decide("address", trait, [(r, r.address.get(trait)) for r in records if any(r.address.values())])
        return winners, losers

    # ------------------------------------------------------------------ what they allow

    def read_consents(self) -> dict[tuple, SimpleNamespace]:
        """(contact point, channel, purpose) -> the entry that counts."""
        entries: list[SimpleNamespace] = []

        def add(point, channel, purpose, status, source, at, recipient_type=None):
            if at <= self.clock:
                there = local(at, HOME)
                counted = at
                if status == "RET" and there == datetime.combine(there.date(), datetime.min.time()):
                    counted = at + DAY - timedelta(microseconds=1)
                entries.append(
                    SimpleNamespace(
                        key=(point, channel, purpose),
                        status=status,
                        source=source,
                        at=at,
                        counted=counted,
                        on=there.date(),
                        recipient_type=recipient_type,
                    )
                )

        once: dict[tuple, dict] = {}
        for row in self.landed["consent", "records"]:
            row = row | {"purpose": row["purpose"] or "marketing", "source": row["source"] or "unknown"}
            key = (
                row["recipient"],
                row["channel"],
                row["purpose"],
                moment(row["consent_date"]),
                row["source"],
            )
            # of two rows with one key the refusal wins
            if key not in once or once[key]["status"] == "ONAY":
                once[key] = row
        for row in once.values():
            add(
                row["recipient"], row["channel"], row["purpose"], "ONAY" if row["status"] == "ONAY" else "RET", row["source"],
                moment(row["consent_date"]), "TACIR" if row["recipient_type"] == "TACIR" else "BIREYSEL",
            )  # fmt: skip
        for row in self.landed["mailchimp", "members"]:
            if row["status"] == "unsubscribed":
                add(
                    row["email_address"],
                    "EPOSTA",
                    "marketing",
                    "RET",
                    "mailchimp_members",
                    moment(row["last_changed"]),
                )
        for row in self.landed["mailchimp", "email_activity"]:
            if row["action"] == "unsub":
                add(
                    row["email_address"],
                    "EPOSTA",
                    "marketing",
                    "RET",
                    "mailchimp_activity",
                    moment(row["timestamp"]),
                )
        sends = {row["message_id"]: row for row in self.landed["messaging", "sends"]}
        for row in self.landed["messaging", "receipts"]:
            if row["event"] in ("unsubscribed", "complained"):
                sent = sends[row["message_id"]]
                add(
                    sent["recipient"],
                    CONSENT_CHANNEL[sent["channel"]],
                    "marketing",
                    "RET",
                    "messaging_receipts",
                    moment(row["occurred_at"]),
                )
        found = {}
        for key in {entry.key for entry in entries}:
            heard = [entry for entry in entries if entry.key == key]
            top = min(heard, key=lambda e: (later(e.counted), e.status != "RET", e.source))
            typed = first(
                [e for e in heard if e.recipient_type],
                lambda e: (later(e.counted), e.recipient_type, e.source),
            )
            found[key] = SimpleNamespace(
                status=top.status,
                source=top.source,
                at=top.at,
                on=top.on,
                recipient_type=typed.recipient_type if typed else "BIREYSEL",
            )
        return found

    def strictest(self) -> dict[tuple, SimpleNamespace]:
        found = {}
        for (point, channel, purpose), state in self.points.items():
            other = found.get((channel, purpose))
            if other is None or (state.status != "RET", later(state.at)) < (
                other[1].status != "RET",
                later(other[1].at),
            ):
                found[channel, purpose] = (point, state)
        return found

    def read_uses(self) -> dict[str, tuple]:
        named = {
            pair
            for row in self.landed["shop", "customers"]
            for pair in (("email", row["email"]), ("account_id", row["id"]))
        }
        asked = [
            moment(row["requested_at"])
            for row in self.landed["privacy", "requests"]
            if row["kind"] == "restrict"
            and (row["identifier_type"], row["identifier_value"].strip().lower()) in named
            and moment(row["requested_at"]) <= self.clock
        ]
        found = {}
        for purpose in {purpose for _, _, purpose in self.points} - {"marketing"}:
            states = [state for (_, _, other), state in self.points.items() if other == purpose]
            no = [state.at for state in states if state.status == "RET"]
            found[purpose] = ("RET" if no else "ONAY", "consent", max(no or [state.at for state in states]))
        if asked:
            found = {purpose: ("RET", "restriction", min(asked)) for purpose in {*found, "processing"}}
        return found

    # ------------------------------------------------------------------ how they can be reached

    def identifiers(self) -> dict[str, set[str]]:
        found = defaultdict(set)
        for row in (*self.landed["shop", "customers"], *self.landed["crm", "contacts"]):
            found["email"].add(row["email"])
            found["phone"].add(row["phone"])
        found["account_id"] |= {row["id"] for row in self.landed["shop", "customers"]}
        for row in self.landed["tracker", "events"]:
            found["anonymous_id"].add(row["anonymousId"])
            found["push_token"].add((row["context"]["device"] or {}).get("token"))
        return {kind: values - {None} for kind, values in found.items()}

    def is_working(self, point: str, channel: str) -> bool:
        failed, worked = [], []
        if channel == "email":
            for row in self.landed["mailchimp", "email_activity"]:
                if row["action"] in ("open", "click", "bounce"):
                    (failed if row["action"] == "bounce" else worked).append(moment(row["timestamp"]))
            failed += [
                moment(row["last_changed"]) if row["last_changed"] else self.clock
                for row in self.landed["mailchimp", "members"]
                if row["status"] == "cleaned"
            ]
        sends = {row["message_id"]: row for row in self.landed["messaging", "sends"]}
        for row in self.landed["messaging", "receipts"]:
            sent = sends[row["message_id"]]
            if (sent["recipient"], sent["channel"]) == (point, channel):
                if row["event"] in ("delivered", "viewed", "clicked", "replied", "answered"):
                    worked.append(moment(row["occurred_at"]))
                elif row["event"] == "failed":
                    failed.append(moment(row["occurred_at"]))
        failed = [at for at in failed if at <= self.clock]
        worked = [at for at in worked if at <= self.clock]
        return not failed or bool(worked and max(worked) > max(failed))

    def answers(self) -> dict[str, SimpleNamespace]:
        """How often each channel was used and answered, each message once."""
        messages = defaultdict(list)
        for event in self.events:
            if event.message_id and self.shop.since(event.occurred_at, rule("response_window_days")):
                messages[event.channel, event.message_id].append(event)
        found = {}
        for channel in {channel for channel, _ in messages}:
            told = [events for (other, _), events in messages.items() if other == channel]
            kinds = [{event.event_kind for event in events} for events in told]
            clicked = sum("message_clicked" in kind for kind in kinds)
            viewed = sum(bool(kind & {"message_viewed", "message_clicked"}) for kind in kinds)
            times = [(event.event_kind, event.occurred_at) for events in told for event in events]
            found[channel] = SimpleNamespace(
                sent=len(told), viewed=viewed, clicked=clicked, failed=sum("message_failed" in kind for kind in kinds),
                refused=sum("message_refused" in kind for kind in kinds),
                weight=clicked * rule("click_weight") + (viewed - clicked) * rule("view_weight"),
                last_sent=max((at for kind, at in times if kind == "message"), default=None),
                last_answered=max((at for kind, at in times if kind in ("message_viewed", "message_clicked")), default=None),
            )  # fmt: skip
        return found


def age_on(born: str, day: date) -> str | None:
    year, month, of_month = map(int, born.split("-"))
    years = day.year - year - ((day.month, day.day) < (month, of_month))
    return str(years) if 0 <= years <= 120 else None


class Judge:
    """What each table must say, a row as a tuple; people by name."""

    def __init__(self, worlds: dict[str, dict], shared: dict, clock: datetime) -> None:
        self.shop, self.clock = Shop(shared, clock), clock
        self.people = {name: Person(name, landed, self.shop) for name, landed in worlds.items()}
        self.visits = {name: self.cart_visits(person) for name, person in self.people.items()}
        self.channels = self.read_channels()

    def events(self, *columns: str) -> list[tuple]:
        return [
            (person.name, *(getattr(event, column) for column in columns))
            for person in self.people.values()
            for event in person.events
        ]

    def orders(self, *columns: str) -> list[tuple]:
        return [
            (order.customer, *(getattr(order, column) for column in columns))
            for person in self.people.values()
            for order in person.orders
        ]

    def sessions(self) -> list[tuple]:
        found = []
        for person in self.people.values():
            for visit in person.sessions:
                kinds = Counter(event.event_kind for event in visit)
                start = visit[0]
                devices = [event.device_type for event in visit if event.device_type]
                found.append((
                    person.name, start.session_id, start.channel, next((event.campaign for event in visit if event.campaign), None),
                    start.device_type or min(devices, default=None), start.city, start.country, len(visit), kinds["page"], kinds["view"],
                    kinds["search"], kinds["cart"], kinds["checkout"],
                    len({event.order_id or event.event_id for event in visit if event.event_kind == "order"}),
                    start.occurred_at, visit[-1].occurred_at,
                ))  # fmt: skip
        return found

    def contact_consents(self) -> list[tuple]:
        return [
            (person.name, *key, state.status, state.recipient_type, state.source, state.on, state.at)
            for person in self.people.values()
            for key, state in person.points.items()
        ]

    def customer_consents(self) -> list[tuple]:
        return [
            (
                person.name,
                point,
                channel,
                purpose,
                state.status,
                state.recipient_type,
                state.source,
                state.on,
                state.at,
            )
            for person in self.people.values()
            for (channel, purpose), (point, state) in person.consents.items()
        ]

    def data_uses(self) -> list[tuple]:
        return [
            (person.name, purpose, *use)
            for person in self.people.values()
            for purpose, use in person.uses.items()
        ]

    def read_channels(self) -> dict[str, list[SimpleNamespace]]:
        answers = {name: person.answers() for name, person in self.people.items()}
        averages = {}
        for channel in {row["channel"] for row in seed("message_channels")}:
            told = [found[channel] for found in answers.values() if channel in found]
            sent = sum(one.sent for one in told)
            averages[channel] = (
                rounded(sum((one.weight for one in told), Decimal(0)) / sent, Decimal("1e-6"))
                if sent
                else Decimal(0)
            )
        said = {}
        for name, person in self.people.items():
            rows, identifiers = [], person.identifiers()
            for channel in sorted(averages):
                ways = [row for row in seed("message_channels") if row["channel"] == channel]
                asked = ways[0]["consent_channel"]
                points = [
                    (point, row["consent_of"])
                    for row in ways
                    for point in identifiers.get(row["identifier_type"], ())
                ]
                told = answers[name].get(channel)
                if not points and not told:
                    continue
                own = person.consents.get((asked, "marketing"))
                working = [(point, of) for point, of in points if person.is_working(point, channel)]
                usable = [
                    point
                    for point, of in working
                    if of == "customer"
                    or getattr(person.points.get((point, asked, "marketing")), "status", None) == "ONAY"
                ]
                status = own[1].status if own else None
                prior, sent = rule("prior_messages"), told.sent if told else 0
                rows.append(
                    SimpleNamespace(
                        channel=channel, consent_status=status, sent_count=sent, viewed_count=told.viewed if told else 0,
                        responded_count=told.clicked if told else 0, failed_count=told.failed if told else 0, refused_count=told.refused if told else 0,
                        response_score=ratio((told.weight if told else 0) + averages[channel] * prior, sent + prior),
                        contact_point_count=len(points), working_contact_point_count=len(working),
                        is_reachable=status == "ONAY" and bool(usable) and "processing" not in person.uses, is_preferred=False, is_best_reachable=False,
                        last_sent_at=told.last_sent if told else None, last_answered_at=told.last_answered if told else None,
                    )
                )  # fmt: skip

            def best(found):
                return first(
                    found,
                    lambda c: (
                        -c.response_score,
                        -c.responded_count,
                        later(c.last_answered_at or datetime.min),
                        c.channel,
                    ),
                )

            if one := best([row for row in rows if row.viewed_count >= rule("preferred_min_responses")]):
                one.is_preferred = True
            if one := best([row for row in rows if row.is_reachable]):
                one.is_best_reachable = True
            said[name] = rows
        return said

    def acts(self, person: Person) -> list:
        """What a habit is made of; an opened message is no act."""
        return [
            event
            for event in person.events
            if event.is_own_act
            and event.event_kind != "message_viewed"
            and self.shop.since(event.occurred_at, rule("context_window_days"))
        ]

    def hours(self) -> list[tuple]:
        return [
            (name, hour, days, acts, clicks)
            for name, person in self.people.items()
            for hour, (days, acts, clicks) in self.hours_of(person).items()
        ]

    def hours_of(self, person: Person) -> dict[int, tuple[int, int, int]]:
        found = defaultdict(list)
        for event in self.acts(person):
            found[event.local_hour].append(event)
        return {
            hour: (
                len({event.occurred_at_local.date() for event in events}),
                len(events),
                sum(event.event_kind == "message_clicked" for event in events),
            )
            for hour, events in found.items()
        }

    def cart_visits(self, person: Person) -> list[SimpleNamespace]:
        found = []
        for visit in person.sessions:
            steps = [
                0 if event.event_kind == "cart" else event.checkout_step or 1
                for event in visit
                if event.event_kind in ("cart", "checkout")
            ]
            if not steps:
                continue
            left = max(
                event.occurred_at for event in visit if event.event_kind in ("cart", "checkout", "order")
            )
            ordered = any(event.event_kind == "order" for event in visit)
            after = [
                order.ordered_at
                for order in person.orders
                if order.customer and order.is_purchase and order.ordered_at >= left
            ]
            devices = [event.device_type for event in visit if event.device_type]
            found.append(
                SimpleNamespace(
                    session=visit[0].session_id, device=visit[0].device_type or min(devices, default="unknown"), step=max(steps), left=left,
                    ordered=ordered, recovered=not ordered and any(at <= left + int(rule("recovery_days")) * DAY for at in after),
                )
            )  # fmt: skip
        return found

    def friction(self) -> list[tuple]:
        visits = [
            v
            for found in self.visits.values()
            for v in found
            if self.shop.since(v.left, rule("friction_window_days"))
        ]
        said = []
        for device in {visit.device for visit in visits}:
            for step in {0, *(visit.step for visit in visits)}:
                reached = [visit for visit in visits if visit.device == device and visit.step >= step]
                if reached:
                    left = [visit for visit in reached if not visit.ordered and visit.step == step]
                    bought = sum(visit.ordered for visit in reached)
                    said.append((
                        device, step, len(reached), len(left), sum(visit.recovered for visit in left), bought, ratio(len(left), len(reached)),
                        ratio(len(reached) - bought, len(reached)),
                    ))  # fmt: skip
        return said

    def cart(self, person: Person) -> dict[str, SimpleNamespace]:
        """What lies in the cart: the last time each product was put in, not taken out, with nothing bought since."""
        found = {}
        for event in person.events:
            if event.event_kind == "cart" and event.product_id:
                ended = any(
                    other.occurred_at >= event.occurred_at
                    and (
                        other.event_kind == "order"
                        or (other.event_kind, other.product_id) == ("cart_removal", event.product_id)
                    )
                    for other in person.events
                )
                if not ended:
                    found[event.product_id] = event
        return {product: event for product, event in found.items() if self.shop.since(event.occurred_at, 30)}

    def customer(self, person: Person) -> dict:
        """The profile of one person, as far as this judge goes."""
        shop, clock, events = self.shop, self.clock, person.events
        orders = [order for order in person.orders if order.customer]
        bought = [order for order in orders if order.is_purchase]
        own = [event for event in events if event.is_own_act]
        traits = {trait: value for _, trait, value, *_ in person.traits}
        said: dict = {
            name: traits.get(name)
            for name in (
                "gender",
                "marital_status",
                "occupation",
                "income_band",
                "district",
                "city",
                "country",
            )
        }
        said |= {name: int(traits[name]) if name in traits else None for name in ("birth_year", "age")}

        def base(found):
            return sum((order.net_amount_base or Decimal(0) for order in found), Decimal(0))

        for days in WINDOWS:
            for name, kind in COUNTED.items():
                said[f"{name}_{days}d_count"] = sum(
                    event.event_kind == kind and shop.since(event.occurred_at, days) for event in events
                )
            said[f"orders_{days}d_count"] = sum(shop.since(order.ordered_at, days) for order in bought)
            said[f"spend_{days}d_amount"] = base(
                [order for order in orders if shop.since(order.ordered_at, days)]
            )
        active, last = (
            max((event.occurred_at for event in own), default=None),
            max((order.ordered_at for order in bought), default=None),
        )
        views = defaultdict(list)
        for event in events:
            if event.event_kind == "view" and event.product_id:
                views[event.product_id].append(event)
        newest = first(
            list(views), lambda product: (later(max(event.occurred_at for event in views[product])), product)
        )
        repeated = [
            product
            for product, seen in views.items()
            if sum(event.channel not in IN_STORE and shop.since(event.occurred_at, 30) for event in seen) >= 3
        ]
        # a consent of a number or an address is a sight of it, from the start of its day where it names no hour
        heard = [
            moment(row["consent_date"])
            for row in person.landed["consent", "records"]
            if row["channel"] not in ("PUSH", "ONSITE")
        ]
        opened = [moment(row["created_at"]) for row in person.landed["shop", "customers"]]
        cart = self.cart(person)
        since = min((event.occurred_at for event in cart.values()), default=None)
        said |= {
            "orders_count": len(bought), "lifetime_value_amount": base(orders), "average_basket_amount": ratio(base(bought), len(bought)),
            "first_ordered_at": min((order.ordered_at for order in bought), default=None), "last_ordered_at": last,
            "days_since_last_order_count": (clock - last) // DAY if last else None,
            "last_active_at": active, "days_since_last_active_count": (clock - active) // DAY if active else None,
            "channel_count": len({event.channel for event in own}), "session_count": len(person.sessions),
            "has_bought_in_store": any(order.channel == "store" for order in bought), "has_bought_online": any(order.channel != "store" for order in bought),
            "first_seen_at": min([*opened, *heard, *(event.occurred_at for event in events)], default=None),
            "last_viewed_product_id": newest, "last_viewed_product_view_count": len(views[newest]) if newest else 0,
            "last_viewed_at": max((event.occurred_at for event in views[newest]), default=None) if newest else None,
            "repeated_view_product_count": len(repeated), "open_cart_item_count": len(cart),
            "open_cart_amount": sum((event.amount_base or Decimal(0) for event in cart.values()), Decimal(0)), "open_cart_since_at": since,
            "open_cart_age_hours": (clock - since) // timedelta(hours=1) if since else None, "is_restricted": "processing" in person.uses,
            "is_known": True,
        }  # fmt: skip
        return said | self.context(person, traits)

    def context(self, person: Person, traits: dict) -> dict:
        acts, shop = self.acts(person), self.shop

        def habit(value_of, least=1, by_acts=False):
            """What holds on most days; ties to the later, then to the first in order."""
            found = defaultdict(list)
            for act in acts:
                if value_of(act) is not None:
                    found[value_of(act)].append(act)
            days = {value: len({act.occurred_at_local.date() for act in of}) for value, of in found.items()}
            best = first(
                [value for value in found if days[value] >= least],
                lambda value: (
                    -days[value],
                    by_acts and -len(found[value]),
                    later(max(act.occurred_at for act in found[value])),
                    value,
                ),
            )
            return best, ratio(days[best], sum(days.values())) if best is not None else None

        device, share = habit(lambda act: act.device_type, by_acts=True)
        usual, _ = habit(lambda act: act.city and (act.city, act.country or ""))
        weekday, _ = habit(lambda act: act.occurred_at_local.isoweekday(), int(rule("best_hour_min_days")))
        where = next((act for act in acts if usual and (act.city, act.country or "") == usual), None)
        hours = self.hours_of(person)
        parts = defaultdict(lambda: [0, 0])
        for hour, (days, count, _) in hours.items():
            part = parts[
                "night" if hour < 6 else "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
            ]
            part[0] += days
            part[1] += count
        habits = [hour for hour in hours if hours[hour][0] >= rule("best_hour_min_days")]
        last_of_day = {}
        for act in acts:
            last_of_day[act.occurred_at_local.date()] = max(
                act.occurred_at, last_of_day.get(act.occurred_at_local.date(), act.occurred_at)
            )

        def days_within(name):
            return sum(shop.since(at, rule(f"engagement_{name}_window_days")) for at in last_of_day.values())

        level = next(
            (
                name
                for name in ("high", "medium", "low")
                if days_within(name) >= rule(f"engagement_{name}_min_days")
            ),
            "none",
        )
        brought = sorted(
            (act for act in acts_of_all_time(person) if act.campaign and act.session_id),
            key=lambda e: (e.occurred_at, e.event_id),
        )
        visits = [
            visit for visit in self.visits[person.name] if shop.since(visit.left, rule("context_window_days"))
        ]
        left = [visit for visit in visits if not visit.ordered]
        last_left = first(left, lambda visit: (later(visit.left), visit.session))
        home = (
            place(traits.get("city"), traits.get("country"))
            if traits.get("city") and traits.get("country")
            else None
        )
        in_seed = home is not None and any(
            (row["place_kind"], row["place_name"], row["country"]) == ("city", home.city, home.country)
            for row in seed("places")
        )
        channels = self.channels[person.name]
        return {
            "timezone": person.last_zone or (home.zone if in_seed else None) or HOME,
            "favourite_device_type": device, "favourite_device_share": share,
            "best_hour": first(habits, lambda hour: (-hours[hour][0], -hours[hour][2], -hours[hour][1], hour)), "best_weekday": weekday,
            "favourite_day_part": first(list(parts), lambda part: (-parts[part][0], -parts[part][1], part)),
            "usual_city": where.city if where else None, "usual_country": where.country if where else None, "usual_region": where.region if where else None,
            "climate": (where.climate if where else None) or (home.climate if in_seed else None),
            "favourite_store_id": habit(lambda act: act.store_id)[0], "engaged_day_count": days_within("high"), "engagement_level": level,
            "first_campaign": brought[0].campaign if brought else None, "first_campaign_at": brought[0].occurred_at if brought else None,
            "latest_campaign": brought[-1].campaign if brought else None, "latest_campaign_at": brought[-1].occurred_at if brought else None,
            "cart_visit_count": len(visits), "carts_left_count": len(left), "cart_abandonment_rate": ratio(len(left), len(visits)),
            "last_left_checkout_step": last_left.step if last_left else None, "last_left_device_type": last_left.device if last_left else None,
            "last_cart_left_at": last_left.left if last_left else None, "reachable_channel_count": sum(row.is_reachable for row in channels),
            "preferred_channel": next((row.channel for row in channels if row.is_preferred), None),
            "best_reachable_channel": next((row.channel for row in channels if row.is_best_reachable), None),
        }  # fmt: skip


def acts_of_all_time(person: Person) -> list:
    return [event for event in person.events if event.is_own_act and event.event_kind != "message_viewed"]
