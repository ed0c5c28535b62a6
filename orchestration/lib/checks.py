"""SQL expressions (DuckDB's) that turn text into typed values, and say why a row is refused."""

import re
from dataclasses import dataclass

from orchestration.lib.landing import Column, LandingTable

LONGEST_KEY_BYTES = 2000
ISO_UTC = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z"
ISO = (
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?:(:\d\d)(?:[.,](\d+))?)?\s*"
    r"(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?"
)
ZONED = r".*\d\d:.*([Zz]|[+-]\d\d(:?\d\d)?)"
EPOCH = r"-?\d+(\.\d+)?([eE]\+?\d+)?"
GA4_VALUE = (
    '{"string_value":"VARCHAR","int_value":"VARCHAR","float_value":"VARCHAR","double_value":"VARCHAR"}'
)
GA4_PARAMS = '[{"key":"VARCHAR","value":' + GA4_VALUE + "}]"


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def timestamp(text: str, timezone: str | None) -> str:
    """Naive UTC from ISO 8601 or an epoch; null when impossible.

    `timezone` is taken where the text has none; without it that is UTC.
    """
    parts = (
        f"regexp_extract(trim({text}), {literal(ISO)}, ['day','minute','second','fraction','sign','hh','mm'])"
    )
    hours, rest = (f"coalesce(try_cast(nullif(p.{part}, '') as integer), 0)" for part in ("hh", "mm"))
    minutes = f"({hours} * 60 + {rest})"
    written = (
        "try_cast(p.day || ' ' || coalesce(nullif(p.minute, ''), '00:00') || coalesce(nullif(p.second,"
        " ''), ':00')"
        " || case when p.fraction = '' then '' else '.' || p.fraction end as timestamp)"
    )
    shifted = f"{written} - to_minutes(case p.sign when '-' then -1 else 1 end * {minutes})"
    unzoned = written
    if timezone and timezone != "UTC":
        unzoned = f"timezone('UTC', timezone({literal(timezone)}, {written}))"
    iso = (
        f"list_transform([{parts}], lambda p: case when regexp_full_match(trim({text}), {literal(ZONED)})"
        f" then {shifted} else {unzoned} end)[1]"
    )
    # a decimal of 38 digits is parsed a thousand times more slowly than these two
    whole = f"try_cast(trim({text}) as bigint)"
    parted = f"try_cast(trim({text}) as double)"
    epoch = (
        f"case when regexp_full_match(trim({text}), '-?\\d{{1,17}}') then {epoch_moment(whole, 1)}"
        f" else {epoch_moment(parted, 1.0)} end"
    )
    return (
        f"case when {text} is null then null"
        f" when regexp_full_match({text}, {literal(ISO_UTC)}) then try_cast({text} as timestamp)"
        f" when regexp_full_match(trim({text}), {literal(ISO)}) then {iso}"
        f" when regexp_full_match(trim({text}), {literal(EPOCH)}) then {epoch} end"
    )


def epoch_moment(number: str, one: int | float) -> str:
    """The moment of an epoch in seconds, milliseconds or microseconds, told apart by size; null below 100,000,000."""

    def micros(factor: int) -> str:
        return f"make_timestamp(cast(trunc({number} * {factor * one}) as bigint))"

    return (
        f"case when abs({number}) < 100000000 then null"
        f" when abs({number}) < 100000000000 then {micros(1_000_000)}"
        f" when abs({number}) < 100000000000000 then {micros(1_000)}"
        f" when abs({number}) < 100000000000000000 then {micros(1)} end"
    )


def possible(moment: str) -> str:
    """The moment when its year is one a customer can have lived in (1900 to 2200), else null."""
    bounds = f"{moment} >= timestamp '1900-01-01' and {moment} < timestamp '2201-01-01'"
    return f"case when {bounds} then {moment} end"


def number(text: str) -> str:
    """A plain decimal, rounded to six places; null for anything else."""
    value = f"try_cast({text} as decimal(18,6))"
    return f"case when {text} is not null and not contains({text}, '_') then {value} end"


def boolean(text: str) -> str:
    return (
        f"case when lower(trim({text})) in ('true','1','yes') then true"
        f" when lower(trim({text})) in ('false','0','no') then false end"
    )


def json_text(text: str) -> str:
    """The text when it is a JSON object or array; null for anything else."""
    return f"case when json_valid({text}) and json_type({text}) in ('OBJECT', 'ARRAY') then {text} end"


