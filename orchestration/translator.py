"""How a dbt node becomes an asset: schema and name are its key, the folder of its layer is its group."""

from collections.abc import Mapping
from typing import Any

from dagster import AssetKey, AssetSpec, AutomationCondition
from dagster_dbt import DagsterDbtTranslator

from orchestration.conventions import DATA_ENGINEERING, FRESH, eager_after_load


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

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The twin's words; the SQL stands in its file, which the metadata name."""
        return dbt_resource_props.get("description") or ""

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Columns with their descriptions, the file, and the requirements the table serves."""
        requirements = dbt_resource_props["config"].get("meta", {}).get("requirements")
        return {
            **super().get_metadata(dbt_resource_props),
            "file": dbt_resource_props["original_file_path"],
            **({"requirements": ", ".join(requirements)} if requirements else {}),
        }

    def get_automation_condition(self, dbt_resource_props: Mapping[str, Any]) -> AutomationCondition | None:
        """Models follow what was loaded, once the automation sensor is switched on; seeds follow people."""
        return eager_after_load if dbt_resource_props["resource_type"] == "model" else None

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> AssetSpec:
        """The kind of a rule is its file's; public tables promise to be fresh."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        if node["resource_type"] == "seed":
            return spec.replace_attributes(kinds={"dbt", "csv"}, owners=[DATA_ENGINEERING])
        if node["resource_type"] == "model" and node["config"].get("access") == "public":
            return spec.replace_attributes(freshness_policy=FRESH)
        return spec
