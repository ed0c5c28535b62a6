"""Every SQL example of the docs runs on a built sample: on the copy that BI reads where it needs no more, else on the warehouse."""

from __future__ import annotations

import json
import re

import duckdb
import pytest

from orchestration.lib.publish import published_path
from tests.support.project import ROOT

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
# statements for a server's administrator
FOR_A_SERVER = re.compile(r"^\s*(create|grant|alter|revoke)\b", re.IGNORECASE)


def examples() -> list[tuple[str, str]]:
    """(page and line, SQL) of every block marked sql."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^```sql\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            line = text.count("\n", 0, block.start()) + 1
            found.append((f"{page.relative_to(ROOT)}:{line}", block[1]))
    return found


@pytest.fixture(scope="module")
def reader(shop):
    """The warehouse and the copy, read only; `your_table` stands for a table of the reader's own."""
    connection = duckdb.connect()
    # under its own name: views name the warehouse they were made in
    connection.execute(f"attach '{shop.settings.duckdb_path}' (read_only)")
    connection.execute(f"attach '{published_path(shop.settings)}' as published (read_only)")
    connection.execute("create temp table your_table as select 'cus_old' as customer_id")
    yield connection
    connection.close()


@pytest.mark.parametrize("place, sql", [pytest.param(place, sql, id=place) for place, sql in examples()])
def test_an_example_runs(place, sql, reader, shop):
    if FOR_A_SERVER.match(sql):
        pytest.skip("for PostgreSQL's administrator")
    is_for_bi = place.startswith(("docs/bi.md", "docs/report.md"))
    reader.execute(f'use "{"published" if is_for_bi else shop.settings.duckdb_path.stem}"')
    for statement in re.split(r";\s*(?:\n|$)", sql):
        if statement.strip():
            assert reader.execute(statement).description, place


def test_the_overview_of_dbt_docs_links_what_is_there(shop):
    nodes = json.loads((shop.parsed / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    linked = re.findall(r"#!/model/([\w.]+)", (ROOT / "models" / "_overview.md").read_text(encoding="utf-8"))
    assert len(linked) >= 6
    assert [name for name in linked if nodes.get(name, {}).get("access") != "public"] == []


def test_there_are_examples():
    assert sum(not FOR_A_SERVER.match(sql) for _, sql in examples()) >= 12
