"""Files of the sample: gzipped JSON lines and CSV, written as the rows come, the same bytes every time."""

import csv
import gzip
from pathlib import Path

HEADERS = {
    "shop/customers": "id email phone first_name last_name created_at updated_at accepts_marketing "
    "default_address_city default_address_country",
    "shop/orders": "id customer_id email phone created_at processed_at updated_at cancelled_at currency "
    "subtotal_price total_discounts total_price financial_status source_name cart_token checkout_token "
    "browser_ip client_user_agent device_type",
    "shop/order_lines": "id order_id product_id variant_id sku title quantity price total_discount",
    "shop/refunds": "id order_id order_line_id created_at quantity amount reason",
    "shop/products": "id title category brand price currency status updated_at",
    "shop/inventory_levels": "product_id location_id available updated_at",
    "pos/stores": "store_id name city country timezone",
    "pos/receipts": "receipt_id store_id register_id occurred_at kind loyalty_card_no phone email "
    "payment_token currency total_amount",
    "pos/receipt_lines": "receipt_id line_no product_id sku quantity unit_price discount_amount",
    "crm/contacts": "contact_id loyalty_card_no first_name last_name email phone birth_date gender "
    "marital_status occupation income_band street district city postal_code country created_at updated_at",
    "mailchimp/campaigns": "id title subject_line send_time list_id",
    "mailchimp/email_activity": "campaign_id email_id email_address action timestamp url ip",
    "messaging/receipts": "message_id event occurred_at detail",
    "zendesk/users": "id external_id name email phone created_at updated_at",
    "zendesk/tickets": "id requester_id via_channel subject type priority status satisfaction_score "
    "created_at updated_at",
    "consent/records": "recipient recipient_type channel purpose status source consent_date brand_code",
    "privacy/requests": "request_id kind identifier_type identifier_value requested_at",
    "labels/identity_labels": "source table record_id person_id",
}
JSON_TABLES = (
    "tracker/events",
    "google_analytics/events",
    "mailchimp/members",
    "messaging/sends",
    "sprout_social/messages",
)
TABLES = (*HEADERS, *JSON_TABLES)
FLUSH_AT = 65_536
LEVEL = 4


class _Sink:
    """One open file. Lines gather in a list and go through gzip in blocks."""

    def __init__(self, path: Path, packed: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.raw = path.open("wb")
        # no name and no time in the header: the bytes depend on the rows alone
        self.out = gzip.GzipFile("", "wb", LEVEL, self.raw, mtime=0) if packed else self.raw
        self.parts: list[str] = []
        self.size = 0

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)
        if self.size > FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        self.out.write("".join(self.parts).encode())
        self.parts.clear()
        self.size = 0

    def close(self) -> None:
        self.flush()
        self.out.close()
        self.raw.close()


class Writer:
    """All files of one chunk of people.

    `part` is the chunk's name in the file names; `rows` counts the records written per table, `repeats` those
    whose key was already written (duplicates and newer versions), so `rows - repeats` is the number of keys.
    """

    def __init__(self, folder: Path, part: str) -> None:
        self.folder, self.part = folder, part
        self.sinks: dict[tuple[str, str], tuple] = {}
        self.rows = dict.fromkeys(TABLES, 0)
        self.repeats = dict.fromkeys(TABLES, 0)

    def json(self, table: str, text: str, period: str = "") -> None:
        """Write one line of JSON (already text, without the line end)."""
        entry = self.sinks.get((table, period))
        if entry is None:
            entry = self._open(table, period, "jsonl")
        entry[1](text + "\n")
        self.rows[table] += 1

    def row(self, table: str, values: tuple | list, period: str = "") -> None:
        """Write one CSV row, in the order of HEADERS."""
        entry = self.sinks.get((table, period))
        if entry is None:
            entry = self._open(table, period, "csv")
        entry[1](values)
        self.rows[table] += 1

    def _open(self, table: str, period: str, kind: str) -> tuple:
        name = "-".join(x for x in (period, self.part) if x)
        sink = _Sink(self.folder / table / f"{name}.{kind}.gz", True)
        put = sink.write
        if kind == "csv":
            put = csv.writer(sink, lineterminator="\n").writerow
            put(HEADERS[table].split())
        entry = self.sinks[table, period] = (sink, put)
        return entry

    def close(self) -> None:
        """Finish every file; call it once."""
        for sink, _ in self.sinks.values():
            sink.close()
        self.sinks.clear()
