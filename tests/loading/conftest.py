"""The desk of the loading tests: one landing folder, one warehouse."""

import pytest

from tests.loading.helpers import Desk


@pytest.fixture
def make_desk(make_settings):
    """Gives desks; each has its own empty warehouse."""
    return lambda engine="duckdb", **values: Desk(make_settings(engine, **values))


@pytest.fixture
def desk(make_desk, engine) -> Desk:
    """A desk, once on each engine."""
    return make_desk(engine)


@pytest.fixture
def duck(make_desk) -> Desk:
    """A desk on DuckDB only, for what does not touch the engine."""
    return make_desk()
