"""A generator of batches: one good batch of each table, and every way we know to make a bad one of it.

A bad batch is a good one with one thing wrong, and names the rule that must notice it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.quality.helpers import ROWS

Row = dict
DAY = "2026-02-{:02}T10:00:00Z"


def day(number: int) -> str:
    return DAY.format(1 + number % 27)


def _event(n: int) -> Row:
    return {
        "type": "track",
        "messageId": f"m{n}",
        "event": ("Product Viewed", "Product Added", "Order Completed")[n % 3],
        "anonymousId": f"visitor-{n // 3}",
        "userId": f"account-{n}",
        "timestamp": day(n),
        "originalTimestamp": day(n),
        "sentAt": day(n),
        "receivedAt": day(n),
        "channel": "web",
        "properties": {"price": 10 + n, "revenue": 10 + n, "quantity": 1, "currency": "TRY"},
        "traits": {"email": f"kisi{n}@posta.com.tr"},
    }


GOOD: dict[str, Callable[[int], Row]] = {
    "tracker/events": _event,
    "shop/customers": lambda n: {
        "id": f"a{n}", "email": f"kisi{n}@posta.com.tr", "phone": f"+90532{n:07}", "first_name": "Ayşe",
        "created_at": day(n), "updated_at": "2026-02-28T00:00:00Z",
    },
    "shop/orders": lambda n: {
        "id": f"o{n}", "customer_id": f"a{n}", "email": f"kisi{n}@posta.com.tr", "created_at": day(n), "currency": "TRY",
        "subtotal_price": 10 + n, "total_price": 10 + n, "financial_status": "paid",
    },
    "shop/order_lines": lambda n: {
        "id": f"l{n}", "order_id": f"o{n}", "product_id": f"p{n % 20}", "quantity": 1 + n % 3, "price": 10 + n, "total_discount": 0,
    },
    "shop/refunds": lambda n: {"id": f"r{n}", "order_id": f"o{n}", "created_at": day(n), "quantity": 1, "amount": 10},
    "shop/products": lambda n: {"id": f"p{n}", "title": f"Çay {n}", "category": ("Çay", "Kahve")[n % 2], "price": 10 + n, "currency": "TRY"},
    "shop/inventory_levels": lambda n: {"product_id": f"p{n}", "location_id": "d1", "available": n},
    "pos/stores": lambda n: {"store_id": f"s{n}", "name": f"Kadıköy {n}"},
    "pos/receipts": lambda n: {
        "receipt_id": f"f{n}", "store_id": f"s{n % 5}", "occurred_at": day(n), "kind": ("sale", "return")[n % 9 == 0],
        "loyalty_card_no": f"c{n}", "payment_token": f"t{n}", "currency": "TRY", "total_amount": 10 + n,
    },
    "pos/receipt_lines": lambda n: {
        "receipt_id": f"f{n}", "line_no": "1", "product_id": f"p{n % 20}", "quantity": 1, "unit_price": 10 + n, "discount_amount": 0,
    },
    "crm/contacts": lambda n: {
        "contact_id": f"k{n}", "loyalty_card_no": f"c{n}", "first_name": "Ömer", "last_name": "Güneş", "email": f"kisi{n}@posta.com.tr",
        "phone": f"+90532{n:07}", "created_at": day(n), "updated_at": "2026-02-28T00:00:00Z",
    },
    "mailchimp/members": lambda n: {"id": f"u{n}", "email_address": f"kisi{n}@posta.com.tr", "status": "subscribed", "last_changed": day(n)},
    "mailchimp/campaigns": lambda n: {"id": f"g{n}", "title": "Bahar"},
    "mailchimp/email_activity": lambda n: {
        "campaign_id": f"g{n % 5}", "email_id": f"u{n}", "action": ("sent", "open", "click")[n % 3], "timestamp": day(n),
    },
    "messaging/sends": lambda n: {
        "message_id": f"x{n}", "channel": ("sms", "push")[n % 2], "recipient": f"+90532{n:07}", "recipient_type": "phone", "sent_at": day(n),
    },
    "messaging/receipts": lambda n: {"message_id": f"x{n}", "event": "delivered", "occurred_at": day(n)},
    "zendesk/users": lambda n: {"id": f"z{n}", "external_id": f"a{n}", "email": f"kisi{n}@posta.com.tr"},
    "google_analytics/events": lambda n: {
        "event_name": ("page_view", "view_item")[n % 2], "event_timestamp": str(1770000000000000 + n), "user_pseudo_id": f"ga{n}",
    },
    "consent/records": lambda n: {
        "recipient": f"+90532{n:07}", "recipient_type": "BIREYSEL", "channel": "MESAJ", "purpose": "marketing",
        "status": ("ONAY", "RET")[n % 4 == 0], "source": "HS_WEB", "consent_date": day(n),
    },
    "privacy/requests": lambda n: {
        "request_id": f"q{n}", "kind": "access", "identifier_type": "email", "identifier_value": f"kisi{n}@posta.com.tr", "requested_at": day(n),
    },
}  # fmt: skip


def good(table: str, start: int = 0, count: int = ROWS) -> list[Row]:
    """A good batch of a table; other starts give other rows."""
    return [GOOD[table](n) for n in range(start, start + count)]


def _put(row: Row, path: str, value: object) -> None:
    *above, name = path.split(".")
    for part in above:
        row = row.setdefault(part, {})
    row[name] = value


@dataclass(frozen=True)
class Bad:
    """One kind of bad batch: its table, the rule that must stop it, and what is wrong with its rows."""

    table: str
    rule: str
    what: str
    spoil: Callable[[list[Row]], list[Row] | bytes]

    @property
    def name(self) -> str:
        return f"{self.table} {self.rule}: {self.what}"

    def batch(self, start: int) -> list[Row] | bytes:
        return self.spoil(good(self.table, start))


def every(path: str, value: object) -> Callable[[list[Row]], list[Row]]:
    """The same wrong value in every row; a function of the row's number gives another one in each."""

    def spoil(rows: list[Row]) -> list[Row]:
        for n, row in enumerate(rows):
            _put(row, path, value(n) if callable(value) else value)
        return rows

    return spoil


