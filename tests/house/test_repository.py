"""What a stranger downloads builds on their machine: no path of ours, no index, every dependency with its hash."""

import re

from tests.house.conftest import ROOT

# spelled in parts, so that this file does not name them
INDEX_WORDS = re.compile(
    "|".join(["(?<!no-emit-)index" + "-url", "find" + "-links", "python" + "hosted", "pypi" + r"\.org"])
)


def read(path) -> str:
    """The text of a file, or nothing for a binary one."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_path_of_this_machine_is_written_down(tracked):
    homes = {str(ROOT), "/ro" + "ot/", "/ho" + "me/"}
    places = re.compile("|".join(rf"(?<![\w.:/]){re.escape(place)}(?![\w])" if place[-1] != "/" else
                                 rf"(?<![\w.:/]){re.escape(place)}" for place in sorted(homes)))  # fmt: skip
    assert [path.relative_to(ROOT).as_posix() for path in tracked if places.search(read(path))] == []


def test_no_index_is_named(tracked):
    assert [path.relative_to(ROOT).as_posix() for path in tracked if INDEX_WORDS.search(read(path))] == []


def test_every_dependency_is_pinned_with_its_hash():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "http" + "://" not in text and "https" + "://" not in text
    pinned = re.split(r"\n(?=[a-zA-Z0-9])", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    loose = [entry.split()[0] for entry in pinned if "==" not in entry or "--hash=sha256:" not in entry]
    assert len(pinned) > 50 and loose == []


def test_nothing_that_is_made_is_kept(tracked):
    made = re.compile(r"\.(duckdb|wal|parquet|gz|pyc|lock)$|(^|/)(target|logs|warehouse)/")
    kept = [path.relative_to(ROOT).as_posix() for path in tracked]
    assert [name for name in kept if made.search(name) and name != "requirements.lock"] == []
