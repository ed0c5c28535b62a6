"""The world in which the named stories and the random lives are played side by side: once for each engine, for all tests of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.conftest import warehouse_environment
from tests.scenarios import stories
from tests.scenarios.worlds import Warehouse, play


@pytest.fixture(scope="session", params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request, tmp_path_factory):
    """What came of it on one engine: faults by title, what a reader of the stories noted, and the lives."""
    from tests.scenarios import test_histories

    folder = tmp_path_factory.mktemp("world")
    engine = request.param
    settings = warehouse_environment(engine, folder, request) if engine == "postgres" else {}
    postgres = {name: value for name, value in settings.items() if name.startswith("TEKIL_PG_")}
    told = {story.title: story.steps() for story in stories.STORIES}
    drawn = test_histories.drawn(test_histories.LIVES)
    reader = stories.Reader()
    warehouse = Warehouse(folder, engine, postgres)
    faults = play(
        told | drawn,
        warehouse,
        test_histories.SCHEDULE,
        test_histories.REBUILT,
        reader,
    )
    return SimpleNamespace(faults=faults, reader=reader, lives=drawn, renewals=warehouse.renewals)
