"""How a dbt node becomes an asset: schema and name are its key, the folder of its layer is its group."""

from collections.abc import Mapping
from typing import Any

from dagster import AssetKey
from dagster_dbt import DagsterDbtTranslator


class TekilTranslator(DagsterDbtTranslator):
    """Folder = schema = dbt group = Dagster group = asset-key prefix."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """`raw/shop__orders` for a source, `<layer>/<name>` for everything dbt makes."""
        if dbt_resource_props["resource_type"] == "source":
            return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])
        return AssetKey([dbt_resource_props["config"].get("schema") or "main", dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer: the first folder below models/, or rules for a seed."""
        return "rules" if dbt_resource_props["resource_type"] == "seed" else dbt_resource_props["fqn"][1]
