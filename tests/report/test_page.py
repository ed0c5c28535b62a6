"""The page: whole in itself, readable without a script, the same bytes for the same tables, and no personal data in it (M1)."""

from __future__ import annotations

import dataclasses
import html
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.errors import TekilError
from orchestration.lib.publish import published_path
from orchestration.lib.report import make_report, rendered
from tests.report.conftest import PLANTED
from tests.support.project import ROOT, clean_environment

FIGURES = [
    "readiness",
    "quality",
    "revenue",
    "cohorts",
    "rfm",
    "sizes",
    "flow",
    "overlap",
    "channels",
    "channel_counts",
    "funnel",
    "loads",
]


@pytest.fixture(scope="module")
def page(shop) -> str:
    return rendered(shop.settings)


def figures(page: str) -> dict[str, str]:
    """The HTML of each figure, by its id."""
    return dict(re.findall(r'<figure id="(\w+)"[^>]*>(.*?)</figure>', page, re.DOTALL))


def test_every_question_has_its_figure_with_title_and_reading_help(page):
    found = figures(page)
    assert list(found) == FIGURES
    for name, body in found.items():
        assert re.search(r"<h3>[^<]{5,}</h3>", body), name
        assert re.search(r'<p class="how">[^<]{40,}</p>', body), name
        assert "<svg" in body or name == "loads", name
        assert re.search(r"<tbody>\s*<tr>", body), f"{name} has no numbers"


def test_the_page_needs_nothing_outside_itself(page):
    assert "default-src 'none'" in page
    assert re.findall(r"<(script|link|iframe|img|object|embed)\b", page) == []
    assert re.findall(r"@import|url\((?!#)|javascript:|\son\w+=", page) == []
    addresses = set(re.findall(r'(?:src|href|action)="([^"]*)"', page))
    assert addresses and all(address.startswith("#") for address in addresses)
    names = set(re.findall(r'\bid="([^"]+)"', page))
    assert len(re.findall(r'\bid="', page)) == len(names), "an id stands twice"
    assert {address[1:] for address in addresses} <= names


def test_every_chart_is_whole_and_takes_its_colours_from_the_page(page):
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == len(FIGURES) - 1
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', "".join(charts)))
    for chart in charts:
        ElementTree.fromstring(chart)
    fixed = {colour for colour in colours if not colour.startswith("var(--")} - {"none", "transparent"}
    assert fixed == set(), "these do not follow light and dark"
    css = (ROOT / "orchestration" / "lib" / "report" / "page.css").read_text(encoding="utf-8")
    assert {colour[4:-1] for colour in colours if colour.startswith("var(")} <= set(
        re.findall(r"(--\w+):", css)
    )


def test_the_same_tables_give_the_same_bytes(shop, page):
    first = make_report(shop.settings).read_bytes()
    assert first == page.encode()
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.lib.report"],
        cwd=ROOT,
        env={**clean_environment(), **shop.env, "PYTHONHASHSEED": "77", "TZ": "Pacific/Auckland"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(shop.settings.report_path), done.stderr[-2000:]
    assert shop.settings.report_path.read_bytes() == first
    assert [path.name for path in shop.settings.report_path.parent.iterdir()] == ["index.html"]


def test_no_planted_string_is_on_the_page(shop, page):
    with duckdb.connect(str(shop.settings.duckdb_path), read_only=True) as connection:
        read = connection.execute(
            "select count(distinct channel) from profiles.customer_events where channel in (select unnest(?))",
            [list(PLANTED.values())],
        ).fetchone()
    assert read[0] > 0, "the strings never reached what the report reads, so this proves nothing"
    text = html.unescape(page).lower()
    for needle in (*PLANTED.values(), "zqx", "zquerida", "5329817264", "planted-"):
        assert needle.lower() not in text
    assert re.findall(r"[\w.]+@[\w.]+\.\w+", text) == []
    assert re.findall(r"\bcus_\w+", text) == [], "a customer's id"


def test_what_senders_name_is_one_other(shop):
    assert {row["channel"] for row in shop.answers["channels"]} >= {"web", "store", "other"}
    assert {row["device"] for row in shop.answers["funnel"]} >= {"mobile", "desktop", "other"}


def emptied(shop, folder: Path):
    """The settings of a copy of the published tables as a build of an empty landing leaves them."""
    settings = dataclasses.replace(shop.settings, duckdb_path=folder / "empty.duckdb")
    shutil.copy(published_path(shop.settings), published_path(settings))
    with duckdb.connect(str(published_path(settings))) as connection:
        for table in shop.tables:
            if not table.startswith("rules.") and table not in ("profiles.days", "segments.segments", "identity.identity_readiness", "identity.identity_quality"):  # fmt: skip
                connection.execute(f"delete from {table}")
        connection.execute("delete from profiles.days where day < (select max(day) from profiles.days)")
        connection.execute("update segments.segments set size = 0, refreshed_at = null")
        connection.execute("update segments.segment_overlap set customers = 0, jaccard = 0")
        connection.execute("update identity.identity_readiness set customers = 0, customers_on_two_channels = 0, anonymous_visitors = 0, share = 0, is_ready = false, reason = 'no customer is known yet'")  # fmt: skip
        connection.execute("update identity.identity_quality set value = case when measure like '%_precision' or measure like '%_recall' or measure like '%_f1' then null else 0 end")  # fmt: skip
    return settings


def test_an_empty_warehouse_is_told_in_words(shop, tmp_path):
    page = rendered(emptied(shop, tmp_path))
    found = figures(page)
    assert list(found) == FIGURES
    drawn = {name for name, body in found.items() if "<svg" in body}
    # a calendar of one day still has its month
    assert drawn <= {"revenue"}
    for name in set(FIGURES) - drawn:
        assert re.search(r'<p class="empty">[A-Z][^<]{15,}\.', found[name]), name
    assert "None" not in html.unescape(re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL))
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).lower().replace("finan", "")


