"""In Dagster the verdict is a blocking check on the raw table: a stopped batch fails the run and nothing after it is made (O1, O2)."""

from __future__ import annotations

import pytest

from tests.quality.batches import every, good
from tests.quality.helpers import GateDesk, gate_desk


@pytest.fixture
def desk(make_settings, tmp_path, monkeypatch) -> GateDesk:
    desk = gate_desk(make_settings, tmp_path)
    settings = desk.settings
    for name, value in {
        "TEKIL_TARGET": settings.target,
        "TEKIL_LANDING": settings.landing,
        "TEKIL_DUCKDB_PATH": settings.duckdb_path,
        "TEKIL_PII_SALT": settings.pii_salt,
        "TEKIL_AS_OF": "2026-03-01T00:00:00Z",
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }.items():
        monkeypatch.setenv(name, str(value))
    return desk


def run() -> tuple[bool, bool, dict]:
    """(whether the run succeeded, whether what comes after raw was made, the check of each raw table)."""
    from dagster import AssetSpec, MaterializeResult, asset, materialize, multi_asset

    from orchestration.defs.quality.gate import TABLES, quality_gate

    @multi_asset(specs=[AssetSpec(["raw", name]) for name in TABLES])
    def landed():
        for name in TABLES:
            yield MaterializeResult(asset_key=["raw", name])

    @asset(deps=[["raw", "shop__orders"]])
    def staged() -> None:
        """What stands for every model below raw."""

    done = materialize([landed, quality_gate, staged], raise_on_error=False)
    checks = {found.asset_key.path[-1]: found for found in done.get_asset_check_evaluations()}
    return done.success, bool(done.asset_materializations_for_node("staged")), checks


def test_a_stopped_batch_fails_the_run_and_nothing_follows(desk):
    desk.put("shop/customers/good.jsonl", good("shop/customers"))
    desk.put("shop/orders/good.jsonl", good("shop/orders"))
    desk.load()
    success, followed, checks = run()
    assert (success, followed) == (True, True)
    assert checks["shop__orders"].passed and checks["shop__orders"].metadata["load"].value == 1
    assert checks["crm__contacts"].passed, "nothing of it landed yet"

    desk.put("shop/orders/bad.jsonl", every("total_price", -5)(good("shop/orders", 500)))
    desk.load()
    success, followed, checks = run()
    assert (success, followed) == (False, False)
    check = checks["shop__orders"]
    assert not check.passed and check.severity.value == "ERROR"
    assert "expect_plausible_amount (total_price): 60 of 60 rows" in check.description
    assert check.metadata["rows_failing"].value >= 60
    assert check.metadata["page"].value.endswith("data_docs/load-000002.html#shop__orders")
    assert (
        "| expect_plausible_amount (total_price) | quarantine | failed | 60 | 60 |"
        in check.metadata["what"].value
    )

    # later loads that bring nothing of it go on; the check shows that deliveries wait
    desk.load()
    success, followed, checks = run()
    assert (success, followed) == (True, True)
    assert not checks["shop__orders"].passed and checks["shop__orders"].severity.value == "WARN"


def test_a_warning_only_shows(desk):
    desk.put("shop/orders/a.jsonl", every("email", "nobody")(good("shop/orders")))
    desk.load()
    success, followed, checks = run()
    assert (success, followed) == (True, True)
    assert not checks["shop__orders"].passed and checks["shop__orders"].severity.value == "WARN"
