"""The sources that dbt knows are the landing contract, to the column."""

import csv

from tests.house.conftest import ROOT


def test_sources_are_the_landing_contract(manifest):
    with (ROOT / "seeds" / "rules" / "landing_columns.csv").open(encoding="utf-8", newline="") as file:
        contract = {}
        for row in csv.DictReader(file):
            table = contract.setdefault(f"{row['source']}__{row['table_name']}", {})
            table[row["column_name"]] = row["description"]
    sources = {
        source["name"]: {column["name"]: column["description"] for column in source["columns"].values()}
        for source in manifest["sources"].values()
        if source["source_name"] == "raw" and "__" in source["name"]
    }
    assert sources == contract


def test_every_landed_table_is_staged(manifest, models):
    staged = {
        needed.rpartition(".")[2]
        for model in models
        for needed in model.node["depends_on"]["nodes"]
        if needed.startswith("source.tekil.raw.")
    }
    landed = {
        s["name"] for s in manifest["sources"].values() if s["source_name"] == "raw" and "__" in s["name"]
    }
    assert landed - staged == set()
