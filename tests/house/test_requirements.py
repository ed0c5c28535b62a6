"""Every requirement of the first issue can be found from its code: where it is described, and what tests it."""

import re

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
