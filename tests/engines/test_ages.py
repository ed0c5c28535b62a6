"""An age is counted by birthdays, the same on both engines (P1): the day before, the day, 29 February, year ends."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.support.macros import Macros
from tests.support.postgres import connect, create_database, start_postgres

MACRO = Path(__file__).resolve().parents[2] / "macros" / "cross_db" / "years_between.sql"
AGES = [
    ("1990-07-01", "2026-06-30", 35),
    ("1990-07-01", "2026-07-01", 36),
    ("2000-02-29", "2026-02-28", 25),
    ("2000-02-29", "2026-03-01", 26),
    ("2000-02-29", "2028-02-29", 28),
    ("1999-12-31", "2026-12-30", 26),
    ("1999-12-31", "2027-01-01", 27),
    ("2026-06-30", "2026-06-30", 0),
    ("2026-07-01", "2026-06-30", -1),
]


def ages(connection, engine: str) -> list[int]:
    macros = Macros(connection, engine, [MACRO])
    answers = []
    for born, today, _ in AGES:
        sql = "select " + macros.call("years_between", f"date '{born}'", f"date '{today}'")
        cursor = connection.cursor()
        cursor.execute(sql)
        answers.append(cursor.fetchone()[0])
    return answers


def test_ages_on_duckdb():
    assert ages(duckdb.connect(), "duckdb") == [age for *_, age in AGES]


@pytest.mark.postgres
def test_ages_on_postgres():
    connection = connect(create_database(start_postgres(), "ages"))
    try:
        assert ages(connection, "postgres") == [age for *_, age in AGES]
    finally:
        connection.close()
