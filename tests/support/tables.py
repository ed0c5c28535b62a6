"""Read the public tables of a build, on any engine, in one comparable form.

`snapshot(settings_env)` gives {schema.table: (columns, sorted rows)}; two builds are equal when their snapshots are.
Values are compared, not spellings: 1.50 equals 1.5, a timestamp equals itself whatever driver read it.
"""

from __future__ import annotations

import datetime
import decimal
from collections import Counter

# contracts/tables.md, to the letter: schema.table -> columns that must exist
CONTRACT = {
    "identity.identity_map": "identifier_type identifier_key customer_id first_seen_at last_seen_at match_type match_probability",
    "identity.record_map": "source table_name record_id customer_id",
    "identity.identity_aliases": "retired_customer_id customer_id changed_at cause",
    "identity.identity_changes": "identifier_key from_customer_id to_customer_id changed_at cause evidence",
    "identity.identity_refusals": "identifier_type identifier_key other_identifier_key guard detail observed_at",
    "identity.identity_quality": "measure level value",
    "identity.identity_readiness": "customers customers_on_two_channels share threshold is_ready reason",
    "profiles.customers": "customer_id",
    "profiles.customer_traits": "customer_id trait value source rule observed_at",
    "profiles.customer_events": (
        "event_id customer_id event_name channel source occurred_at session_id product_id category search_term "
        "order_id amount currency amount_base device_type city country campaign"
    ),
    "profiles.customer_sessions": (
        "session_id customer_id channel started_at ended_at events views carts orders"
    ),
    "profiles.customer_orders": (
        "order_id customer_id kind channel ordered_at currency gross_amount refunded_amount net_amount net_amount_base items"
    ),
    "profiles.customer_consents": "customer_id contact_key channel purpose status source effective_at",
    "segments.segments": "segment description owner rule_version size refreshed_at",
    "segments.segment_memberships": "customer_id segment entered_at reason",
    "segments.segment_changes": "customer_id segment change changed_at rule_version reason",
    "segments.segment_overlap": "segment other_segment customers jaccard",
    "vault.identifiers": "identifier_key identifier_type identifier_value",
    "vault.customer_contacts": "customer_id contact_type contact_value contact_key is_reachable",
}

# what a build made beyond the contract, that people read all the same
ALSO_PUBLIC = (
    "activation.sync_braze__users",
    "activation.sync_files__customers",
    "activation.sync_google_ads__customers",
    "activation.sync_mailchimp__members",
    "activation.sync_meta_ads__customers",
    "activation.sync_onsite__visitors",
    "activation.sync_postgres__customers",
    "activation.sync_push__recipients",
    "activation.sync_sms__recipients",
    "activation.sync_webhook__customers",
    "activation.sync_whatsapp__recipients",
    "identity.identity_levels",
    "identity.identity_links",
    "identity.identity_paths",
    "identity.identity_plausibility",
    "profiles.checkout_friction",
    "profiles.contact_consents",
    "profiles.customer_affinities",
    "profiles.customer_cart_items",
    "profiles.customer_channels",
    "profiles.customer_data_uses",
    "profiles.customer_history",
    "profiles.customer_hours",
    "profiles.customer_order_lines",
    "profiles.customer_product_views",
    "profiles.customer_recommendations",
    "profiles.customer_rfm",
    "profiles.customer_trait_losers",
    "profiles.days",
    "profiles.product_alternatives",
    "profiles.product_associations",
    "profiles.tracking_plan_findings",
    "segments.customer_segments",
    "segments.segment_comparisons",
    "segments.segment_flows",
    "segments.segment_sizes",
    "segments.segment_values",
    "vault.customer_names",
    "vault.suppressed_customers",
)


def connect(env: dict[str, str]):
    """Open the warehouse that `env` names, for reading; returns a DB-API connection."""
    if env.get("TEKIL_TARGET", "duckdb") == "postgres":
        import psycopg2

        return psycopg2.connect(
            host=env["TEKIL_PG_HOST"],
            port=env["TEKIL_PG_PORT"],
            user=env["TEKIL_PG_USER"],
            password=env.get("TEKIL_PG_PASSWORD", ""),
            dbname=env["TEKIL_PG_DBNAME"],
        )
    import duckdb

    return duckdb.connect(env["TEKIL_DUCKDB_PATH"], read_only=True)


def rows(env: dict[str, str], sql: str) -> list[tuple]:
    """All rows of a query, in the order the query gives."""
    connection = connect(env)
    try:
        cursor = connection.cursor()
        cursor.execute(sql)
        return [tuple(plain(value) for value in row) for row in cursor.fetchall()]
    finally:
        connection.close()


def columns(env: dict[str, str], table: str) -> list[str]:
    """Column names of `schema.table`, in order."""
    schema, name = table.split(".")
    return [
        row[0]
        for row in rows(
            env,
            "select column_name from information_schema.columns "
            f"where table_schema = '{schema}' and table_name = '{name}' order by ordinal_position",
        )
    ]


def snapshot(env: dict[str, str], tables=(*CONTRACT, *ALSO_PUBLIC), without=()) -> dict[str, list[tuple]]:
    """Every row of every table, columns in name order, rows sorted; `without` names columns to leave out."""
    taken = {}
    for table in tables:
        names = sorted(name for name in columns(env, table) if name not in without)
        assert names, f"{table} does not exist"
        quoted = ", ".join(f'"{name}"' for name in names)
        taken[table] = sorted(rows(env, f"select {quoted} from {table}"), key=repr)
    return taken


def differences(left: dict[str, list[tuple]], right: dict[str, list[tuple]]) -> list[str]:
    """One line per table that differs: how many rows stand on one side only. Values are not shown: they may be personal."""
    found = []
    for table in sorted({*left, *right}):
        one, other = set(map(repr, left.get(table, []))), set(map(repr, right.get(table, [])))
        if left.get(table) != right.get(table):
            found.append(f"{table}: {len(one - other)} rows only left, {len(other - one)} only right")
    return found


def plain(value):
    """One form for values that drivers give differently."""
    if isinstance(value, decimal.Decimal):
        return value.normalize() + 0
    if isinstance(value, float):
        return decimal.Decimal(repr(value)).normalize() + 0
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return decimal.Decimal(value).normalize() + 0
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def compare(found: list[tuple], expected: list[tuple], columns: str | list[str], keys: int = 1) -> None:
    """Fails with the few first differences: by row where one side has none, else by column. `keys` columns name a row."""
    columns = columns.split() if isinstance(columns, str) else columns
    said, meant = ([tuple(plain(value) for value in row) for row in side] for side in (found, expected))
    by_key = [{row[:keys]: row for row in side} for side in (said, meant)]
    faults = [
        f"more than once: {key}" for key, count in Counter(row[:keys] for row in said).items() if count > 1
    ]
    for key in sorted(by_key[0].keys() | by_key[1].keys(), key=repr):
        ours, theirs = (side.get(key) for side in by_key)
        if ours is None or theirs is None:
            faults.append(f"{'tables' if theirs is None else 'judge'} only: {ours or theirs}")
            continue
        faults += [
            f"{key} {column}: tables {one!r}, judge {other!r}"
            for column, one, other in zip(columns, ours, theirs, strict=True)
            if one != other
        ]
    assert not faults, f"{len(faults)} differences\n" + "\n".join(faults[:20])
    assert meant
