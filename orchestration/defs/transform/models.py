"""The dbt project as assets: each model and seed an asset, each dbt test a check, one invocation of dbt for a run."""

import time
from pathlib import Path

from dagster import AssetExecutionContext, AssetKey, AssetMaterialization, AssetSpec, Failure, Output
from dagster_dbt import dbt_assets

from orchestration.conventions import DATA_ENGINEERING, WAREHOUSE, one_sentence
from orchestration.invocation import invoke
from orchestration.lib.dbt import redact_results
from orchestration.lib.locks import build_lock
from orchestration.lib.measures import prepare_warehouse, table_measures
from orchestration.lib.publish import publish
from orchestration.lib.rules import check_rules
from orchestration.project import (
    ASSETS,
    COPY,
    MANIFEST,
    MODELS,
    PARENTS,
    PROJECT,
    PUBLIC,
    SETTINGS,
    TRANSLATOR,
)
from orchestration.resources import Tekil

OUTPUTS = {key.to_python_identifier(): key for key in ASSETS}

published = AssetSpec(
    COPY,
    deps=PUBLIC,
    group_name="published",
    kinds={SETTINGS.target, "table"},
    owners=[DATA_ENGINEERING],
    description="What BI reads: every public table, all of one build. On DuckDB a read-only file beside the warehouse, on "
    "PostgreSQL the schemas `bi_<layer>`. No raw, no staging, no vault. Written when a run that made all models ends well.",
)


@dbt_assets(
    manifest=MANIFEST,
    project=PROJECT,
    dagster_dbt_translator=TRANSLATOR,
    name="build_models",
    pool=WAREHOUSE,
)
def build_models(context: AssetExecutionContext, tekil: Tekil):
    """`dbt build` of what was selected; then the readers' tables, if it was all of it."""
    with one_sentence():
        settings = tekil.settings(context.log.info)
        check_rules(settings)
        with build_lock(settings, progress=context.log.info):
            prepare_warehouse(settings)
            run = invoke(context, settings)
            held: dict[AssetKey, Output] = {}
            try:
                for event in run.stream():
                    key = OUTPUTS.get(event.output_name) if isinstance(event, Output) else None
                    # public tables get their numbers when dbt has let go of the warehouse, and no child comes before its parent
                    if key and (key in PUBLIC or held.keys() & PARENTS[key]):
                        held[key] = event
                    else:
                        yield event
            finally:
                redact_results(Path(run.target_path) / "run_results.json")
            tables = [tuple(key.path) for key in held if MODELS.get(key, "view") != "view"]
            measures = table_measures(settings, tables)
            for key, event in held.items():
                yield event.with_metadata({**event.metadata, **measures.get(tuple(key.path), {})})
            if run.failure:
                raise Failure(run.failure, allow_retries=False)
            if is_the_last_of_all(context):
                started = time.monotonic()
                done = publish(settings)
                context.log_event(
                    AssetMaterialization(
                        COPY,
                        metadata={
                            "where": done.where,
                            "tables": done.tables,
                            "tables_changed": done.changed,
                            "seconds": round(time.monotonic() - started, 1),
                        },
                    )
                )
            else:
                context.log.info("Not all models were made in this run, so what readers see stays as it was.")


def is_the_last_of_all(context: AssetExecutionContext) -> bool:
    """Whether this run makes all models, and none of those still to come waits for one made here."""
    layer = context.job_def.asset_layer
    in_run = {key for key in MODELS if key in layer.selected_asset_keys}
    if in_run != set(MODELS):
        return False
    to_come = in_run - context.selected_asset_keys
    mine = set(context.selected_asset_keys)
    return not any(layer.asset_graph.get_ancestor_asset_keys(key) & mine for key in to_come)
