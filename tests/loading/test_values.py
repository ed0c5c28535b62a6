"""How text becomes values: times, numbers, booleans, JSON, empty text."""

from datetime import datetime
from decimal import Decimal

import pytest

from tests.loading.helpers import customer, event

# As sent, in a table whose times are UTC, in one whose times are Istanbul's (null: impossible).
TIMES = [
    ("2026-03-01T10:00:00Z", "2026-03-01 10:00:00", "2026-03-01 10:00:00"),
    ("2026-03-01T10:00:00z", "2026-03-01 10:00:00", "2026-03-01 10:00:00"),
    ("2026-03-01T10:00:00", "2026-03-01 10:00:00", "2026-03-01 07:00:00"),
    ("2026-03-01 10:00:00", "2026-03-01 10:00:00", "2026-03-01 07:00:00"),
    ("2026-03-01T10:00", "2026-03-01 10:00:00", "2026-03-01 07:00:00"),
    ("2026-03-01T10:00Z", "2026-03-01 10:00:00", "2026-03-01 10:00:00"),
    ("2026-03-01", "2026-03-01 00:00:00", "2026-02-28 21:00:00"),
    ("2026-03-01T10:00:00+03:00", "2026-03-01 07:00:00", "2026-03-01 07:00:00"),
    ("2026-03-01 10:00:00 +03:00", "2026-03-01 07:00:00", "2026-03-01 07:00:00"),
    ("2026-03-01T10:00:00+0300", "2026-03-01 07:00:00", "2026-03-01 07:00:00"),
    ("2026-03-01T10:00:00-05", "2026-03-01 15:00:00", "2026-03-01 15:00:00"),
    ("2026-03-01T10:00:00-09:30", "2026-03-01 19:30:00", "2026-03-01 19:30:00"),
    ("2026-03-01T10:00:00.5Z", "2026-03-01 10:00:00.5", "2026-03-01 10:00:00.5"),
    ("2026-03-01T10:00:00.123456789Z", "2026-03-01 10:00:00.123456", "2026-03-01 10:00:00.123456"),
    ("2026-03-01T10:00:00.123456789+03:00", "2026-03-01 07:00:00.123456", "2026-03-01 07:00:00.123456"),
    (" 2026-03-01T10:00:00Z ", "2026-03-01 10:00:00", "2026-03-01 10:00:00"),
    ("2014-07-01T10:00:00", "2014-07-01 10:00:00", "2014-07-01 07:00:00"),
    ("2014-01-01T10:00:00", "2014-01-01 10:00:00", "2014-01-01 08:00:00"),
    ("1772359200", "2026-03-01 10:00:00", "2026-03-01 10:00:00"),
    ("1772359200.25", "2026-03-01 10:00:00.25", "2026-03-01 10:00:00.25"),
    ("1772359200250", "2026-03-01 10:00:00.25", "2026-03-01 10:00:00.25"),
    ("1772359200250001", "2026-03-01 10:00:00.250001", "2026-03-01 10:00:00.250001"),
    ("1.7723592e9", "2026-03-01 10:00:00", "2026-03-01 10:00:00"),
    ("0000-00-00", None, None),
    ("0000-00-00 00:00:00", None, None),
    ("2026-02-30", None, None),
    ("2026-13-01T00:00:00Z", None, None),
    ("2026-03-01T25:00:00Z", None, None),
    ("2026-03-01T10:61:00Z", None, None),
    ("1899-12-31T23:59:59Z", None, None),
    ("2201-01-01T00:00:00Z", None, None),
    ("99999-01-01", None, None),
    ("20260301", None, None),
    ("0", None, None),
    ("17723592002500010000", None, None),
    ("yesterday", None, None),
    ("infinity", None, None),
    ("01.03.2026", None, None),
    ("true", None, None),
]


def test_times_of_every_spelling(duck):
    for number, (text, _, _) in enumerate(TIMES):
        duck.put(f"shop/orders/{number:02}.jsonl", [{"id": number, "created_at": text}])
        duck.put(f"pos/receipts/{number:02}.jsonl", [{"receipt_id": number, "occurred_at": text}])
    duck.load()
    utc = dict(duck.fetch("select id, created_at from raw.shop__orders"))
    local = dict(duck.fetch("select receipt_id, occurred_at from raw.pos__receipts"))
    as_time = lambda text: None if text is None else datetime.fromisoformat(text)  # noqa: E731
    for number, (text, expected, expected_local) in enumerate(TIMES):
        assert utc.get(str(number)) == as_time(expected), text
        assert local.get(str(number)) == as_time(expected_local), text
    reasons = {reason for _, _, reason in duck.reasons()}
    assert reasons == {"impossible time in created_at", "impossible time in occurred_at"}


