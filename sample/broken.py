"""Rows and one file that are broken on purpose: the same at every size, so that their number is known."""

import json
from pathlib import Path

from .clock import DAY_MS, END_MS, utc
from .writers import HEADERS


def _call(i: int, **changes) -> dict:
    call = {
        "type": "page",
        "name": "Home",
        "messageId": f"repair{i:03d}",
        "anonymousId": "00000000-0000-4000-a000-00000000cafe",
        "timestamp": utc(END_MS - 40 * DAY_MS + i * 60_000),
        "channel": "web",
        "context": {"page": {"path": "/"}},
    }
    call.update(changes)
    return {k: v for k, v in call.items() if v is not None}


def _tracker() -> tuple[list[str], list[str]]:
    good = [json.dumps(_call(i)) for i in range(3)]
    product = {"product_id": "P0001", "price": "on dokuz"}
    bad = [
        "this is not JSON",
        "<html><body>502 Bad Gateway</body></html>",
        "{'type': 'page', 'messageId': 'single-quotes'}",
        json.dumps(_call(10))[:-40],
        json.dumps(_call(11))[:60],
        json.dumps(_call(12, messageId=None)),
        json.dumps(_call(13, messageId="")),
        json.dumps(_call(14, messageId=None, event="Product Viewed", type="track")),
        json.dumps(_call(15, timestamp=None)),
        json.dumps(_call(16, timestamp="")),
        json.dumps(_call(17, timestamp=None)),
        json.dumps(_call(18, timestamp="0000-00-00T00:00:00Z")),
        json.dumps(_call(19, timestamp="0000-00-00 00:00:00")),
        json.dumps(_call(20, timestamp="2025-13-45T25:61:00Z")),
        json.dumps(_call(21, timestamp="dün akşam"), ensure_ascii=False),
        json.dumps(_call(22, type="track", event="Product Viewed", properties=product)),
        json.dumps(_call(23, type="track", event="Product Viewed", properties={"quantity": "üç adet"})),
        json.dumps(_call(24, channel=None)),
        json.dumps(_call(25, channel="")),
        '["a", "list", "is", "not", "a", "call"]',
    ]
    return good, bad


def _analytics() -> tuple[list[str], list[str]]:
    at = (END_MS - 20 * DAY_MS) * 1000
    return [], [
        '{"event_name":"page_view","event_timestamp":',
        json.dumps({"event_name": "page_view", "event_timestamp": at, "event_params": []}),
    ]


def _csv(table: str, *rows: dict | str) -> list[str]:
    columns = HEADERS[table].split()
    return [r if isinstance(r, str) else ",".join(str(r.get(c, "")) for c in columns) for r in rows]


def _orders() -> list[str]:
    good = {"id": "1", "created_at": "2026-05-05T10:00:00+03:00", "updated_at": "2026-05-05T10:00:00+03:00"}
    good |= {"currency": "TRY", "total_price": "10.00"}
    return _csv(
        "shop/orders",
        good | {"id": "broken-1", "total_price": "yüz elli"},
        good | {"id": "broken-2", "subtotal_price": "12,50 TL".replace(",", ";")},
        ",".join(["broken-3", *["x"] * 30]),
        ",".join(["broken-4", *["y"] * 25]),
        good | {"id": ""},
        good | {"id": "broken-6", "created_at": "0000-00-00 00:00:00"},
        "broken-7,700",
    )


def _receipts() -> list[str]:
    good = {"receipt_id": "1", "store_id": "S01", "occurred_at": "2026-05-05 10:00:00", "kind": "sale"}
    good |= {"currency": "TRY", "total_amount": "10.00"}
    return _csv(
        "pos/receipts",
        good | {"receipt_id": "broken-1", "total_amount": "#DEĞER!"},
        good | {"receipt_id": "broken-2", "total_amount": "ERR"},
        good | {"receipt_id": "broken-3", "occurred_at": "2026-02-30 10:00:00"},
        ",".join(["broken-4", *["z"] * 20]),
        good | {"receipt_id": ""},
    )


def _contacts() -> list[str]:
    no_key = {"first_name": "Deneme", "created_at": "2026-05-05T10:00:00Z"}
    return _csv(
        "crm/contacts", no_key | {"updated_at": "2026-05-06T10:00:00Z"}, ",".join(["broken-2", *["w"] * 30])
    )


def write_broken(folder: Path) -> dict:
    """Write the broken rows and file; return (good, broken) rows per table, and the names of broken files."""
    jsonl = {"tracker/events": _tracker(), "google_analytics/events": _analytics()}
    no_channel = {"message_id": "broken-1", "recipient": "+905320000001", "sent_at": "2026-05-05T10:00:00Z"}
    jsonl["messaging/sends"] = ([], [json.dumps(no_channel)])
    tables = {"shop/orders": _orders(), "pos/receipts": _receipts(), "crm/contacts": _contacts()}
    rows = {}
    for table, (good, bad) in jsonl.items():
        _put(folder / table / "repaired-by-hand.jsonl", [*good, *bad])
        rows[table] = (len(good), len(bad))
    for table, bad in tables.items():
        _put(folder / table / "repaired-by-hand.csv", [HEADERS[table].replace(" ", ","), *bad])
        rows[table] = (0, len(bad))
    name = "zendesk/tickets/archive-2024.csv"
    noise = bytes((i * i * 31 + i * 7) % 256 for i in range(4096))
    (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + noise)
    return {"rows": rows, "files": [name]}


def _put(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\n".join(lines) + "\n").encode())
