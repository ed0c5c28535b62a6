"""What the difference between a sync model and its destination costs: seconds and peak memory, at a million rows by default.

`python -m benchmarks.outbox --rows 1000000` makes a warehouse of nothing but a payload, its consents and the acknowledged state; then
measures the first difference (all new), planning and claiming a page, and the difference of a day on which 1 % has changed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from orchestration.lib.outbox.ledger import DELETING, WRITING, Ledger, Outcome
from orchestration.lib.outbox.rules import Rule
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import Warehouse, open_warehouse

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 3, 1)
RULE = Rule(
    *("bench", "braze", "sync_bench__users", True, Decimal(50), 0, Decimal("0.2"), "send", "marketing"),
    *(("EPOSTA", "MESAJ"), "exact"),
)


def make(warehouse: Warehouse, rows: int) -> None:
    """A payload of `rows` customers with two consents each."""
    for schema in ("raw", "ops", "profiles", "identity", "vault", "activation"):
        warehouse.execute(f"create schema if not exists {schema}")
    numbers = f"(select generate_series as n from generate_series(1, {rows})) as numbers"
    consents = (
        f"select 'cus_' || md5(cast(n as varchar)) as customer_id, md5('c' || n || channel) as contact_key, channel,"
        f" 'marketing' as purpose, 'ONAY' as status from {numbers} cross join (values ('EPOSTA'), ('MESAJ')) as channels (channel)"
    )
    for statement in (
        "create table raw.identifier_salt as select 'salt' as salt",
        f"create table profiles.contact_consents as {consents}",
        "create table profiles.customer_consents as select * from profiles.contact_consents",
        "create table identity.identity_aliases (retired_customer_id varchar, customer_id varchar, cause varchar)",
        "create table identity.identity_levels (customer_id varchar, strict_customer_id varchar, wide_customer_id varchar)",
        "create table vault.suppressed_customers (customer_id varchar, request_kind varchar)",
        f"""create table activation.sync_bench__users as
        select 'cus_' || md5(cast(n as varchar)) as row_key, 'cus_' || md5(cast(n as varchar)) as customer_id,
            'cus_' || md5(cast(n as varchar)) as address,
            'EPOSTA:' || md5('c' || n || 'EPOSTA') || ',MESAJ:' || md5('c' || n || 'MESAJ') as consents_required,
            md5('p' || n) as payload_hash, 'customer' || n || '@posta.com.tr' as email, '+90532' || n as phone,
            'active,vip' as segments, n as orders_count from {numbers}""",
    ):
        warehouse.execute(statement)


def measured(name: str, work, results: list[dict]) -> object:
    """Run and note the seconds."""
    started = time.monotonic()
    result = work()
    results.append({"step": name, "seconds": round(time.monotonic() - started, 2)})
    return result


def bench(engine: str, rows: int, memory: str, folder: Path) -> list[dict]:
    """Each step once; the warehouse is closed at the end."""
    settings = Settings.from_environment(
        {
            **{name: value for name, value in os.environ.items() if "_PG_" in name},
            "TEKIL_TARGET": engine,
            "TEKIL_DUCKDB_PATH": str(folder / "outbox.duckdb"),
            "TEKIL_PII_SALT": "benchmark",
            "TEKIL_MEMORY_LIMIT": memory,
            "TEKIL_THREADS": "2",
        },
        ROOT,
    )
    warehouse = open_warehouse(settings)
    results: list[dict] = []
    try:
        make(warehouse, rows)
        ledger = Ledger(warehouse, RULE)
        ledger.prepare()
        measured("keys checked", ledger.check_keys, results)
        plan = measured("difference, all new", ledger.compare, results)
        assert plan.inserts == rows
        measured("commands written", lambda: ledger.enqueue("run", NOW), results)
        page = measured("first page of 10,000 claimed", lambda: ledger.claim(WRITING, "", 10_000), results)
        outcomes = [Outcome(command, "acknowledged") for command in page[0]]
        measured("its acknowledgements written", lambda: ledger.settle(outcomes, "run", NOW), results)
        # the rest as if acknowledged, by sets, so that the day after can be measured
        salted = warehouse.sha256("(select salt from raw.identifier_salt) || payload_hash")
        with warehouse.transaction():
            for table in ("ops.outbox_state", "raw.outbox_addresses", "ops.outbox_commands"):
                warehouse.execute(f"delete from {table}")
            warehouse.execute(
                "insert into ops.outbox_state (destination, row_key, customer_id, payload_hash, claimed, version, is_deleted)"
                f" select 'bench', row_key, customer_id, {salted}, '', 1, false from activation.sync_bench__users"
            )
            warehouse.execute(
                "insert into raw.outbox_addresses select 'bench', row_key, address from activation.sync_bench__users"
            )
        plan = measured("difference, nothing new", ledger.compare, results)
        assert plan.changes == 0 and plan.unchanged == rows
        warehouse.execute(
            "update activation.sync_bench__users set payload_hash = md5(payload_hash) where orders_count % 100 = 0"
        )
        warehouse.execute("delete from activation.sync_bench__users where orders_count % 1000 = 1")
        plan = measured("difference, 1 % changed and 0.1 % gone", ledger.compare, results)
        assert (plan.updates, plan.deletes) == (rows // 100, rows // 1000)
        ledger.enqueue("run", NOW)
        measured("page of 1,000 deletions claimed", lambda: ledger.claim(DELETING, "", 1_000), results)
    finally:
        warehouse.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [{"engine": engine, "rows": rows, "peak_mb": peak, **result} for result in results]


def main() -> None:
    """Print one line per step; each size in a process of its own, so that its peak is its own."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    ask.add_argument("--engine", default="duckdb", choices=("duckdb", "postgres"))
    ask.add_argument("--memory", default="1GB")
    ask.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.one:
        with tempfile.TemporaryDirectory() as folder:
            for result in bench(given.engine, given.rows[0], given.memory, Path(folder)):
                print(json.dumps(result), flush=True)
        return
    for rows in given.rows:
        arguments = ["--one", "--rows", str(rows), "--engine", given.engine, "--memory", given.memory]
        subprocess.run([sys.executable, "-m", "benchmarks.outbox", *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