def without(path: str) -> Callable[[list[Row]], list[Row]]:
    return every(path, None)


MOJIBAKE = "AyÅŸe GÃ¼neÅŸ"
LATER = "2027-06-01T00:00:00Z"
NEVER_SET = "1970-06-01T00:00:00Z"
PAGE = "<html>" + "x" * 400


def _empty(rows: list[Row]) -> bytes:
    """A file with a header of the right columns and nothing below it."""
    return b""


def bad_batches() -> Iterator[Bad]:
    """Every kind of bad batch: for each rule that stops one, at least one that it must stop."""
    yield Bad(
        "shop/products",
        "expect_few_refusals",
        "another layout",
        lambda rows: [{"id": r["id"], "price": "abc"} for r in rows],
    )
    yield Bad(
        "shop/products",
        "expect_few_repeats",
        "one page again and again",
        lambda rows: [dict(rows[0], title=f"t{n}") for n in range(80)],
    )
    t = "tracker/events"
    yield Bad(t, "expect_known_value (type)", "another protocol", every("type", "se"))
    yield Bad(t, "expect_short_text (event)", "a page as the name", every("event", PAGE))
    yield Bad(t, "expect_plausible_time (timestamp)", "clocks never set", every("timestamp", NEVER_SET))
    yield Bad(t, "expect_no_future_time (timestamp)", "a year ahead", every("timestamp", LATER))
    yield Bad(
        t,
        "expect_clocks_in_step (sent_at, received_at)",
        "sent a year before it arrived",
        every("sentAt", "2025-01-01T00:00:00Z"),
    )
    yield Bad(
        t, "expect_plausible_amount (properties_price)", "negative prices", every("properties.price", -5)
    )
    yield Bad(
        t,
        "expect_plausible_amount (properties_price)",
        "prices that are barcodes",
        every("properties.price", 86900000001),
    )
    yield Bad(
        t,
        "expect_plausible_amount (properties_revenue)",
        "revenues that are barcodes",
        every("properties.revenue", 86900000001),
    )
    yield Bad(
        t,
        "expect_plausible_quantity (properties_quantity)",
        "quantities that are barcodes",
        every("properties.quantity", 86900000001),
    )
    yield Bad(t, "expect_still_filled (anonymous_id)", "no cookies any more", without("anonymousId"))
    yield Bad(t, "expect_no_placeholder (user_id)", "the account undefined", every("userId", "undefined"))
    yield Bad(t, "expect_no_placeholder (anonymous_id)", "the cookie null", every("anonymousId", "null"))
    yield Bad(t, "expect_rows_to_land", "an empty file", _empty)
    yield Bad("shop/orders", "expect_rows_to_land", "an empty file", _empty)
    yield Bad("pos/receipts", "expect_rows_to_land", "an empty file", _empty)
    yield Bad("consent/records", "expect_rows_to_land", "an empty file", _empty)
    t = "shop/customers"
    yield Bad(t, "expect_readable_letters (first_name)", "decoded twice", every("first_name", MOJIBAKE))
    yield Bad(t, "expect_readable_letters (first_name)", "letters replaced", every("first_name", "Ay\ufffde"))
    yield Bad(t, "expect_no_placeholder (email)", "the address null", every("email", "NULL"))
    yield Bad(t, "expect_still_filled (email)", "no addresses any more", without("email"))
    t = "shop/orders"
    yield Bad(
        t, "expect_plausible_amount (total_price)", "negative totals", every("total_price", lambda n: -n - 1)
    )
    yield Bad(
        t,
        "expect_plausible_amount (subtotal_price)",
        "totals that are barcodes",
        every("subtotal_price", 86900000001),
    )
    yield Bad(t, "expect_still_filled (total_price)", "no totals any more", without("total_price"))
    yield Bad(t, "expect_short_text (currency)", "the currency spelt out", every("currency", "Türk Lirası"))
    yield Bad(t, "expect_plausible_time (created_at)", "clocks never set", every("created_at", NEVER_SET))
    yield Bad(t, "expect_no_future_time (created_at)", "a year ahead", every("created_at", LATER))
    yield Bad(t, "expect_no_placeholder (customer_id)", "the account null", every("customer_id", "null"))
    t = "shop/order_lines"
    yield Bad(t, "expect_plausible_amount (price)", "negative prices", every("price", -1))
    yield Bad(
        t,
        "expect_plausible_quantity (quantity)",
        "quantities that are barcodes",
        every("quantity", 86900000001),
    )
    yield Bad(t, "expect_still_filled (price)", "no prices any more", without("price"))
    yield Bad(
        "shop/refunds",
        "expect_plausible_amount (amount)",
        "amounts that are barcodes",
        every("amount", 86900000001),
    )
    yield Bad(
        "shop/refunds", "expect_no_future_time (created_at)", "a year ahead", every("created_at", LATER)
    )
    yield Bad("shop/products", "expect_plausible_amount (price)", "negative prices", every("price", -1))
    yield Bad("shop/products", "expect_readable_letters (title)", "decoded twice", every("title", MOJIBAKE))
    yield Bad(
        "shop/inventory_levels",
        "expect_plausible_quantity (available)",
        "barcodes",
        every("available", 86900000001),
    )
    t = "pos/receipts"
    yield Bad(
        t,
        "expect_plausible_amount (total_amount)",
        "totals that are barcodes",
        every("total_amount", 86900000001),
    )
    yield Bad(t, "expect_known_value (kind)", "kinds of another register", every("kind", "FIS"))
    yield Bad(t, "expect_short_text (currency)", "the currency spelt out", every("currency", "Lira"))
    yield Bad(
        t,
        "expect_plausible_time (occurred_at)",
        "a clock never set",
        every("occurred_at", "1999-01-01T00:00:00Z"),
    )
    yield Bad(t, "expect_no_future_time (occurred_at)", "a year ahead", every("occurred_at", LATER))
    yield Bad(t, "expect_still_filled (total_amount)", "no totals any more", without("total_amount"))
    yield Bad(t, "expect_variety (payment_token)", "one card for all", every("payment_token", "t1"))
    yield Bad(t, "expect_variety (loyalty_card_no)", "the cashier's card", every("loyalty_card_no", "c1"))
    yield Bad(
        "pos/receipt_lines",
        "expect_plausible_amount (unit_price)",
        "barcodes",
        every("unit_price", 86900000001),
    )
    yield Bad(
        "pos/receipt_lines",
        "expect_plausible_quantity (quantity)",
        "barcodes",
        every("quantity", 86900000001),
    )
    t = "crm/contacts"
    yield Bad(t, "expect_readable_letters (first_name)", "decoded twice", every("first_name", MOJIBAKE))
    yield Bad(t, "expect_readable_letters (last_name)", "decoded twice", every("last_name", MOJIBAKE))
    yield Bad(t, "expect_no_placeholder (email)", "the address n/a", every("email", "N/A"))
    yield Bad(t, "expect_no_placeholder (loyalty_card_no)", "the card none", every("loyalty_card_no", "none"))
    yield Bad(t, "expect_variety (loyalty_card_no)", "one card for all", every("loyalty_card_no", "c1"))
    yield Bad(
        "mailchimp/members", "expect_known_value (status)", "another list tool", every("status", "active")
    )
    yield Bad(
        "mailchimp/members",
        "expect_email_shape (email_address)",
        "names as addresses",
        every("email_address", "Ayşe"),
    )
    yield Bad(
        "mailchimp/email_activity",
        "expect_known_value (action)",
        "another list tool",
        every("action", lambda n: f"a{n}"),
    )
    yield Bad(
        "mailchimp/email_activity",
        "expect_no_future_time (timestamp)",
        "a year ahead",
        every("timestamp", LATER),
    )
    yield Bad("messaging/sends", "expect_known_value (channel)", "channels as numbers", every("channel", "1"))
    yield Bad(
        "messaging/receipts",
        "expect_known_value (event)",
        "events as numbers",
        every("event", lambda n: f"{n % 3}"),
    )
    yield Bad(
        "zendesk/users", "expect_variety (external_id)", "one account for all", every("external_id", "a1")
    )
    yield Bad(
        "google_analytics/events",
        "expect_plausible_time (event_timestamp)",
        "microseconds as seconds",
        every("event_timestamp", lambda n: str(100000001 + n)),
    )
    t = "consent/records"
    yield Bad(t, "expect_known_value (status)", "states as numbers", every("status", "1"))
    yield Bad(t, "expect_known_value (channel)", "channels as numbers", every("channel", "2"))
    yield Bad(t, "expect_no_future_time (consent_date)", "a year ahead", every("consent_date", LATER))
    yield Bad("privacy/requests", "expect_known_value (kind)", "kinds as numbers", every("kind", "7"))


BAD = list(bad_batches())