def test_an_epoch_may_be_a_json_number(desk):
    desk.put("shop/orders/a.jsonl", '{"id":1,"created_at":1772359200}\n{"id":2,"created_at":1772359200250}\n')
    desk.load()
    assert [row[0] for row in desk.fetch("select created_at from raw.shop__orders order by id")] == [
        datetime(2026, 3, 1, 10),
        datetime(2026, 3, 1, 10, 0, 0, 250000),
    ]


def test_an_entity_may_lack_a_time_but_not_have_an_impossible_one(desk):
    desk.put("shop/customers/a.jsonl", [customer(1), customer(2, created_at="0000-00-00"), {"id": 3}])
    desk.load()
    assert [row["id"] for row in desk.content("shop__customers")] == ["1", "3"]
    assert desk.reasons() == [("shop/customers/a.jsonl", 2, "impossible time in created_at")]


NUMBERS = [
    ("12.5", Decimal("12.5")),
    ("-0.000001", Decimal("-0.000001")),
    ("+3", Decimal("3")),
    ("1e3", Decimal("1000")),
    ("1.5E-2", Decimal("0.015")),
    ("1.2345675", Decimal("1.234568")),
    (" 7 ", Decimal("7")),
    ("999999999999.999999", Decimal("999999999999.999999")),
    ("1,234.50", None),
    ("12,50", None),
    ("1_000", None),
    ("abc", None),
    ("NaN", None),
    ("Infinity", None),
    ("0x10", None),
    ("1000000000000", None),
    ("true", None),
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_plain_decimals_are_numbers_and_nothing_else_is(duck, text, expected):
    duck.put("shop/products/a.jsonl", [{"id": 1, "price": text}])
    duck.put("shop/products/b.csv", f'id,price\n2,"{text}"\n')
    duck.load()
    rows = duck.fetch("select price from raw.shop__products")
    assert rows == ([(expected,)] * 2 if expected is not None else [])
    if expected is None:
        assert {reason for _, _, reason in duck.reasons()} == {"wrong type in price (expected number)"}


def test_booleans_in_any_case(desk):
    spellings = [True, False, 1, 0, "TRUE", "False", "yes", "No", "", None, "maybe", 2]
    desk.put(
        "shop/customers/a.jsonl", [customer(f"{i:02}", accepts_marketing=v) for i, v in enumerate(spellings)]
    )
    desk.load()
    rows = desk.fetch("select accepts_marketing from raw.shop__customers order by id")
    assert [row[0] for row in rows] == [True, False, True, False, True, False, True, False, None, None]
    assert desk.reasons() == [
        ("shop/customers/a.jsonl", row, "wrong type in accepts_marketing (expected boolean)")
        for row in (11, 12)
    ]


def test_json_numbers_keep_their_text_in_text_columns(desk):
    desk.put(
        "shop/customers/a.jsonl",
        '{"id":12345678901234567890123,"phone":905321234567,"email":1.5,"first_name":true}\n',
    )
    desk.load()
    [row] = desk.content("shop__customers")
    assert row["id"] == "12345678901234567890123"
    assert (row["phone"], row["email"], row["first_name"]) == ("905321234567", "1.5", "true")


def test_empty_text_is_null_everywhere(desk):
    desk.put(
        "shop/customers/a.jsonl", [customer(1, email="", phone=None, accepts_marketing="", created_at="")]
    )
    desk.put("shop/customers/b.csv", 'id,email,phone,accepts_marketing,created_at\n2,,"",,\n')
    desk.load()
    for row in desk.content("shop__customers"):
        assert [row[n] for n in ("email", "phone", "accepts_marketing", "created_at")] == [None] * 4


def test_the_first_filled_path_wins(desk):
    desk.put(
        "shop/products/a.jsonl",
        [
            {"id": 1, "category": "Shoes", "product_type": "x"},
            {"id": 2, "category": "", "product_type": "Bags"},
            {"id": 3, "product_type": "Hats"},
        ],
    )
    desk.load()
    assert [row["category"] for row in desk.content("shop__products")] == ["Shoes", "Bags", "Hats"]


def test_defaults_fill_before_the_key_is_checked(desk):
    desk.put("consent/records/a.csv", "recipient,channel,status,consent_date\n+905,MESAJ,ONAY,2026-01-01\n")
    desk.load()
    [row] = desk.content("consent__records")
    assert (row["purpose"], row["source"]) == ("marketing", "unknown")
    assert row["consent_date"] == datetime(2025, 12, 31, 21)


def test_json_columns_hold_objects_and_lists_only(desk):
    desk.put(
        "tracker/events/a.jsonl",
        [
            event(1, properties={"products": [{"sku": "ğ"}]}),
            event(2, properties={"products": "shoes"}),
            event(3, properties="none"),
            event(4, context={"device": "phone"}),
            event(5, properties={}, context=None),
        ],
    )
    desk.load()
    assert [(r["message_id"], r["properties_products"]) for r in desk.content("tracker__events")] == [
        ("1", '[{"sku":"ğ"}]'),
        ("5", None),
    ] or [(r["message_id"], r["properties_products"]) for r in desk.content("tracker__events")] == [
        ("1", '[{"sku": "ğ"}]'),
        ("5", None),
    ]
    assert [reason for _, _, reason in desk.reasons()] == [
        "wrong type in properties_products (expected object)",
        "wrong type in properties (expected object)",
        "wrong type in context.device (expected object)",
    ]


GA4 = {
    "event_date": "20260301",
    "event_timestamp": 1772359200250001,
    "event_name": "page_view",
    "user_pseudo_id": "11.22",
    "event_params": [
        {"key": "ga_session_id", "value": {"int_value": "77", "string_value": None}},
        {"key": "page_location", "value": {"string_value": "https://shop.example/"}},
        {"key": "value", "value": {"double_value": 12.5}},
        {"key": "value", "value": {"double_value": 13.5}},
    ],
    "device": {"category": "mobile"},
    "geo": {"city": "İzmir"},
    "items": [{"item_id": "p1", "price": 3.5, "quantity": 2}, {"item_id": "p2"}],
}


def test_ga4_rows_with_their_arrays_and_a_number_for_repeats(desk):
    desk.put("google_analytics/events/a.jsonl", [GA4, GA4, {**GA4, "event_name": "scroll", "items": None}])
    desk.load()
    rows = desk.content("google_analytics__events")
    assert sorted((row["event_name"], row["row_ordinal"]) for row in rows) == [
        ("page_view", 1),
        ("page_view", 2),
        ("scroll", 1),
    ]
    first = rows[0]
    assert (first["ga_session_id"], first["value"], first["item_id"]) == ("77", Decimal("12.5"), "p1")
    assert (first["item_price"], first["geo_city"]) == (Decimal("3.5"), "İzmir")
    assert first["event_timestamp"] == datetime(2026, 3, 1, 10, 0, 0, 250001)
    desk.put("google_analytics/events/a.jsonl", [GA4, GA4])
    report = desk.load()
    assert (report.rows.loaded, report.rows.replaced) == (0, 2)


def test_keys_of_ga4_parameters_that_nobody_reads_are_named(desk):
    """They are dropped like any column we do not know, and told like one; a key that is an address is not repeated."""
    params = [
        *GA4["event_params"],
        {"key": "coupon_seen", "value": {"int_value": "1"}},
        {"key": "ada@posta.com"},
    ]
    desk.put(
        "google_analytics/events/a.jsonl", [GA4, {**GA4, "event_name": "scroll", "event_params": params}]
    )
    desk.put(
        "google_analytics/events/b.csv",
        "event_name,event_timestamp,user_pseudo_id,event_params\n"
        'page_view,1772359200250001,11.22,"[{""key"": ""in_a_csv"", ""value"": {""int_value"": 1}}]"\n',
    )
    assert desk.load().unknown_columns == {
        "google_analytics/events": [
            "(a name that looks like a value)",
            "event_params[coupon_seen]",
            "event_params[in_a_csv]",
        ]
    }
