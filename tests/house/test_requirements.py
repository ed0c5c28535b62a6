"""Every requirement of the first issue can be found from its code: where it is described, and what tests it."""

import csv
import re
from fnmatch import fnmatchcase

from tests.house.conftest import ROOT
from tests.house.exceptions import UNDOCUMENTED_REQUIREMENTS, UNTESTED_REQUIREMENTS

FIRST_ISSUE = [
    *(f"S{number}" for number in range(1, 12)),
    *(f"I{number}" for number in range(1, 13)),
    *(f"X{number}" for number in range(1, 5)),
    *(f"P{number}" for number in (*range(1, 7), *range(8, 12))),
    *(f"G{number}" for number in (*range(1, 17), *range(19, 23))),
    *("M1", "M3", "O1", "O5"),
]


def codes_in(texts) -> set[str]:
    """Codes such as S1 or G11 that stand in the texts; a range such as `S1-S11` or `S1 to S9` names each of its codes.

    A quoted one is data (an order O1, a store S1).
    """
    found = set()
    for text in texts:
        found |= set(re.findall(r"(?<![\"'\w-])[SIXPGMO][0-9]{1,2}(?![\"'\w-])", text))
        for letter, first, last in re.findall(
            r"\b([SIXPGMO])([0-9]{1,2}) ?(?:-|–|to) ?\1([0-9]{1,2})\b", text
        ):
            found |= {f"{letter}{number}" for number in range(int(first), int(last) + 1)}
    return found


def test_every_requirement_is_described(models):
    texts = [model.node["description"] for model in models]
    texts += [
        path.read_text(encoding="utf-8") for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    ]
    missing = set(FIRST_ISSUE) - codes_in(texts)
    assert missing - UNDOCUMENTED_REQUIREMENTS == set()
    assert UNDOCUMENTED_REQUIREMENTS - missing == set(), "take these off the list: it only shrinks"


def test_every_requirement_is_tested(models, manifest):
    here = ROOT / "tests" / "house"
    texts = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "tests").rglob("*")
        if path.suffix in (".py", ".sql") and here not in path.parents
    ]
    # a unit test speaks for the requirements of its model
    by_name = {model.name: model.node for model in models}
    for test in manifest["unit_tests"].values():
        texts.append(" ".join(by_name[test["model"]]["config"]["meta"]["requirements"]))
    missing = set(FIRST_ISSUE) - codes_in(texts)
    assert missing - UNTESTED_REQUIREMENTS == set()
    assert UNTESTED_REQUIREMENTS - missing == set(), "take these off the list: it only shrinks"


def rows_of(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1:]]


def test_every_requirement_of_profiles_and_segments_has_its_table_and_columns(models):
    """P, X and G: each code names tables that people may read, and columns that are there."""
    columns = {model.name: set(model.node["columns"]) for model in models}
    open_to_people = {
        model.name for model in models if model.node["access"] == "public" or model.layer == "vault"
    }
    named, faults = [], []
    for page in ("profiles.md", "segments.md"):
        for code, tables, wanted in rows_of(page, "Requirement to column"):
            wanted = wanted.replace("`", "")
            if not re.match("[PXG][0-9]", code):
                continue
            named.append(code)
            names, groups = tables.split("; "), wanted.split("; ")
            if len(names) != len(groups):
                faults.append(f"{code}: {len(names)} tables and columns of {len(groups)}")
                continue
            for table, group in zip(names, groups, strict=True):
                model = table.removeprefix("vault.")
                if model not in open_to_people:
                    faults.append(f"{code}: {table} is no public table")
                    continue
                faults += [
                    f"{code}: {table} has no {column}"
                    for column in group.split(", ")
                    if not any(fnmatchcase(known, column) for known in columns[model])
                ]
    assert faults == []
    in_scope = {code for code in FIRST_ISSUE if code[0] in "PXG"}
    assert in_scope - codes_in(named) == set()


def test_every_segment_of_the_seed_stands_in_the_rules_under_its_code():
    with (ROOT / "seeds" / "rules" / "segment_definitions.csv").open(encoding="utf-8", newline="") as file:
        defined = {(row["requirement"], row["segment"]) for row in csv.DictReader(file)}
    described = {
        (code, segment)
        for code, segments, *_ in rows_of("segments.md", "The rules")
        if re.fullmatch("G[0-9]+", code)
        for segment in re.sub(r"\(.*?\)", "", segments).replace(" ", "").split(",")
    }
    assert described == defined
