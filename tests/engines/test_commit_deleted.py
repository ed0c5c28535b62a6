"""What a renewal deletes must not stay in memory until the process ends (law 8: memory is bounded): macro `commit_deleted`.

The first test is of the engine, so that the reason for the macro is seen to hold: if DuckDB no longer keeps anything, the macro can go.
"""

from types import SimpleNamespace

import duckdb
import pytest

from tests.support.macros import ROOT, Macros

ROWS = 2_000_000


@pytest.fixture
def warehouse(tmp_path):
    """A table of two million rows on disk, of which every hundredth is deleted in a transaction that is still open."""
    with duckdb.connect(tmp_path / "warehouse.duckdb", config={"memory_limit": "100MB"}) as connection:
        connection.execute("set global checkpoint_threshold = '256MB'")
        connection.execute(f"create table events as select range as event_number from range({ROWS})")
        connection.execute("checkpoint")
        connection.execute("begin")
        connection.execute("delete from events where event_number % 100 = 3")
        yield connection


def bytes_held(connection) -> int:
    """What the engine holds in memory of tables."""
    return connection.execute(
        "select memory_usage_bytes from duckdb_memory() where tag = 'BASE_TABLE'"
    ).fetchone()[0]


def committed(connection, remainders: tuple[int, ...] = ()) -> None:
    """Let the macro end the transaction, and those of more renewals of the table that delete the rows of a remainder each."""
    macros = Macros(connection, "duckdb", [ROOT / "macros" / "project" / "commit_deleted.sql"])
    relation = SimpleNamespace(
        database=connection.execute("select current_database()").fetchone()[0],
        schema="main",
        identifier="events",
    )
    macros.call("commit_deleted", relation)
    for remainder in remainders:
        connection.execute("begin")
        connection.execute(f"delete from events where event_number % 100 = {remainder}")
        macros.call("commit_deleted", relation)


def test_the_engine_holds_what_was_deleted_until_it_is_written(warehouse):
    warehouse.commit()
    held = bytes_held(warehouse)
    assert held > 8 * ROWS, "see the macro: is it still needed?"
    warehouse.execute("checkpoint")
    assert bytes_held(warehouse) < held / 3


def test_what_would_fill_the_memory_is_written(warehouse):
    committed(warehouse)
    assert bytes_held(warehouse) < ROWS
    assert warehouse.execute("select count(*) from events").fetchone() == (ROWS - ROWS // 100,)


def test_the_log_is_as_long_as_before_afterwards(warehouse):
    before = warehouse.execute("select current_setting('checkpoint_threshold')").fetchone()
    committed(warehouse)
    assert warehouse.execute("select current_setting('checkpoint_threshold')").fetchone() == before


def test_little_is_left_to_a_later_commit(warehouse):
    warehouse.execute("set memory_limit = '1GB'")
    committed(warehouse)
    assert bytes_held(warehouse) > 8 * ROWS


def test_renewals_count_together(warehouse):
    """Each may hold 18 MB; an eighth of 400 MB is reached by the third."""
    warehouse.execute("set memory_limit = '400MB'")
    committed(warehouse, (4,))
    assert bytes_held(warehouse) > 8 * ROWS
    warehouse.execute("begin")
    warehouse.execute("delete from events where event_number % 100 = 5")
    committed(warehouse, (6, 7))
    assert bytes_held(warehouse) < ROWS
