"""Numbers people look for after a run, read once it has ended; no personal data."""

from collections.abc import Iterable
from typing import Any

from orchestration.lib.landing import read_contract
from orchestration.lib.query import fetching
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import open_warehouse

Measures = dict[str, Any]


def prepare_warehouse(settings: Settings) -> None:
    """Make sure it can be written to, is of this salt, and has the tables that models read, empty where nothing landed."""
    warehouse = open_warehouse(settings)
    try:
        warehouse.ensure_tables(read_contract(settings.root))
        warehouse.check_salt(settings.pii_salt)
    finally:
        warehouse.close()


def rows_in_raw(settings: Settings) -> dict[tuple[str, str], int]:
    """How many rows stand in each raw table, by source and table."""
    with fetching(settings) as fetch:
        rows = fetch("select source, table_name, rows_in_raw from ops.row_counts")
    return {(source, table): int(count) for source, table, count in rows}


def linking_pairs(settings: Settings) -> set[tuple]:
    """The pairs of records that are likely one person."""
    ends = ", ".join(
        f"{side}_{column}" for side in ("left", "right") for column in ("source", "table_name", "record_id")
    )
    with fetching(settings) as fetch:
        return set(fetch(f"select {ends} from ops.probable_links"))


def linking_measures(settings: Settings) -> Measures:
    """What the last linking run did with people records, and with visitors."""
    columns = ("records", "changed_records", "pairs_compared", "links", "trained_on_records")
    measures: Measures = {}
    with fetching(settings) as fetch:
        for population, prefix in (("people", ""), ("visitors", "visitor_")):
            rows = fetch(
                f"select {', '.join(columns)} from ops.linking_runs where coalesce(population, 'people') = '{population}'"
                " order by run_id desc limit 1"
            )
            for row in rows:
                measures |= {
                    prefix + column: int(value)
                    for column, value in zip(columns, row, strict=True)
                    if value is not None
                }
    return measures


def table_measures(settings: Settings, tables: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Measures]:
    """Rows of each table, and for some of them what it says; `tables` are schema and name of tables, not of views."""
    measures: dict[tuple[str, str], Measures] = {}
    with fetching(settings) as fetch:
        for schema, name in tables:
            count = int(fetch(f'select count(*) from "{schema}"."{name}"')[0][0])
            measures[schema, name] = {"dagster/row_count": count}
        if ("identity", "identity_readiness") in measures:
            measures["identity", "identity_readiness"] |= _readiness(fetch)
        if ("identity", "identity_quality") in measures:
            measures["identity", "identity_quality"] |= _quality(fetch)
        if ("segments", "segments") in measures or ("segments", "segment_memberships") in measures:
            for segment, size in fetch("select segment, size from segments.segments"):
                measures["segments", f"seg_{segment}"] = {"members": int(size)}
    return measures


def _readiness(fetch) -> Measures:
    ((customers, on_two, share, is_ready),) = fetch(
        "select customers, customers_on_two_channels, share, is_ready from identity.identity_readiness"
    )
    return {
        "customers": int(customers),
        "customers_on_two_channels": int(on_two),
        "share_on_two_channels": round(float(share), 4),
        "is_ready": bool(is_ready),
    }


def _quality(fetch) -> Measures:
    wanted = "('pairwise_precision', 'pairwise_recall', 'known_customers', 'largest_customer')"
    rows = fetch(
        f"select measure, value from identity.identity_quality where level = 'exact' and measure in {wanted}"
    )
    return {measure: round(float(value), 6) for measure, value in rows if value is not None}
