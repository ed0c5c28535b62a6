"""Search what readers see for values in the shape of a contact."""

import duckdb

from orchestration.lib.publish import PUBLISHED_SCHEMAS, READER_PREFIX, published_path
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import connect_postgres

# an address at a domain, or + and ten to fifteen digits: no key, hash or product number has these shapes
SHAPE = r"[^[:space:]@]+@[^[:space:]@]+\.[[:alpha:]]{2,}|\+[0-9]{10,15}"
# rules that say which addresses are no person's
PLACEHOLDERS = {("rules", "identifier_denylist")}
COLUMNS = (
    "select table_schema, table_name, column_name from information_schema.columns"
    " where data_type in ('VARCHAR', 'text', 'character varying') and {where} order by 1, 2, 3"
)


def contact_like_values(settings: Settings) -> dict[str, int]:
    """How many values look like a contact, by `schema.table.column`; only columns that have any."""
    if settings.target == "postgres":
        connection = connect_postgres(settings)
        schemas = ", ".join(f"'{READER_PREFIX}{schema}'" for schema in PUBLISHED_SCHEMAS)
        where, matches = f"table_schema in ({schemas})", "\"{column}\" ~ '{shape}'"
    else:
        if not published_path(settings).exists():
            return {}
        connection = duckdb.connect(str(published_path(settings)), read_only=True)
        where, matches = "table_catalog = current_database()", "regexp_matches(\"{column}\", '{shape}')"
    try:
        cursor = connection.cursor()
        cursor.execute(COLUMNS.format(where=where))
        found = {}
        for schema, table, column in cursor.fetchall():
            if (schema.removeprefix(READER_PREFIX), table) in PLACEHOLDERS:
                continue
            condition = matches.format(column=column, shape=SHAPE)
            cursor.execute(f'select count(*) from "{schema}"."{table}" where {condition}')
            if count := cursor.fetchone()[0]:
                found[f"{schema}.{table}.{column}"] = count
        return found
    finally:
        connection.close()
