"""What `make dev` starts, seen in a browser: a file lands, a run begins by itself, all is green, nobody meets a lock (O1, O3)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import sample
from tests.orchestration.dev import Dev, started
from tests.support.project import AS_OF, ROOT, parse_cache
from tests.support.tables import rows

CHROMIUM = "/usr/bin/chromium"
needs_a_browser = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"{CHROMIUM} is not installed")


@pytest.fixture(scope="module")
def env(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("dev")
    sample.generate(folder / "landing", 7, 40, 60)
    return {
        "TEKIL_TARGET": "duckdb",
        "TEKIL_LANDING": str(folder / "landing"),
        "TEKIL_DUCKDB_PATH": str(folder / "warehouse" / "test.duckdb"),
        "TEKIL_AS_OF": AS_OF,
        "TEKIL_PII_SALT": "salt of the tests",
        "TEKIL_LINKING": "off",
        "TEKIL_THREADS": "2",
        "TEKIL_MEMORY_LIMIT": "2GB",
        "TEKIL_LOCK_TIMEOUT": "600",
        "DBT_TARGET_PATH": str(parse_cache("duckdb")),
        "DESTINATION_TEST_TOKEN": "zq-token",
    }


@pytest.fixture(scope="module")
def dev(env, tmp_path_factory):
    with started(env, tmp_path_factory.mktemp("dagster")) as running:
        yield running


def make_build(dev: Dev) -> subprocess.Popen:
    """A build from the command line, without dbt's tests, which are not what is tried here."""
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.lib.build"],
        cwd=ROOT,
        env=dev.env | {"DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


RULES = ("rules/identifier_types", "rules/tracking_plan")


@pytest.fixture(scope="module")
def after_the_first_batch(dev) -> str:
    """The run that the sensor started, with two materialisations and a `make build` beside it; all have ended well."""
    [first] = dev.wait(
        lambda: [run for run in dev.runs() if run["jobName"] == "micro_batch"], "run started by the sensor"
    )
    beside = [dev.launch("__ASSET_JOB", seed) for seed in RULES]
    build = make_build(dev)
    statuses = dev.ended(first["runId"], *beside)
    shown, said = build.communicate(timeout=900)
    for run, status in statuses.items():
        assert status == "SUCCESS", dev.failures(run)
    assert build.returncode == 0, said[-3000:]
    assert "Tekil on duckdb" in shown
    return first["runId"]


def test_a_landed_folder_starts_a_micro_batch_beside_a_build_and_a_materialisation(
    dev, after_the_first_batch
):
    tags = {
        tag["key"]: tag["value"]
        for run in dev.runs()
        if run["runId"] == after_the_first_batch
        for tag in run["tags"]
    }
    assert tags["dagster/sensor_name"] == "landed_files"
    assert rows(dev.env, "select count(*) from segments.segment_memberships")[0][0] > 0
    loads = rows(dev.env, "select sum(rows_read), max(load_id) from ops.load_runs where rows_read > 0")
    assert loads[0][0] > 0, "and what one of them loaded the other did not load again"
    assert rows(dev.env, "select count(*) from ops.load_runs where rows_read > 0") == [(1,)]


def test_a_tick_of_each_schedule_asks_for_its_job(dev):
    for schedule in ("hourly_micro_batch", "every_night", "every_sunday"):
        assert len(dev.tick(schedule)) == 1, schedule


def test_numbers_people_look_for_stand_on_the_assets(dev, after_the_first_batch):
    def numbers(asset: str) -> dict:
        found = dev.ask(
            "query($key: AssetKeyInput!) { assetOrError(assetKey: $key) { ... on Asset { assetMaterializations(limit: 1)"
            " { metadataEntries { label ... on IntMetadataEntry { intValue } ... on FloatMetadataEntry { floatValue } } } } } }",
            key={"path": asset.split("/")},
        )["assetOrError"]["assetMaterializations"][0]["metadataEntries"]
        return {entry["label"]: entry.get("intValue", entry.get("floatValue")) for entry in found}

    readiness = numbers("identity/identity_readiness")
    assert readiness["customers"] > 0 and 0 < readiness["share_on_two_channels"] <= 1
    # made anew in each run, and brought up to date
    for table in ("profiles.customers", "profiles.customer_events", "segments.segment_memberships"):
        counted = rows(dev.env, f"select count(*) from {table}")[0][0]
        assert numbers(table.replace(".", "/"))["dagster/row_count"] == counted > 0, table
    loads = numbers("ops/load_runs")
    assert loads["rows_read"] == loads["rows_loaded"] + loads["rows_replaced"] + loads["rows_quarantined"]
    assert numbers("published/tables_for_bi")["tables"] > 20


def test_one_model_can_be_made_by_itself_and_readers_keep_what_they_have(dev, after_the_first_batch):
    copy = Path(dev.env["TEKIL_DUCKDB_PATH"]).with_name("test.published.duckdb")
    before = copy.stat().st_mtime_ns
    run = dev.launch("__ASSET_JOB", "segments/segments")
    assert dev.ended(run)[run] == "SUCCESS", dev.failures(run)
    assert copy.stat().st_mtime_ns == before


def test_nothing_dagster_keeps_holds_a_secret_or_a_contact(dev, after_the_first_batch):
    home = Path(dev.env["DAGSTER_HOME"])
    contacts = rows(
        dev.env,
        "select identifier_value from vault.identifiers where identifier_type in ('email', 'phone') limit 200",
    )
    planted = [b"zq-token", b"salt of the tests", *(value.encode() for (value,) in contacts)]
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert kept and len(planted) > 50
    for path in kept:
        content = path.read_bytes()
        assert not [secret for secret in planted if secret in content], path.relative_to(home)


@pytest.fixture(scope="module")
def page(dev):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1500, "height": 900})
        page.set_default_timeout(180_000)
        yield page
        browser.close()


@needs_a_browser
def test_the_browser_shows_green_lineage_and_ticks(dev, after_the_first_batch, page):
    page.goto(f"{dev.address}/runs/{after_the_first_batch}")
    page.get_by_text("Success", exact=True).first.wait_for()

    # from a landed file to what readers see, by its names in the graph
    page.goto(
        f"{dev.address}/assets/landing/shop__orders?view=lineage&lineageScope=downstream&lineageDepth=2"
    )
    for name in ("shop__orders", "stg_shop__orders"):
        page.get_by_text(name, exact=True).first.wait_for()

    page.goto(f"{dev.address}/locations/tekil/sensors/landed_files")
    page.get_by_text(re.compile("requested|started", re.IGNORECASE)).first.wait_for()
    page.goto(f"{dev.address}/locations/tekil/schedules/hourly_micro_batch")
    page.get_by_text("At 5 minutes past the hour", exact=False).first.wait_for()


@needs_a_browser
def test_the_browser_shows_a_column_with_its_words(dev, page):
    page.goto(f"{dev.address}/assets/profiles/customers?view=overview")
    page.get_by_text("The unified profile", exact=False).first.wait_for()
    page.get_by_text("last_viewed_product_id", exact=True).first.wait_for()
