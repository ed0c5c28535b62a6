"""One macro per file, named as the file, with a header that shows how to use it (style 16)."""

import re

from tests.house.conftest import ROOT
from tests.house.exceptions import HEADERS_WITHOUT_EXAMPLE, HELPERS_BESIDE_THEIR_MACRO

MADE = re.compile(r"\{%-?\s*(macro|test|materialization)\s+([a-z0-9_]+)")
FILES = [
    *sorted((ROOT / "macros").rglob("*.sql")),
    *sorted((ROOT / "tests" / "data" / "generic").glob("*.sql")),
]


def test_one_macro_per_file_with_its_name():
    wrong, used = [], {}
    for path in FILES:
        names = {name for _, name in MADE.findall(path.read_text(encoding="utf-8"))}
        own = {
            path.stem,
            *(f"{engine}__{path.stem}" for engine in ("default", "duckdb", "postgres", "spark")),
        }
        beside = names - own
        if path.stem not in names:
            wrong.append(f"{path.stem}: makes {sorted(names)}")
        if beside:
            used[path.stem] = beside
    assert wrong == []
    assert used == HELPERS_BESIDE_THEIR_MACRO


def test_every_macro_has_a_header_with_an_example():
    without = set()
    for path in FILES:
        header = re.match(r"\{#(.*?)#\}", path.read_text(encoding="utf-8"), re.DOTALL)
        assert header is not None and len(header[1].strip()) > 20, f"{path.name} has no header"
        if "Example:" not in header[1]:
            without.add(path.stem)
    assert without == HEADERS_WITHOUT_EXAMPLE


def test_arguments_are_named_in_the_header():
    silent = []
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        header = re.match(r"\{#(.*?)#\}", text, re.DOTALL)[1]
        made = re.search(rf"\{{%-?\s*(?:macro|test)\s+{path.stem}\((.*?)\)\s*-?%\}}", text, re.DOTALL)
        for argument in re.findall(r"([a-z_]+)\s*(?:=[^,]*)?(?:,|$)", made[1]) if made else []:
            if argument != "model" and not re.search(rf"\b{argument}\b", header):
                silent.append(f"{path.stem}: {argument}")
    assert silent == []


def test_macros_stand_in_a_folder_of_their_layer():
    folders = {path.relative_to(ROOT / "macros").parts[0] for path in (ROOT / "macros").rglob("*.sql")}
    layers = {path.name for path in (ROOT / "models").iterdir() if path.is_dir()}
    assert folders <= layers | {"cross_db", "normalise", "project"}
