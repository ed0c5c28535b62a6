"""What SQL of ours never says, because the engines would answer differently, or on another day."""

import re

FORBIDDEN = {
    r"\b(lower|upper|initcap|[lr]?trim|btrim)\s*\(": "engines disagree about letters and blanks: macros/normalise",
    r"\bany_value\s*\(|\bfirst\s*\(|\barbitrary\s*\(": "which row it takes is chance: row_number with an order",
    r"\bcurrent_(timestamp|date|time)\b|\bnow\s*\(|\bgetdate\s*\(|\blocaltimestamp\b": "the clock is {{ as_of() }}",
    r"\blimit\s+[0-9{]|\bfetch\s+first\b": "which rows stay is chance: row_number with an order",
    r"\brandom\s*\(|\buuid\s*\(|\bgen_random_uuid\b": "a rebuild must give the same",
    r"\bselect\s+distinct\s+on\b|\bqualify\b": "not every engine reads it",
    r"::": "cast(... as ...) is what every engine reads",
}
ORDERED = re.compile(
    r"\b(row_number|rank|dense_rank|ntile|lag|lead|first_value|last_value|nth_value)\s*\(", re.IGNORECASE
)


def inside_brackets(text: str, start: int) -> tuple[str, int]:
    """The text between the bracket at `start` and its partner, and the position after it."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return text[start + 1 : position], position + 1
    raise AssertionError(f"bracket never closed: {text[start : start + 60]}")


def test_no_sql_says_what_engines_answer_differently(bare_sql):
    said = [
        f"{path}: {found[0]!r} ({why})"
        for path, text in bare_sql.items()
        for pattern, why in FORBIDDEN.items()
        for found in re.finditer(pattern, text, re.IGNORECASE)
    ]
    assert said == []


def test_every_place_in_a_row_has_an_order(bare_sql):
    unordered = []
    for path, text in bare_sql.items():
        for found in ORDERED.finditer(text):
            _, after = inside_brackets(text, found.end() - 1)
            over = re.compile(r"\s*over\s*\(", re.IGNORECASE).match(text, after)
            window = inside_brackets(text, over.end() - 1)[0] if over else ""
            if not re.search(r"\border\s+by\b", window, re.IGNORECASE):
                unordered.append(f"{path}: {text[found.start() : after]}")
    assert unordered == []


def test_a_model_reads_through_ref_and_source_only(models):
    named = re.compile(
        r"\b(?:from|join)\s+(?:raw|staging|identity|profiles|segments|vault|rules|ops)\.", re.IGNORECASE
    )
    assert [model.name for model in models if named.search(model.node["raw_code"])] == []


def test_the_last_line_selects_the_last_thought(models):
    wrong = []
    for model in models:
        code = re.sub(r"\{#.*?#\}", "", model.node["raw_code"], flags=re.DOTALL).strip()
        if re.search(r"\bwith\b", code) is None:
            wrong.append(f"{model.name}: no CTE")
    assert wrong == []
