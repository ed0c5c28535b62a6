"""Carry tables from a DuckDB file into PostgreSQL, values and types as they are."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb

from tests.support.tables import connect


def carry(source: Path, env: dict[str, str], tables: list[str]) -> None:
    """Make these tables anew in the database that `env` names."""
    target = connect(env)
    with duckdb.connect(str(source), read_only=True) as connection:
        cursor = target.cursor()
        for table in tables:
            schema, name = table.split(".")
            columns = connection.execute(
                "select column_name, data_type from information_schema.columns where table_schema = ? and table_name = ? order by ordinal_position",
                [schema, name],
            ).fetchall()
            definitions = ", ".join(f'"{column}" {kind}' for column, kind in columns)
            cursor.execute(f"create schema if not exists {schema}")
            cursor.execute(f"create table {table} ({definitions})")
            text = io.StringIO()
            csv.writer(text).writerows(
                [r"\N" if value is None else value for value in row]
                for row in connection.execute(f"select * from {table}").fetchall()
            )
            text.seek(0)
            cursor.copy_expert(f"copy {table} from stdin (format csv, null '\\N')", text)
    target.commit()
    target.close()
