"""Fixtures any test may use: a warehouse of either engine, empty and thrown away after the test."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.lib.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]
_numbers = itertools.count()
# files that share what takes long to make; they stay with one worker, so that it is made once
TOGETHER = {
    "tests/house/": "the parsed project",
    "tests/report/": "the retailer of the report",
    "tests/scenarios/test_histories.py": "the lives",
    "tests/scenarios/test_named_stories.py": "the lives",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """With `--dist loadfile` the files of TOGETHER are one; any other way of sharing the tests out is left alone."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((shared for start, shared in TOGETHER.items() if file.startswith(start)), file)

    return Together(config, log)


@pytest.fixture(scope="session")
def postgres_server() -> dict[str, str]:
    """The TEKIL_PG_ variables of the server of this test session."""
    from tests.support.postgres import start_postgres

    return start_postgres()


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """Runs the test once for each engine."""
    return request.param


@pytest.fixture
def make_settings(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Settings]:
    """Gives settings of an empty warehouse: `make_settings("duckdb", TEKIL_LANDING=...)`."""

    def make(engine: str = "duckdb", **values: str) -> Settings:
        env = warehouse_environment(engine, tmp_path / f"w{next(_numbers)}", request)
        return Settings.from_environment({**env, **values}, PROJECT)

    return make


def warehouse_environment(engine: str, folder: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """The variables that name an empty warehouse of an engine."""
    env = {
        "TEKIL_TARGET": engine,
        "TEKIL_DUCKDB_PATH": str(folder / "tekil.duckdb"),
        "TEKIL_LANDING": str(folder / "landing"),
        "TEKIL_PII_SALT": "a salt for tests",
        "TEKIL_AS_OF": "2026-03-01T00:00:00Z",
        "TEKIL_MEMORY_LIMIT": "1GB",
        "TEKIL_LOCK_TIMEOUT": "0",
    }
    if engine == "postgres":
        from tests.support.postgres import create_database

        server = request.getfixturevalue("postgres_server")
        env |= create_database(server, f"tekil_{os.getpid()}_{next(_numbers)}")
    return env


@pytest.fixture
def postgres_database(postgres_server: dict[str, str]) -> dict[str, str]:
    """The TEKIL_PG_ variables of an empty database of the test's own."""
    from tests.support.postgres import create_database

    return create_database(postgres_server, f"tekil_{os.getpid()}_{next(_numbers)}")
