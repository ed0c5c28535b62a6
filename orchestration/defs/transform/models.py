"""The dbt project as assets: each model and seed an asset, each dbt test an asset check."""

import os

from dagster import AssetExecutionContext
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

from orchestration.lib.build import link_people, with_landing
from orchestration.lib.dbt import dbt_environment
from orchestration.lib.locks import build_lock
from orchestration.lib.publish import publish
from orchestration.lib.settings import PROJECT_ROOT, Settings
from orchestration.translator import TekilTranslator

PROJECT = DbtProject(
    project_dir=PROJECT_ROOT,
    profiles_dir=PROJECT_ROOT,
    target=os.environ.get("TEKIL_TARGET") or "duckdb",
)
PROJECT.prepare_if_dev()


@dbt_assets(manifest=PROJECT.manifest_path, project=PROJECT, dagster_dbt_translator=TekilTranslator())
def models(context: AssetExecutionContext):
    """Likenesses of people where records changed, `dbt build` of what was selected, then the published copy for readers."""
    settings = with_landing(Settings.from_environment(), context.log.info)
    environment = {
        name: value for name, value in dbt_environment(settings).items() if name != "DBT_TARGET_PATH"
    }
    os.environ.update(environment)
    dbt = DbtCliResource(project_dir=PROJECT, profiles_dir=str(PROJECT_ROOT), target=settings.target)
    with build_lock(settings, progress=context.log.info):
        link_people(settings, context.log.info)
        yield from dbt.cli(["build"], context=context).stream()
        publish(settings)