@pytest.mark.postgres
def test_postgres_gives_the_same_bytes(shop, page, postgres_database):
    """The public tables of the DuckDB build, carried over, give the very page: no query depends on the engine (O5)."""
    from tests.report.carry import carry

    env = {**shop.env, **postgres_database, "TEKIL_TARGET": "postgres"}
    carry(published_path(shop.settings), env, shop.tables)
    settings = dataclasses.replace(
        shop.settings,
        target="postgres",
        pg_host=env["TEKIL_PG_HOST"],
        pg_port=int(env["TEKIL_PG_PORT"]),
        pg_user=env["TEKIL_PG_USER"],
        pg_password=env["TEKIL_PG_PASSWORD"],
        pg_dbname=env["TEKIL_PG_DBNAME"],
    )
    assert rendered(settings) == page


def test_without_a_build_one_sentence_says_so(shop, tmp_path):
    settings = dataclasses.replace(shop.settings, duckdb_path=tmp_path / "none.duckdb")
    with pytest.raises(TekilError, match="run make build first"):
        make_report(settings)
    duckdb.connect(str(published_path(settings))).close()
    with pytest.raises(TekilError, match="does not hold yet: run make build first"):
        make_report(settings)


def test_a_file_that_may_not_be_written_is_one_sentence(shop, tmp_path, monkeypatch):
    monkeypatch.setattr("orchestration.lib.report.rendered", lambda settings: "a page")
    (tmp_path / "file").write_text("")
    settings = dataclasses.replace(shop.settings, report_path=tmp_path / "file" / "index.html")
    with pytest.raises(TekilError, match="set TEKIL_REPORT_PATH"):
        make_report(settings)


def test_it_stands_in_a_browser_on_a_desk_and_a_phone(shop, page, tmp_path):
    """No script, no request, no error, and nothing wider than the screen, in light and dark."""
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "index.html"
    path.write_text(page, encoding="utf-8")
    said, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for width, scheme in ((1200, "light"), (390, "dark")):
            context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            tab = context.new_page()
            tab.on("console", lambda message: said.append(message.text))
            tab.on("request", lambda request: asked.append(request.url))
            tab.goto(path.as_uri())
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            ink, paper = tab.evaluate(
                "['color', 'backgroundColor'].map(name => getComputedStyle(document.documentElement)[name])"
            )
            assert (luminance(ink) < luminance(paper)) == (scheme == "light")
            bar = tab.locator("#revenue svg path[aria-roledescription=bar]").first
            assert bar.evaluate("element => getComputedStyle(element).fill").startswith("rgb(")
        browser.close()
    assert said == [] and set(asked) == {path.as_uri()}


def luminance(colour: str) -> int:
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])
