"""Find records that are likely one person: Splink over people records and visitors, between the load and the models (I3)."""

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetSpec,
    Config,
    MaterializeResult,
    multi_asset,
)
from pydantic import Field

from orchestration.conventions import WAREHOUSE, one_sentence
from orchestration.lib.build import link_people
from orchestration.lib.linking.run import TABLES_READ
from orchestration.lib.locks import build_lock
from orchestration.lib.measures import linking_measures, linking_pairs, prepare_warehouse
from orchestration.resources import Tekil

TABLES = {
    "probable_links": "Pairs of people records, and of visitors, that are likely one person, with probability, margin and reasons.",
    "linking_runs": "One row per linking run and population: linked, or refused with the reason.",
    "linked_records": "The people records and visitors of the last linking run, as keyed hashes.",
    "linking_frequencies": "What the model learned to be common, values as keyed hashes.",
}
LINKS = AssetKey(["ops", "probable_links"])
LEAST_KEPT = 0.9


class LinkingConfig(Config):
    """How likenesses are looked for."""

    retrain: bool = Field(default=False, description="Learn the model anew, and compare all records again.")


@multi_asset(
    specs=[
        AssetSpec(
            ["ops", name],
            deps=[AssetKey(["raw", f"{source}__{table}"]) for source, table in TABLES_READ],
            description=description,
            kinds={"python", "table"},
            owners=["identity@example.com"],
            group_name="loads",
        )
        for name, description in TABLES.items()
    ],
    check_specs=[
        AssetCheckSpec(
            "links_of_the_last_model_are_kept",
            asset=LINKS,
            description=f"A model learned anew should find at least {LEAST_KEPT:.0%} of the pairs the last one found; else the data drifted.",
        )
    ],
    can_subset=False,
    pool=WAREHOUSE,
)
def find_likenesses(context: AssetExecutionContext, config: LinkingConfig, tekil: Tekil):
    """Look for likenesses where people records, visitors or rules changed since the last time, or all over with a model learned anew."""
    with one_sentence():
        settings = tekil.settings(context.log.info)
        with build_lock(settings, progress=context.log.info):
            prepare_warehouse(settings)
            before = linking_pairs(settings)
            link_people(settings, context.log.info, config.retrain)
            after, measures = linking_pairs(settings), linking_measures(settings)
    kept = len(before & after) / len(before) if before else 1.0
    for name in TABLES:
        yield MaterializeResult(
            asset_key=["ops", name],
            metadata=measures | {"links_kept_share": round(kept, 4)} if name == LINKS.path[-1] else {},
        )
    yield AssetCheckResult(
        asset_key=LINKS,
        check_name="links_of_the_last_model_are_kept",
        passed=not config.retrain or kept >= LEAST_KEPT,
        severity=AssetCheckSeverity.WARN,
        metadata={"links_before": len(before), "links_after": len(after), "links_kept_share": round(kept, 4)},
    )
