"""Fifty named lives of identities, told by hand and judged, played over the same batches in one warehouse (I1 to I7)."""

from __future__ import annotations

import pytest

from tests.scenarios.judge import partition
from tests.scenarios.memory import Memory
from tests.scenarios.stories import STORIES
from tests.scenarios.worlds import Warehouse, play, shown, told


class Reader:
    """Looks on while the stories are played, and notes where they end otherwise than was told by hand."""

    def __init__(self) -> None:
        self.faults: dict[str, list[str]] = {}
        self.ids: dict[tuple[str, int], dict] = {}

    def __call__(self, batch: int, lives: dict, tables) -> None:
        for story in STORIES:
            ids = self.ids[story.title, batch] = dict(lives[story.title].ids)
            found, expected = partition(ids.items()), story.expected(batch)
            faults = self.faults.setdefault(story.title, [])
            if expected is not None and found != expected:
                faults.append(
                    f"batch {batch + 1}: found {shown(found - expected)}, expected {shown(expected - found)}"
                )
            earlier = story.same_ids.get(batch)
            if earlier is not None:
                before = self.ids[story.title, earlier]
                moved = [identifier for identifier in before if ids.get(identifier) != before[identifier]]
                if moved:
                    faults.append(f"batch {batch + 1}: not the ids of batch {earlier + 1}: {shown(moved)}")


def read(warehouse) -> str:
    """Play all stories; returns in words what is wrong, nothing when all is well."""
    reader = Reader()
    steps = {story.title: story.steps() for story in STORIES}
    judged = play(steps, warehouse, after=reader)
    wrong = [
        f"{story.title}: {story.proves}\n{told(steps[story.title], reader.faults[story.title] + judged.get(story.title, []))}"
        for story in STORIES
        if reader.faults[story.title] or story.title in judged
    ]
    return "\n\n".join(wrong)


def test_every_story_says_what_it_proves_and_has_a_name_of_its_own():
    assert len({story.title for story in STORIES}) == len(STORIES) >= 25
    assert all(story.proves.endswith(".") for story in STORIES)


def test_stories_in_memory():
    wrong = read(Memory())
    assert not wrong, wrong


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_stories(engine, tmp_path, request):
    postgres = request.getfixturevalue("postgres_database") if engine == "postgres" else None
    wrong = read(Warehouse(tmp_path, engine, postgres))
    assert not wrong, wrong
