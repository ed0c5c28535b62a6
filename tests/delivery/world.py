"""A warehouse of a few tables without dbt, a clock that jumps, and one delivery: what the tests of the outbox share."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import random
import selectors
import shutil
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.lib.outbox.engine import Delivery, Report, Wishes
from orchestration.lib.outbox.rules import Rule
from orchestration.lib.warehouse import DuckDBWarehouse, Warehouse

NOW = datetime(2026, 3, 1)
MODEL = "sync_test__customers"
TABLES = {
    "raw.identifier_salt": "salt varchar",
    "profiles.contact_consents": "customer_id varchar, contact_key varchar, channel varchar, purpose varchar, status varchar",
    "profiles.customer_consents": "customer_id varchar, contact_key varchar, channel varchar, purpose varchar, status varchar",
    "identity.identity_aliases": "retired_customer_id varchar, customer_id varchar, cause varchar",
    "identity.identity_levels": "customer_id varchar, strict_customer_id varchar, wide_customer_id varchar",
    "vault.suppressed_customers": "customer_id varchar, request_kind varchar",
    f"activation.{MODEL}": (
        "row_key varchar, customer_id varchar, address varchar, consents_required varchar, payload_hash varchar,"
        " first_name varchar, city varchar, segments varchar, orders_count bigint, spend_amount decimal(18, 4), is_member boolean"
    ),
}


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer when nothing else is left to do."""

    def __init__(self):
        super().__init__(selectors.DefaultSelector())
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self):
        while self._scheduled and self._scheduled[0]._cancelled:
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False
            self._timer_cancelled_count = max(0, self._timer_cancelled_count - 1)
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0]._when)
        super()._run_once()


def in_virtual_time(work) -> tuple[object, float]:
    """Run a coroutine on a virtual clock; returns its result and the seconds that passed there."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(work), loop.now


class MemoryWarehouse(DuckDBWarehouse):
    """DuckDB in memory."""

    def __init__(self):
        self.scratch_folder = Path(tempfile.mkdtemp(prefix="tekil-outbox-"))
        self.scratch = duckdb.connect(":memory:", config={"threads": 1})


def make_tables(warehouse: Warehouse) -> None:
    for schema in ("raw", "ops", "profiles", "identity", "vault", "activation"):
        warehouse.execute(f"create schema if not exists {schema}")
    for table, columns in TABLES.items():
        warehouse.execute(f"create table {table} ({columns})")
    warehouse.execute("insert into raw.identifier_salt values ('a salt for tests')")


def rule(**more) -> Rule:
    values = {
        "destination": "test",
        "kind": "webhook",
        "sync_model": MODEL,
        "is_enabled": True,
        "requests_per_second": Decimal(0),
        "batch_size": 0,
        "mass_delete_share": Decimal(1),
        "null_policy": "send",
        "purpose": "marketing",
        "channels": ("EPOSTA",),
        "confidence_level": "exact",
    }
    return Rule(**{**values, **more})


class World:
    """The sync model, its consents, and deliveries of it."""

    def __init__(self, warehouse: Warehouse | None = None, address=lambda key: f"{key}@posta.com.tr"):
        self.warehouse = warehouse or MemoryWarehouse()
        self.address = address
        self.wanted: dict[str, dict] = {}
        self.gate: str | None = None
        self.said: list[str] = []
        self.runs = 0
        make_tables(self.warehouse)

    def close(self) -> None:
        self.warehouse.close()
        shutil.rmtree(self.warehouse.scratch_folder, ignore_errors=True)

    def set(self, rows: dict[str, dict], consents: bool = True) -> None:
        """Make the model hold exactly these rows, as a build would; each with a consent where asked."""
        self.wanted = rows
        model = f"activation.{MODEL}"
        self.warehouse.execute(f"delete from {model}")
        if not rows:
            return
        values, granted = [], []
        for key, fields in rows.items():
            contents = "|".join(f"{name}={fields.get(name)!r}" for name in sorted(FIELDS))
            values.append(
                [
                    key,
                    f"cus_{key}",
                    self.address(key),
                    f"EPOSTA:c_{key}",
                    contents,
                    *(fields.get(n) for n in FIELDS),
                ]
            )
            granted.append([f"cus_{key}", f"c_{key}", "EPOSTA", "marketing", "ONAY"])
        insert(self.warehouse, model, values)
        if consents:
            for table in ("profiles.contact_consents", "profiles.customer_consents"):
                self.warehouse.execute(f"delete from {table} where status = 'ONAY'")
                insert(self.warehouse, table, granted)

    def withdraw(self, *keys: str) -> None:
        """The newest entry of these people's consent is a refusal."""
        for table in ("profiles.contact_consents", "profiles.customer_consents"):
            for key in keys:
                self.warehouse.execute(
                    f"update {table} set status = 'RET' where customer_id = ?", [f"cus_{key}"]
                )

    @contextlib.contextmanager
    def session(self):
        yield self.warehouse

    def delivery(self, target, given: Rule | None = None, **wishes) -> Delivery:
        self.runs += 1
        return Delivery(
            given or target.rule,
            target,
            self.session,
            lambda warehouse: self.gate,
            lambda: NOW,
            f"run {self.runs}",
            Wishes(**wishes),
            self.said.append,
        )

    def deliver(self, target, given: Rule | None = None, **wishes) -> Report:
        """One run on a virtual clock."""
        return in_virtual_time(self.delivery(target, given, **wishes).run())[0]

    def rows(self, sql: str) -> list[tuple]:
        return self.warehouse.fetch(sql)


FIELDS = ("first_name", "city", "segments", "orders_count", "spend_amount", "is_member")


def insert(warehouse: Warehouse, table: str, rows: list[list]) -> None:
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        places = ", ".join(f"({', '.join('?' * len(some[0]))})" for _ in some)
        warehouse.execute(f"insert into {table} values {places}", [value for row in some for value in row])


def people(count: int, seed: int = 1, first: int = 0) -> dict[str, dict]:
    """Rows with every kind of value, by key."""
    dice = random.Random(seed)
    return {f"k{number:05d}": person(dice) for number in range(first, first + count)}


def person(dice: random.Random) -> dict:
    return {
        "first_name": dice.choice(["Ayşe", "Ali", "Zoë", 'O"Brien, Jr', None]),
        "city": dice.choice(["İzmir", "Ankara", None]),
        "segments": dice.choice(["", "new", "active,vip"]),
        "orders_count": dice.randrange(9),
        "spend_amount": dice.choice([0, 12, 345]),
        "is_member": dice.random() < 0.5,
    }
