"""Small lives with everything a profile is made of, landed side by side; each is one person, known by one account (P1 to P9, X1 to X4).

Facts lie exactly 1, 7, 30, 90, 365 days before the clock, or a second less or more, and on the edges of calendars: month ends, 29 February,
midnight in Istanbul, New Year, the hours in which the clocks of Berlin and New York move. Drawn from TEKIL_FUZZ_SEED.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from tests.support.project import AS_OF

SEED = int(os.environ.get("TEKIL_FUZZ_SEED") or 20260630)
WORLDS = 2000 if os.environ.get("TEKIL_FUZZ") else 200
CLOCK = datetime.fromisoformat(AS_OF).astimezone(UTC).replace(tzinfo=None)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
GAPS = [0, 0, 1, 2, 7, 8, 29, 30, 31, 60, 90, 91, 365, 366]
EDGES = [
    datetime(2024, 2, 29, 12), datetime(2024, 2, 28, 21), datetime(2024, 12, 31, 21), datetime(2025, 2, 28, 21), datetime(2025, 12, 31, 21),
    datetime(2026, 1, 31, 21), datetime(2026, 2, 28, 21), datetime(2026, 3, 8, 7), datetime(2026, 3, 29, 1), datetime(2026, 5, 31, 21),
]  # fmt: skip
# (city as typed, country): spellings of one city, other clocks, a city that nobody knows, a country alone, a country of many clocks, none
PLACES = [
    ("İstanbul", "TR"), ("ISTANBUL", None), ("ankara", "TR"), ("Berlin", "DE"), ("Cologne", "DE"), ("New York", "US"), ("Mumbai", "IN"),
    ("NOWHERE  ville", "TR"), ("Nowhereville", None), (None, "DE"), (None, "US"), (None, None),
]  # fmt: skip
ZONES = [None, None, None, "Europe/Istanbul", "Europe/Berlin", "America/New_York", "Mars/Olympus"]
AGENTS = [
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile", "mobile"), ("Mozilla/5.0 (iPad; CPU OS 17_0)", "tablet"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64)", "desktop"), ("curl/8", "other"),
]  # fmt: skip
CAMPAIGNS = [None, None, None, None, "spring", "summer"]
# out of it on purpose: XAU, which has no rate
CURRENCIES = ["TRY", "TRY", "TRY", "USD", "EUR", "XAU", None]
PRODUCTS = [
    {"id": f"{category}-{letter}", "title": letter, "category": category or None, "brand": brand, "currency": "TRY", "price": 100,
        "updated_at": "2020-01-01T00:00:00Z"}
    for category, letter, brand in [("Shoes", "a", "X"), ("Shoes", "b", "Y"), ("Toys", "a", "X"), ("Books", "a", None), ("", "a", "Y")]
]  # fmt: skip
STORES = [
    {"store_id": "S1", "name": "one", "city": "New York", "country": "US", "timezone": "America/New_York"},
    {"store_id": "S2", "name": "two", "city": "mumbai", "country": "IN", "timezone": None},
    {"store_id": "S3", "name": "three", "city": None, "country": None, "timezone": None},
]
MAILINGS = [{"id": "E1", "title": "Toys week"}, {"id": "E2", "title": None}]
TABLES = [
    ("shop", "customers"), ("shop", "orders"), ("shop", "order_lines"), ("shop", "refunds"), ("pos", "receipts"), ("pos", "receipt_lines"),
    ("crm", "contacts"), ("tracker", "events"), ("google_analytics", "events"), ("messaging", "sends"), ("messaging", "receipts"),
    ("mailchimp", "members"), ("mailchimp", "email_activity"), ("zendesk", "users"), ("zendesk", "tickets"), ("consent", "records"),
    ("privacy", "requests"),
]  # fmt: skip
SHARED = {("shop", "products"): PRODUCTS, ("pos", "stores"): STORES, ("mailchimp", "campaigns"): MAILINGS}


def told(at: datetime) -> str:
    return at.isoformat() + "Z"


class World:
    """One person's rows to land."""

    def __init__(self, number: int) -> None:
        self.name = f"p{number}"
        self.landed: dict[tuple[str, str], list[dict]] = defaultdict(list)
        self.given = 0
        dice = self.dice = random.Random(f"{SEED}/profile/{number}")
        anchors = [CLOCK - gap * DAY for gap in GAPS] if number % 3 else EDGES
        moments = [self.around(dice.choice(anchors)) for _ in range(dice.randint(1, 4))]
        for _ in range(dice.randint(3, 14)):
            moments.append(
                self.around(dice.choice(moments) + timedelta(days=dice.choice([*GAPS, -1, -7, -30])))
            )
        moments = [at for at in moments if at <= CLOCK + DAY] or [CLOCK - DAY]
        self.born = min([*moments, CLOCK - 2 * DAY]) - timedelta(hours=1)
        self.account, self.email, self.cookie = (
            f"acc-{self.name}",
            f"{self.name}@posta.com.tr",
            f"c-{self.name}",
        )
        self.phone = f"+90532{4100000 + 37 * number}" if dice.random() < 0.7 else None
        self.token = f"token-of-{self.name}" if dice.random() < 0.4 else None
        city, country = dice.choice(PLACES)
        self.add("shop", "customers", id=self.account, email=self.email, phone=self.phone, created_at=told(self.born),
            updated_at=told(dice.choice([self.born, CLOCK + SECOND, *moments])) if dice.random() < 0.2 else None,
            default_address_city=city, default_address_country=country)  # fmt: skip
        self.call(
            self.born, "identify", None, "web", device=self.token and {"type": "ios", "token": self.token}
        )
        self.add(
            "zendesk", "users", id=f"z-{self.name}", external_id=self.account, created_at=told(self.born)
        )
        for _ in range(dice.choice([0, 1, 1, 2])):
            self.contact(dice.choice(moments))
        if dice.random() < 0.5:
            self.add("mailchimp", "members", id=f"mc-{self.name}", unique_email_id=f"u-{self.name}", email_address=self.email, list_id="L1",
                status=dice.choice(["subscribed", "unsubscribed", "cleaned"]), last_changed=told(dice.choice(moments)))  # fmt: skip
        if dice.random() < 0.08:
            kind, value = dice.choice(
                [
                    ("email", f" {self.email.upper()} "),
                    ("account_id", self.account),
                    ("email", "nobody@posta.com.tr"),
                ]
            )
            self.add("privacy", "requests", request_id=f"q-{self.name}", kind=dice.choice(["restrict", "restrict", "access"]),
                identifier_type=kind, identifier_value=value, requested_at=told(dice.choice(moments)))  # fmt: skip
        doings = [self.visit] * 5 + [self.buys] * 3 + [self.checkout, self.checkout, self.counter, self.message, self.mailing, self.ticket,
            self.consent, self.consent, self.google, self.tells]  # fmt: skip
        for at in sorted(moments):
            dice.choice(doings)(at)
        if number % 11 == 1:
            # the same product again and again, the first time just too long ago or just not
            for at in (CLOCK - 30 * DAY + dice.choice([timedelta(0), SECOND]), CLOCK - 7 * DAY, CLOCK - DAY):
                self.call(
                    at, "track", "Product Viewed", dice.choice(["web", "web", "kiosk"]), product_id="Shoes-a"
                )
        if number % 7 == 0:
            # a habit on days in a row, at an hour's edge
            for day in range(5):
                self.call(
                    self.around(moments[0] + day * DAY),
                    "page",
                    None,
                    "web",
                    location=dice.choice([None, {"city": "Berlin", "country": "DE"}]),
                )

    def around(self, at: datetime) -> datetime:
        return at + self.dice.choice(
            [timedelta(0)] * 3 + [SECOND, -SECOND, timedelta(hours=self.dice.randint(-9, 9))]
        )

    def add(self, source: str, table: str, /, **row) -> None:
        self.landed[source, table].append(row)

    def number(self) -> str:
        self.given += 1
        return f"{self.name}-{self.given:03}"

    def call(self, at: datetime, kind: str, event: str | None, channel: str, device=None, location=None, campaign=None, timezone=None,
             traits=None, agent=None, **properties) -> None:  # fmt: skip
        context = {"device": device, "location": location, "timezone": timezone, "userAgent": agent}
        if campaign:
            context["campaign"] = {"name": campaign}
        if at > CLOCK + DAY:
            return
        self.add("tracker", "events", type=kind, event=event, messageId=f"m-{self.number()}", userId=self.account, anonymousId=self.cookie,
            timestamp=told(at), channel=channel, context=context, properties=properties, traits=traits or {})  # fmt: skip

    def circumstances(self) -> tuple[str, dict]:
        """Channel of a visit, with device, place and clock."""
        dice = self.dice
        channel, device = dice.choice(
            [
                ("web", {"type": "mobile"}),
                ("web", {"type": "Desktop"}),
                ("web", None),
                ("app", {"type": "ios"}),
                ("kiosk", {"type": "kiosk"}),
            ]
        )
        agent = dice.choice(AGENTS)[0] if dice.random() < 0.4 else None
        city, country = dice.choice(PLACES)
        location = {"city": city, "country": country} if dice.random() < 0.3 else None
        found = {"device": device, "agent": agent, "location": location, "timezone": dice.choice(ZONES)}
        if channel == "kiosk":
            found["store_id"] = dice.choice(["S1", "S2", "S3"])
        return channel, found

    def steps(self, at: datetime, doings, channel: str, found: dict) -> datetime:
        """One thing after another, the silence between them on the edge of the session rule."""
        for event, properties in doings:
            self.call(
                at,
                "track" if event else "page",
                event,
                channel,
                campaign=self.dice.choice(CAMPAIGNS),
                **found,
                **properties,
            )
            at += self.dice.choice(
                [
                    timedelta(0),
                    SECOND,
                    timedelta(minutes=5),
                    timedelta(minutes=30),
                    timedelta(minutes=30, seconds=1),
                ]
            )
            if self.dice.random() < 0.2:
                channel, found = self.circumstances()
        return at

    def product(self) -> str:
        return self.dice.choice(PRODUCTS)["id"]

    def visit(self, at: datetime) -> None:
        dice, doings = self.dice, []
        for _ in range(dice.randint(1, 4)):
            product = self.product()
            doings.append(dice.choice([
                ("Product Viewed", {"product_id": product, "duration": dice.choice([None, 3, 2.5])}),
                ("Product Viewed", {"product_id": "not-in-catalogue", "category": "Garden"}),
                ("Product Viewed", {"product_id": product}),
                ("Product List Viewed", {"category": "Toys"}),
                ("Products Searched", {"query": dice.choice(["red toys", "ŞHOES  Books", "nothing", self.email])}),
                ("Product Added to Wishlist", {"product_id": product}),
                ("Product Added", {"product_id": product, "price": 12.34, "quantity": dice.choice([1, 3]), "currency": dice.choice(CURRENCIES)}),
                ("Product Removed", {"product_id": product}),
                ("Cart Abandoned", {}),
                ("Unheard Of", {"value": 5}),
                (None, {}),
            ]))  # fmt: skip
        self.steps(at, doings, *self.circumstances())

    def checkout(self, at: datetime) -> None:
        dice, product = self.dice, self.product()
        doings = [
            ("Product Added", {"product_id": product, "price": 50, "currency": "TRY"}),
            ("Product Added", {"product_id": dice.choice([product, self.product()]), "price": 20}),
            ("Checkout Started", {}), ("Checkout Step Viewed", {"step": 2}), ("Checkout Step Completed", {}), ("Payment Info Entered", {}),
        ]  # fmt: skip
        channel, found = self.circumstances()
        later = self.steps(at, doings[: dice.randint(1, 6)], channel, found)
        if dice.random() < 0.5:
            self.buys(
                dice.choice([at, later, later + timedelta(hours=5), later + 7 * DAY, later + 8 * DAY]),
                channel,
                found,
            )

    def buys(self, at: datetime, channel: str | None = None, found: dict | None = None) -> None:
        dice, order_id = self.dice, f"o-{self.number()}"
        if channel is None:
            channel, found = self.circumstances()
        if at > CLOCK + DAY:
            return
        currency = dice.choice(CURRENCIES)
        total = dice.choice([None, 50, 99.99, 1000, 2500.5])
        if dice.random() < 0.1:
            # only the tracker tells of it
            self.call(
                at,
                "track",
                "Order Completed",
                channel,
                order_id=f"x-{order_id}",
                total=9.5,
                currency="TRY",
                **found,
            )
            return
        if dice.random() < 0.1:
            self.add(
                "shop",
                "refunds",
                id=f"r-{self.number()}",
                order_id=f"never-{order_id}",
                created_at=told(at),
                amount=30,
            )
            return
        gone = at + dice.choice([timedelta(0), DAY, 400 * DAY]) if dice.random() < 0.15 else None
        self.add("shop", "orders", id=order_id, customer_id=self.account, email=self.email, created_at=told(at), updated_at=told(at),
            cancelled_at=told(gone) if gone else None, currency=currency, total_price=total,
            source_name=dice.choice([None, "web", "web", "app", "pos"]), device_type=dice.choice([None, None, "mobile", "desktop"]),
            client_user_agent=dice.choice([None, AGENTS[1][0]]))  # fmt: skip
        for _ in range(dice.randint(0, 2)):
            self.add("shop", "order_lines", id=f"l-{self.number()}", order_id=order_id, product_id=self.product(),
                quantity=dice.randint(1, 3), price=10.25, total_discount=dice.choice([None, 1]))  # fmt: skip
        for _ in range(dice.choice([0, 0, 0, 1, 2])):
            self.add("shop", "refunds", id=f"r-{self.number()}", order_id=order_id, created_at=told(at + dice.choice([timedelta(0), 10 * DAY, 400 * DAY])),
                amount=dice.choice([None, 1, total and total / 2, total]))  # fmt: skip
        if dice.random() < 0.5:
            self.call(at + dice.choice([timedelta(0), 5 * SECOND]), "track", "Order Completed", channel, campaign=dice.choice(CAMPAIGNS),
                order_id=order_id, total=total, currency=currency, **found)  # fmt: skip

    def counter(self, at: datetime) -> None:
        if at > CLOCK + DAY:
            return
        receipt_id, total = f"k-{self.number()}", self.dice.choice([None, 49, 1000, -80])
        self.add("pos", "receipts", receipt_id=receipt_id, store_id=self.dice.choice(["S1", "S2", "S3", "S9", None]), email=self.email,
            occurred_at=told(at), kind="return" if total == -80 else self.dice.choice(["sale", "sale", "return"]),
            currency=self.dice.choice(CURRENCIES), total_amount=total)  # fmt: skip
        for line in range(self.dice.randint(1, 2)):
            self.add(
                "pos",
                "receipt_lines",
                receipt_id=receipt_id,
                line_no=line + 1,
                product_id=self.product(),
                quantity=2,
                unit_price=7.5,
            )

    def message(self, at: datetime) -> None:
        dice, ways = self.dice, [("onsite", self.account, "account_id")]
        if self.phone:
            ways += [
                ("sms", self.phone, "phone"),
                ("whatsapp", self.phone, "phone"),
                ("call", self.phone, "phone"),
            ]
        if self.token:
            ways += [("push", self.token, "push_token")] * 2
        for _ in range(dice.randint(1, 4)):
            channel, recipient, kind = dice.choice(ways)
            message_id = f"s-{self.number()}"
            self.add("messaging", "sends", message_id=message_id, channel=channel, recipient=recipient, recipient_type=kind, sent_at=told(at),
                campaign_id=dice.choice([None, "spring"]))  # fmt: skip
            events = [
                "delivered",
                "viewed",
                "clicked",
                "replied",
                "answered",
                "failed",
                "unsubscribed",
                "complained",
                "lost",
            ]
            for event in dice.sample(events, dice.randint(0, 3)):
                self.add("messaging", "receipts", message_id=message_id, event=event,
                    occurred_at=told(at + dice.choice([timedelta(0), timedelta(minutes=1), DAY])))  # fmt: skip

    def mailing(self, at: datetime) -> None:
        dice, campaign = self.dice, self.dice.choice(["E1", "E2", "E3"])
        for action in dice.sample(["sent", "open", "click", "bounce", "unsub"], dice.randint(1, 3)):
            self.add("mailchimp", "email_activity", campaign_id=campaign, email_id=f"u-{self.name}", email_address=self.email, action=action,
                timestamp=told(at + dice.choice([timedelta(0), SECOND, DAY])))  # fmt: skip

    def ticket(self, at: datetime) -> None:
        self.add(
            "zendesk",
            "tickets",
            id=f"t-{self.number()}",
            requester_id=f"z-{self.name}",
            type="question",
            created_at=told(at),
        )

    def consent(self, at: datetime) -> None:
        dice, recipients = self.dice, [(self.email, "EPOSTA"), (self.email, "ADS"), (self.account, "ONSITE")]
        if self.phone:
            recipients += [(self.phone, channel) for channel in ("MESAJ", "ARAMA", "WHATSAPP")]
        if self.token:
            recipients += [(self.token, "PUSH")] * 2
        for recipient, channel in dice.sample(recipients, dice.randint(1, len(recipients))):
            day = at + timedelta(hours=3)
            when = dice.choice([told(at), told(at), day.date().isoformat(), told(at + SECOND)])
            self.add("consent", "records", recipient=recipient, recipient_type=dice.choice(["BIREYSEL", "TACIR", None]), channel=channel,
                purpose=dice.choice([None, None, None, "analytics", "profiling"]), status=dice.choice(["ONAY", "ONAY", "ONAY", "RET", "BELKI"]),
                source=dice.choice(["web", "store", None]), consent_date=when)  # fmt: skip

    def google(self, at: datetime) -> None:
        """Beside a visit, or on its edge."""
        dice = self.dice
        near = dice.choice(
            [*(datetime.fromisoformat(row["timestamp"][:-1]) for row in self.landed["tracker", "events"]), at]
        )
        at = near + dice.choice(
            [
                timedelta(0),
                timedelta(minutes=30),
                -timedelta(minutes=30),
                timedelta(minutes=30, seconds=1),
                timedelta(hours=2),
            ]
        )
        for position in range(dice.randint(1, 3)):
            stamp = int((at - datetime(1970, 1, 1)) / timedelta(microseconds=1)) + position
            self.add("google_analytics", "events", event_name=dice.choice(["page_view", "view_item", "search", "begin_checkout", "own_event"]),
                event_timestamp=stamp, user_pseudo_id=f"ga.{self.name}", user_id=self.account, device={"category": dice.choice(["mobile", "desktop"])},
                event_params=[{"key": "campaign", "value": {"string_value": "summer"}}] if dice.random() < 0.3 else [],
                items=[{"item_id": self.product()}] if dice.random() < 0.5 else [])  # fmt: skip

    def tells(self, at: datetime) -> None:
        """A log-in with what the person says of themselves."""
        dice = self.dice
        self.call(at, "identify", None, "web", traits={
            "gender": dice.choice([None, "Kadın", "male", "?"]), "birthday": dice.choice([None, f"{dice.choice([1990, 1991])}-06-30"])})  # fmt: skip

    def contact(self, at: datetime) -> None:
        """One of the CRM's records; all name one birthday, for another would be another person."""
        dice = self.dice
        city, country = dice.choice(PLACES)
        self.add("crm", "contacts", contact_id=f"con-{self.number()}", email=self.email, phone=dice.choice([None, self.phone]),
            created_at=told(self.born + SECOND), updated_at=dice.choice([None, told(at), told(self.born + DAY)]),
            gender=dice.choice([None, "female", "Erkek", "divers"]), birth_date=dice.choice([None, f"{dice.choice([1990, 1991])}-06-30"]),
            marital_status=dice.choice([None, "evli", "SINGLE", "it is complicated"]), occupation=dice.choice([None, "öğretmen", "Doctor", "lion tamer"]),
            income_band=dice.choice([None, "20000-40000"]), district=dice.choice([None, "KADIKÖY", "Old town"]), city=city, country=country)  # fmt: skip


def landing(worlds) -> dict[tuple[str, str], list[dict]]:
    """All rows of all worlds, by table."""
    return SHARED | {table: [row for world in worlds for row in world.landed[table]] for table in TABLES}
