"""dbt's metrics, computed from their own definitions in plain SQL, are the numbers of the report (R1, I12)."""

from __future__ import annotations

import re
from decimal import Decimal

import duckdb
import pytest

from orchestration.lib.publish import published_path
from orchestration.lib.report import figures, rendered
from orchestration.lib.report.reading import tables
from tests.report.conftest import parsed_tables

WANTED = {"customers", "known_customers", "orders", "revenue", "average_order_value", "repeat_purchase_rate", "active_customers",
          "segment_size", "readiness_share", "cart_abandonment_rate"}  # fmt: skip


class Definitions:
    """The semantic manifest that dbt parsed, and a warehouse to ask: metric in, number out."""

    def __init__(self, semantics: dict, path) -> None:
        self.metrics = {metric["name"]: metric for metric in semantics["metrics"]}
        self.models = semantics["semantic_models"]
        self.path = path

    def value(self, name: str, days: tuple[int, int] | None = None) -> Decimal | None:
        """The metric over all rows, or over those whose own time is within (from, to) days before the clock."""
        metric = self.metrics[name]
        parameters = metric["type_params"]
        if metric["type"] == "ratio":
            numerator, denominator = (
                self.value(parameters[part]["name"], days) for part in ("numerator", "denominator")
            )
            return numerator / denominator if denominator else None
        assert metric["type"] == "simple"
        measure = parameters["measure"]["name"]
        ((model, found),) = [(m, e) for m in self.models for e in m["measures"] if e["name"] == measure]
        conditions = [
            self.condition(model, kept["where_sql_template"])
            for kept in (metric["filter"] or {"where_filters": []})["where_filters"]
        ]
        if days:
            time = found["agg_time_dimension"] or model["defaults"]["agg_time_dimension"]
            clock = "(select max(ends_at) from profiles.days)"
            moment = self.expression(model, time)
            conditions += [f"{moment} > {clock} - interval '{days[0]} days'", f"{moment} <= {clock} - interval '{days[1]} days'"]  # fmt: skip
        relation = model["node_relation"]
        where = " and ".join(f"({condition})" for condition in conditions) or "true"
        sql = f"select {found['agg']}({found['expr'] or measure}) from {relation['schema_name']}.{relation['alias']} where {where}"
        with duckdb.connect(str(self.path), read_only=True) as connection:
            (value,) = connection.execute(sql).fetchone()
        return None if value is None else Decimal(value)

    def expression(self, model: dict, dimension: str) -> str:
        (found,) = [each for each in model["dimensions"] if each["name"] == dimension]
        return found["expr"] or dimension

    def condition(self, model: dict, template: str) -> str:
        """`{{ Dimension('entity__name') }}` by the dimension's own expression; the entity must be the model's."""

        def said(found: re.Match) -> str:
            entity, name = found[1].split("__")
            keys = {each["name"] for each in model["entities"] if each["type"] == "primary"}
            assert entity in keys | {model["primary_entity"]}, f"{entity} is not the key of {model['name']}"
            return f"({self.expression(model, name)})"

        return re.sub(r"\{\{ Dimension\('([^']+)'\) \}\}", said, template)


@pytest.fixture(scope="module")
def defined(shop) -> Definitions:
    return Definitions(shop.semantics, published_path(shop.settings))


def test_every_headline_number_is_a_metric(shop, defined):
    assert set(defined.metrics) >= WANTED
    shown = re.findall(r'data-metric="(\w+)"', rendered(shop.settings))
    assert len(shown) == len(figures.tiles(shop.answers, "TRY")) == 10
    assert set(shown) <= set(defined.metrics)
    assert set(shown) >= WANTED - {"customers"}


def test_metrics_give_the_numbers_of_the_report(shop, defined):
    (n,), (dial,) = shop.answers["headline"], shop.answers["readiness"]
    month, before, year = (30, 0), (60, 30), (365, 0)
    expected = {
        ("customers", None): n["known_customers"] + n["anonymous_visitors"],
        ("known_customers", None): n["known_customers"],
        ("active_customers", None): n["active_customers"],
        ("orders", month): n["orders_30d"],
        ("orders", before): n["orders_30d_before"],
        ("orders", year): n["orders_365d"],
        ("revenue", month): n["revenue_30d"],
        ("revenue", before): n["revenue_30d_before"],
        ("revenue", year): n["revenue_365d"],
        ("average_order_value", year): Decimal(n["purchase_revenue_365d"]) / n["orders_365d"],
        ("repeat_purchase_rate", None): Decimal(n["repeat_buyers"]) / n["buyers"],
        ("cart_abandonment_rate", month): Decimal(n["abandoned_cart_sessions_30d"]) / n["cart_sessions_30d"],
        ("segment_size", None): sum(row["size"] for row in shop.answers["segments"]),
        ("readiness_share", None): Decimal(dial["customers_on_two_channels"]) / dial["customers"],
    }
    assert {name for name, _ in expected} >= WANTED
    told = {key: defined.value(*key) for key in expected}
    assert told == {key: Decimal(value) for key, value in expected.items()}
    assert round(told["readiness_share", None], 4) == dial["share"]


def test_every_metric_can_be_computed(defined):
    for name in defined.metrics:
        assert defined.value(name) is not None, name


def test_the_report_is_exposed_with_what_it_reads(shop):
    nodes = {**shop.manifest["nodes"], **shop.manifest["sources"]}
    exposed = {exposure["name"]: exposure for exposure in shop.manifest["exposures"].values()}
    assert {"report", "customer_profiles_in_bi", "segments_in_bi"} <= set(exposed)
    read = {
        f"{nodes[key]['schema']}.{nodes[key]['name']}" for key in exposed["report"]["depends_on"]["nodes"]
    }
    assert read == set(tables()) & parsed_tables(shop.parsed / "manifest.json")
