"""Real data that no one here wrote, through a whole build with every data test: nothing lost, every order's money there (S2, S3, S11)."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.support.project import SHARED_DATA, build, environment
from tests.support.tables import rows

pytestmark = pytest.mark.shared_data


def landed(name: str, table: str) -> Iterator[dict[str, str]]:
    for path in sorted((SHARED_DATA / name / table).glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def money(found: Iterator[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in found), Decimal(0))


@pytest.mark.parametrize("name", ["landing_retail", "landing_saas", "landing_grocery", "landing_web"])
def test_a_real_landing_builds_and_loses_nothing(name, tmp_path):
    if not (SHARED_DATA / name).exists():
        pytest.skip(f"{name} is not beside the project")
    env = environment(tmp_path, TEKIL_LANDING=str(SHARED_DATA / name), TEKIL_AS_OF="2026-11-22T00:00:00Z")
    build(env)
    counts = rows(
        env,
        "select sum(rows_read), sum(rows_loaded) + sum(rows_replaced) + sum(rows_quarantined), sum(rows_quarantined) from ops.row_counts",
    )[0]
    assert counts[0] == counts[1] > 0 and counts[2] == 0
    orders, receipts = list(landed(name, "shop/orders")), list(landed(name, "pos/receipts"))
    assert rows(env, "select count(*) from profiles.customer_orders") == [(len(orders) + len(receipts),)]
    told = rows(
        env,
        "select coalesce(sum(gross_amount), 0), coalesce(sum(refunded_amount), 0) from profiles.customer_orders",
    )[0]
    sales = [row for row in receipts if row["kind"] != "return"]
    returns = [row for row in receipts if row["kind"] == "return"]
    gross = money(iter(orders), "total_price") + money(iter(sales), "total_amount")
    given_back = money(landed(name, "shop/refunds"), "amount") + sum(
        (abs(Decimal(row["total_amount"])) for row in returns), Decimal(0)
    )
    assert told == (gross, given_back)
    if name == "landing_retail":
        assert gross - given_back == Decimal("4397950.76")
