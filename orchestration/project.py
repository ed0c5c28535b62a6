"""The dbt project as Dagster sees it: its manifest, read once for the whole code location, and what its tests cost."""

from collections.abc import Mapping
from typing import Any

from dagster import AssetCheckKey, AssetKey
from dagster_dbt import DbtProject
from dagster_dbt.asset_utils import get_asset_check_key_for_test
from dagster_dbt.dbt_manifest import validate_manifest

from orchestration.lib.manifest import ensure_manifest
from orchestration.lib.publish import is_public
from orchestration.lib.settings import PROJECT_ROOT, Settings
from orchestration.translator import TekilTranslator

SETTINGS = Settings.from_environment()
MANIFEST = ensure_manifest(SETTINGS)
PROJECT = DbtProject(
    project_dir=PROJECT_ROOT, target_path=MANIFEST.parent, profiles_dir=PROJECT_ROOT, target=SETTINGS.target
)
TRANSLATOR = TekilTranslator()
CONTENT = validate_manifest(MANIFEST)

# every model that stands in the warehouse, with how it is materialised
MODELS = {
    TRANSLATOR.get_asset_key(node): node["config"]["materialized"]
    for node in CONTENT["nodes"].values()
    if node["resource_type"] == "model" and node["config"]["materialized"] != "ephemeral"
}
# all that dbt makes, and what each is made from
PARENTS = {
    spec.key: {dep.asset_key for dep in spec.deps}
    for spec in (
        TRANSLATOR.get_asset_spec(CONTENT, unique_id, PROJECT)
        for unique_id, node in CONTENT["nodes"].items()
        if node["resource_type"] in ("model", "seed", "snapshot")
        and node["config"]["materialized"] != "ephemeral"
    )
}
ASSETS = set(PARENTS)
PUBLIC = [key for key in MODELS if is_public(*key.path)]
COPY = AssetKey(["published", "tables_for_bi"])

# grain and presence of public tables, and no contact value in them (M1): what must hold of every hour's tables
CHEAP_TESTS = {"unique_together", "never_null"}
ALWAYS = {"assert_no_contact_value_leaks", "assert_personal_data_stands_only_in_restricted_schemas"}


def costly_checks() -> list[AssetCheckKey]:
    """dbt's tests that a micro-batch leaves to the night."""
    tests = (
        unique_id
        for unique_id, node in CONTENT["nodes"].items()
        if node["resource_type"] == "test" and not is_cheap(node)
    )
    keys = (get_asset_check_key_for_test(CONTENT, TRANSLATOR, test, PROJECT) for test in tests)
    return [key for key in keys if key and key.asset_key in ASSETS]


def is_cheap(node: Mapping[str, Any]) -> bool:
    """Whether the test is worth its seconds every hour."""
    about = CONTENT["nodes"].get(node.get("attached_node") or "", {})
    test = (node.get("test_metadata") or {}).get("name")
    is_of_public = about.get("config", {}).get("access") == "public"
    return node["name"] in ALWAYS or (test in CHEAP_TESTS and is_of_public)