def typed(column: Column, text: str, timezone: str) -> str:
    """The value of a column from its text; null when the text does not fit."""
    match column.data_type:
        case "number":
            return number(text)
        case "integer":
            return f"case when regexp_full_match({text}, '[+-]?\\d+') then try_cast({text} as bigint) end"
        case "boolean":
            return boolean(text)
        case "json":
            return json_text(text)
        case "timestamp":
            return timestamp(text, None)
        case "local_timestamp":
            return timestamp(text, timezone)
    return text


EXPECTED = {"number": "number", "integer": "number", "boolean": "boolean", "json": "object"}


def misfit_reason(column: Column) -> str:
    if column.is_time:
        return f"impossible time in {column.name}"
    return f"wrong type in {column.name} (expected {EXPECTED[column.data_type]})"


@dataclass(frozen=True)
class Paths:
    """The objects a table's paths walk through.

    `tree` is nested: a leaf is None. `objects` lists each object's dotted path with the names declared in it
    ('' is the record itself).
    """

    tree: dict
    objects: dict[str, list[str]]


def declared_paths(table: LandingTable) -> Paths:
    tree: dict = {}
    for column in table.found:
        for path in column.paths:
            _plant(tree, split_path(path)[0])
    objects: dict[str, list[str]] = {}
    _collect(tree, "", objects)
    return Paths(tree, objects)


def declared_entries(table: LandingTable) -> dict[str, set[str]]:
    """The keys that columns read from each GA4 key/value array: `event_params[campaign]` is campaign of event_params."""
    entries: dict[str, set[str]] = {}
    for column in table.found:
        for path in column.paths:
            names, rest = split_path(path)
            if rest and not rest[1:2].isdigit():
                entries.setdefault(".".join(names), set()).add(rest[1:-1])
    return entries


def split_path(path: str) -> tuple[list[str], str]:
    """`items[0].price` is (['items'], '[0].price'); a plain dotted path has an empty second part."""
    base, bracket, rest = path.partition("[")
    return base.split("."), bracket + rest


def _plant(tree: dict, names: list[str]) -> None:
    for name in names[:-1]:
        if tree.get(name) is None:
            tree[name] = {}
        tree = tree[name]
    tree.setdefault(names[-1], None)


def _collect(tree: dict, path: str, objects: dict[str, list[str]]) -> None:
    objects[path] = list(tree)
    for name, below in tree.items():
        if below is not None:
            _collect(below, f"{path}.{name}" if path else name, objects)


def structure(tree: dict) -> str:
    """The tree as json_transform wants it: every leaf is text."""
    fields = (
        f'"{name}":{structure(below) if below is not None else chr(34) + "VARCHAR" + chr(34)}'
        for name, below in tree.items()
    )
    return "{" + ",".join(fields) + "}"


def json_path(path: str) -> str:
    """A dotted path as JSONPath with every name quoted; '' is the record."""
    return "$" + "".join(f'."{name}"' for name in path.split(".") if path)


def bracketed(base: str, rest: str) -> str:
    """The value behind a path's brackets: `[0].x` of a JSON array, `[name]` of a GA4 key/value array.

    The latter reads the entries that `entries` took out of the array once, under the name `entries_name`.
    """
    index = re.fullmatch(r"\[(\d+)\](.*)", rest)
    if index:
        valid = f"case when json_valid({base}) then {base} end"
        return f"json_extract_string({valid}, {literal(f'$[{index[1]}]{index[2]}')})"
    return f"list_filter({entries_name(base)}, lambda p: p.key = {literal(rest[1:-1])})[1].value"


def entries_name(base: str) -> str:
    """The name under which the entries of a GA4 key/value array stand beside each line."""
    return quoted(f"entries of {base}")


def entries(base: str) -> str:
    """The (key, value) entries of a GA4 key/value array, each value the first of its typed forms, as text."""
    valid = f"case when json_valid({base}) then {base} end"
    names = ("string_value", "int_value", "float_value", "double_value")
    value = "coalesce(" + ", ".join(f"nullif(p.value.{name}, '')" for name in names) + ")"
    return (
        f"list_transform(json_transform({valid}, {literal(GA4_PARAMS)}),"
        f" lambda p: {{'key': p.key, 'value': {value}}})"
    )
