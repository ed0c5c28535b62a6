"""Fifty named lives of identities, told by hand and judged, played over the same batches in one warehouse (I1 to I7).

The stories stand in stories.py. They are played three times: by the models alone in memory, and through dbt on both engines,
there together with the random lives, under the same changes of the limits, which no story reaches.
"""

from __future__ import annotations

from tests.scenarios.memory import Memory
from tests.scenarios.stories import STORIES, Reader
from tests.scenarios.test_histories import REBUILT, SCHEDULE
from tests.scenarios.worlds import play, told


def wrong_in(reader: Reader, judged: dict[str, list[str]]) -> str:
    """In words what is wrong with the stories; nothing when all is well."""
    return "\n\n".join(
        f"{story.title}: {story.proves}\n{told(story.steps(), reader.faults[story.title] + judged.get(story.title, []))}"
        for story in STORIES
        if reader.faults[story.title] or story.title in judged
    )


def test_every_story_says_what_it_proves_and_has_a_name_of_its_own():
    assert len({story.title for story in STORIES}) == len(STORIES) >= 25
    assert all(story.proves.endswith(".") for story in STORIES)


def test_stories_in_memory():
    reader = Reader()
    judged = play({story.title: story.steps() for story in STORIES}, Memory(), SCHEDULE, REBUILT, reader)
    wrong = wrong_in(reader, judged)
    assert not wrong, wrong


def test_stories(world):
    wrong = wrong_in(world.reader, world.faults)
    assert not wrong, wrong
