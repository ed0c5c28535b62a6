"""From files to checked rows: a scratch table with typed columns, and a reason where a row is refused."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.lib import careful, checks
from orchestration.lib.checks import literal, quoted
from orchestration.lib.errors import TekilError
from orchestration.lib.files import (
    Header,
    LandedFile,
    Prepared,
    UnreadableFile,
    first_record,
    prepare,
    read_header,
)
from orchestration.lib.landing import LandingTable

LONGEST_LINE = 16 * 1024 * 1024
FILE_FAULTS = (
    duckdb.InvalidInputException,
    duckdb.IOException,
    duckdb.ConversionException,
    duckdb.SerializationException,
    duckdb.OutOfRangeException,
    duckdb.NotImplementedException,
)


@dataclass
class Source:
    """One file inside a batch: its number, what was prepared of it, and the path the engine reads."""

    number: int
    file: LandedFile
    engine_path: Path
    prepared: Prepared | None = None
    header: Header | None = None
    is_rewritten: bool = False
    longest: int = 0


@dataclass
class Reading:
    """The state of reading one batch of one table."""

    scratch: duckdb.DuckDBPyConnection
    folder: Path
    table: LandingTable
    timezone: str
    sources: dict[int, Source] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


def read_batch(reading: Reading, files: list[LandedFile]) -> None:
    """Fill the scratch tables `checked` (good and refused rows) and `refused` (their raw text).

    Files are numbered from 1 in the order given. A file that cannot be read gets a `reason` and no rows.
    """
    _make_tables(reading)
    groups: dict[tuple, list[Source]] = {}
    for number, file in enumerate(files, start=1):
        try:
            source = _open(reading, number, file)
            reading.sources[number] = source
            groups.setdefault(_group_key(reading, source), []).append(source)
        except UnreadableFile as problem:
            file.reason = str(problem)
    for key, sources in groups.items():
        _read_group(reading, key, sources)
    _number_ordinals(reading)


def _make_tables(reading: Reading) -> None:
    columns = "".join(f", {quoted(column.name)} {column.sql_type}" for column in reading.table.columns)
    reading.scratch.execute(
        f"create or replace temp table checked (_file_number integer, _row bigint, _refusal varchar{columns})"
    )
    reading.scratch.execute(
        "create or replace temp table refused (_file_number integer, _row bigint, raw_text varchar, reason"
        " varchar)"
    )


def _open(reading: Reading, number: int, file: LandedFile) -> Source:
    engine_path = reading.folder / f"{number}.{file.kind}"
    engine_path.unlink(missing_ok=True)
    try:
        if file.kind == "parquet":
            engine_path.symlink_to(file.full_path)
            return Source(number, file, engine_path)
        prepared = prepare(file, reading.folder, number)
        source = Source(number, file, engine_path, prepared)
        if file.kind == "csv":
            _open_csv(reading, source)
        _refuse_binary(source)
        engine_path.symlink_to(prepared.path)
    except OSError as problem:
        raise UnreadableFile(f"the file cannot be opened: {problem.strerror}") from None
    _note(source)
    # the engine's JSON reader passes over control characters, and over the only byte of a file, in silence
    unseen = file.kind == "jsonl" and (prepared.has_controls or prepared.size == 1)
    hidden = prepared.has_nul or unseen
    if prepared.cut_short or prepared.encoding != "utf-8" or prepared.separator != b"\n" or hidden:
        _rewrite(reading, source)
    return source


def _open_csv(reading: Reading, source: Source) -> None:
    table = reading.table
    names = {name for column in table.found for name in (column.name, *column.paths)}
    header = read_header(source.prepared, names)
    source.header = header
    if not header.names:
        return
    lacking = [
        column.name
        for column in table.keys
        if not column.is_ordinal and column.default is None and not _places(column, header.names)
    ]
    if lacking:
        raise UnreadableFile(f"the header has no column {', '.join(lacking)}")
    if header.delimiter != ",":
        names = {";": "semicolons", "\t": "tabs", "|": "bars"}
        source.file.notes.append(f"columns parted by {names[header.delimiter]}")


def _refuse_binary(source: Source) -> None:
    """A JSON-lines file whose first line is bytes rather than text is no such file."""
    if source.file.kind != "jsonl" or not source.prepared.has_nul or source.prepared.encoding == "utf-16":
        return
    start = first_record(source.prepared)
    if not start.lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
        raise UnreadableFile("this is not a text file")


def _note(source: Source) -> None:
    if source.prepared.encoding == "utf-16":
        source.file.notes.append("UTF-16, read as such")
    if source.prepared.cut_short:
        source.file.notes.append(source.prepared.cut_short)


def _rewrite(reading: Reading, source: Source) -> None:
    """Write the file anew so that the engine can take it; row numbers stay."""
    target = reading.folder / f"{source.number}.rewritten"
    if source.file.kind == "csv":
        source.longest = (
            careful.rewrite_csv(source.prepared, source.header, target) if source.header.names else 0
        )
    else:
        source.longest = careful.rewrite_json(source.prepared, target)
    target.touch()
    source.engine_path, source.is_rewritten = target, True


def _group_key(reading: Reading, source: Source) -> tuple:
    if source.file.kind == "jsonl":
        return ("jsonl",)
    if source.file.kind == "csv":
        delimiter = "," if source.is_rewritten else source.header.delimiter
        return ("csv", source.header.names, delimiter, source.is_rewritten)
    return ("parquet", _parquet_columns(reading, source))


def _parquet_columns(reading: Reading, source: Source) -> tuple[tuple[str, str], ...]:
    try:
        rows = reading.scratch.execute(
            f"describe select * from read_parquet({literal(str(source.engine_path))},"
            f" hive_partitioning=false)"
        ).fetchall()
    except FILE_FAULTS:
        raise UnreadableFile("this is not a Parquet file that can be read") from None
    columns = tuple((row[0], row[1]) for row in rows)
    names = tuple(name for name, _ in columns)
    lacking = [
        c.name for c in reading.table.keys if not c.is_ordinal and c.default is None and not _places(c, names)
    ]
    if lacking:
        raise UnreadableFile(f"the file has no column {', '.join(lacking)}")
    return columns


def _read_group(reading: Reading, key: tuple, sources: list[Source]) -> None:
    """Read files of one shape together; where that fails, each half; a file that fails alone, carefully.

    One bad file among a thousand so costs twenty reads, not a thousand.
    """
    if key[0] == "csv" and not key[1]:
        return
    if len(sources) == 1:
        _read_alone(reading, key, sources[0])
        return
    try:
        _read_together(reading, key, sources)
    except FILE_FAULTS as problem:
        _stop_when_full(problem)
        middle = len(sources) // 2
        _read_group(reading, key, sources[:middle])
        _read_group(reading, key, sources[middle:])


def _read_alone(reading: Reading, key: tuple, source: Source) -> None:
    try:
        _read_together(reading, key, [source])
        return
    except FILE_FAULTS as problem:
        _stop_when_full(problem)
        if source.file.kind == "parquet" or source.is_rewritten:
            source.file.reason = "the file is damaged and cannot be read"
            return
    _rewrite(reading, source)
    _read_alone(reading, _group_key(reading, source), source)


def _stop_when_full(problem: duckdb.Error) -> None:
    if "No space left" in str(problem) or "max_temp_directory_size" in str(problem):
        raise TekilError("The disk is full: free some space, then run this again.") from None


def _read_together(reading: Reading, key: tuple, sources: list[Source]) -> None:
    scratch = reading.scratch
    scratch.execute(f"create or replace temp table lines as {_lines_query(key, sources)}")
    scratch.execute(
        "create or replace temp table line_files (_file_number integer, filename varchar, first bigint)"
    )
    scratch.execute("create or replace temp table names (_file_number integer, filename varchar)")
    names = ", ".join(f"({source.number}, {literal(str(source.engine_path))})" for source in sources)
    scratch.execute(f"insert into names values {names}")
    scratch.execute(
        "insert into line_files select _file_number, filename, first from names join"
        " (select filename, min(rowid) as first from lines group by filename) using (filename)"
    )
    shape = _json_shape(reading) if key[0] == "jsonl" else _column_shape(reading, key)
    mismatches = _probe(reading, shape)
    scratch.execute("begin transaction")
    try:
        scratch.execute(_check_query(reading, shape, mismatches))
        _collect_refused(reading, key, shape, sources)
        scratch.execute("commit")
    except BaseException:
        scratch.execute("rollback")
        raise
    scratch.execute("drop table lines")


def _lines_query(key: tuple, sources: list[Source]) -> str:
    paths = "[" + ", ".join(literal(str(source.engine_path)) for source in sources) + "]"
    longest = max(LONGEST_LINE, *(source.longest + 1024 for source in sources))
    if key[0] == "jsonl":
        return (
            f"select filename, json from read_json_objects({paths}, format='newline_delimited',"
            f" ignore_errors=true,"
            f" filename=true, compression='uncompressed', maximum_object_size={longest})"
        )
    if key[0] == "csv":
        _, names, delimiter, is_rewritten = key
        columns = [f"c{i}" for i in range(len(names))] + ["problem"] * is_rewritten
        typed = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in columns) + "}"
        size = f", max_line_size={longest}" if is_rewritten else ""
        return (
            f"select * from read_csv({paths}, columns={typed}, delim={literal(delimiter)}, quote='\"',"
            f" escape='\"',"
            f" header=true, auto_detect=false, filename=true, hive_partitioning=false,"
            f" compression='none'{size})"
        )
    selected = ", ".join(f"{_parquet_text(name, kind)} as c{i}" for i, (name, kind) in enumerate(key[1]))
    return f"select filename, {selected} from read_parquet({paths}, filename=true, hive_partitioning=false)"


def _parquet_text(name: str, kind: str) -> str:
    """A Parquet column as text: nested ones as JSON, whole floating numbers without their `.0`."""
    column = quoted(name)
    if "STRUCT" in kind or "MAP" in kind or kind.endswith("]"):
        return f"cast(to_json({column}) as varchar)"
    if kind in ("FLOAT", "DOUBLE"):
        whole = f"{column} = trunc({column}) and abs({column}) < 9007199254740992"
        return (
            f"case when isnan({column}) then null when {whole} then cast(cast({column} as bigint) as varchar)"
            f" else cast({column} as varchar) end"
        )
    return f"cast({column} as varchar)"


@dataclass(frozen=True)
class Shape:
    """How the columns of a table are got out of `lines`.

    `prelude` are expressions given names beside each line, `texts` the text of each column, `objects` the
    JSON expressions with the declared objects below them, `refusals` the (condition, reason) pairs of the
    format.
    """

    prelude: list[str]
    texts: dict[str, str]
    objects: list[tuple[str, str, dict[str, list[str]]]]
    refusals: list[tuple[str, str]]


def _json_shape(reading: Reading) -> Shape:
    paths = checks.declared_paths(reading.table)
    prelude = [f"json_transform(json, {literal(checks.structure(paths.tree))}) as record"]
    texts = {
        column.name: _first_filled([_in_record("record", path) for path in column.paths], column.default)
        for column in reading.table.found
    }
    refusals = [
        ("json is null", "not JSON"),
        ("not starts_with(json, '{')", "not an object"),
        (f"contains(json, '\\u0000') and regexp_matches(json, {literal(NUL_ESCAPE)})", careful.NUL),
    ]
    return Shape(prelude, texts, [("json", "", paths.objects)], refusals)


NUL_ESCAPE = r"(^|[^\\])(\\\\)*\\u0000"


def _in_record(record: str, path: str) -> str:
    names, rest = checks.split_path(path)
    base = ".".join([record, *(quoted(name) for name in names)])
    return checks.bracketed(base, rest) if rest else base


def _column_shape(reading: Reading, key: tuple) -> Shape:
    """CSV and Parquet: a column may stand under its path, its name in raw, or inside an object as JSON."""
    table = reading.table
    names = key[1] if key[0] == "csv" else tuple(name for name, _ in key[1])
    paths = checks.declared_paths(table)
    used: set[int] = set()
    texts = {}
    for column in table.found:
        places = _places(column, names)
        used.update(position for _, position in places)
        texts[column.name] = _first_filled(
            [_in_column(path, position, names[position], column) for path, position in places], column.default
        )
    roots = {names[i]: i for i in sorted(used, reverse=True) if paths.tree.get(names[i])}
    prelude = [
        f"json_transform(case when json_valid(c{i}) then c{i} end,"
        f" {literal(checks.structure(paths.tree[name]))}) as o{i}"
        for name, i in roots.items()
    ]
    objects = [
        (f"case when json_valid(c{i}) then c{i} end", name, _below(paths.objects, name))
        for name, i in roots.items()
    ]
    reading.unknown.update(name for i, name in enumerate(names) if i not in used and name)
    refusals = [("problem is not null", "")] if key[0] == "csv" and key[3] else []
    refusals += [
        (
            f"nullif(c{i}, '') is not null and (not json_valid(c{i}) or json_type(c{i}) <> 'OBJECT')",
            f"wrong type in {name} (expected object)",
        )
        for name, i in roots.items()
    ]
    if used:
        refusals.append(
            (f"contains(concat({', '.join(f'c{i}' for i in sorted(used))}), chr(0))", careful.NUL)
        )
    return Shape(prelude, texts, objects, refusals)


def _below(objects: dict[str, list[str]], root: str) -> dict[str, list[str]]:
    """The declared objects at and below a root, by the path that is left once one stands in it."""
    return {
        path.removeprefix(root).removeprefix("."): names
        for path, names in objects.items()
        if path == root or path.startswith(root + ".")
    }


def _places(column, names: tuple[str, ...]) -> list[tuple[str, int]]:
    """Where a column stands among a file's columns: (path, position), best first."""
    places = []
    for path in (*column.paths, column.name):
        root = checks.split_path(path)[0][0]
        for position, name in enumerate(names):
            if name == path or (path in column.paths and name == root and root != path):
                places.append((path, position))
    return places


def _in_column(path: str, position: int, name: str, column) -> str:
    if name == path:
        return f"c{position}"
    names, rest = checks.split_path(path)
    if len(names) == 1:
        return checks.bracketed(f"c{position}", rest)
    return _in_record(f"o{position}", ".".join(names[1:]) + rest)


def _first_filled(texts: list[str], default: str | None) -> str:
    """The first text that is neither null nor empty, else the default."""
    filled = [f"nullif({text}, '')" for text in texts] + ([literal(default)] if default else [])
    if len(filled) > 1:
        return f"coalesce({', '.join(filled)})"
    return filled[0] if filled else "cast(null as varchar)"


def _probe(reading: Reading, shape: Shape) -> list[tuple[str, str]]:
    """Look once over the names inside every object: report unknown ones, find objects that are none."""
    mismatches = []
    for expression, root, objects in shape.objects:
        paths = list(objects)
        _sample_lines(reading, expression, paths)
        for position, path in enumerate(paths, start=1):
            seen = {
                row[0]
                for row in reading.scratch.execute(
                    f"select distinct unnest(keys[{position}]) from samples union all"
                    f" (select null from samples where len(keys[{position}]) = 0 limit 1)"
                ).fetchall()
            }
            full = ".".join(part for part in (root, path) if part)
            unknown = seen - {None} - set(objects[path])
            reading.unknown.update(f"{full}.{name}" if full else name for name in unknown)
            if path and None in seen:
                kind = f"json_type({expression}, {literal(checks.json_path(path))})"
                reason = f"wrong type in {full} (expected object)"
                mismatches.append((f"coalesce({kind}, 'NULL') not in ('OBJECT', 'NULL')", reason))
    _probe_entries(reading, shape)
    return mismatches


def _probe_entries(reading: Reading, shape: Shape) -> None:
    """Report the keys of GA4 key/value arrays that no column reads: they are columns we do not know, too."""
    read = checks.declared_entries(reading.table)
    for base in _entry_bases(shape):
        if base.startswith("record."):
            array = base.removeprefix("record.").replace('"', "")
            expression, path = "json", checks.json_path(array)
        else:
            # a column of a CSV or Parquet file holds the whole array
            array, expression, path = min(read), f"case when json_valid({base}) then {base} end", "$"
        found = reading.scratch.execute(
            f"select distinct unnest(json_extract_string({expression}, {literal(path + '[*].key')})) from lines"
        ).fetchall()
        reading.unknown.update(f"{array}[{name}]" for (name,) in found if name and name not in read[array])


def _sample_lines(reading: Reading, expression: str, paths: list[str]) -> None:
    """The scratch table `samples`: the names in each object, for one line of every set of names there is.

    The set is told by the names joined and the count in each object, which is quicker to compare than lists.
    An object that is empty, and a value that is no object, both have an empty list; an absent one has null.
    """
    listed = "[" + ", ".join(literal(checks.json_path(path)) for path in paths) + "]"
    lengths = ", ".join(f"len(keys[{position}])" for position in range(1, len(paths) + 1))
    reading.scratch.execute(
        f"create or replace temp table samples as select json_keys({expression}, {listed}) as keys from lines"
        f" where rowid in (select min(row) from (select rowid as row, json_keys({expression}, {listed}) as"
        f" keys"
        f" from lines) group by array_to_string(flatten(keys), chr(31)), {lengths})"
    )


def _check_query(reading: Reading, shape: Shape, mismatches: list[tuple[str, str]]) -> str:
    table = reading.table
    text = {column.name: quoted("t_" + column.name) for column in table.found}
    value = {column.name: quoted("v_" + column.name) for column in table.found}
    prelude = "".join(f", {expression}" for expression in shape.prelude)
    refusals = shape.refusals + mismatches
    format_reason = _case(refusals) if refusals else "cast(null as varchar)"
    texts = ", ".join(f"{expression} as {text[name]}" for name, expression in shape.texts.items())
    values = ", ".join(
        f"{_typed(column, text[column.name], reading.timezone)} as {value[column.name]}"
        for column in table.found
    )
    reasons = _row_reasons(table, text, value)
    columns = ", ".join(
        "cast(null as bigint)" if column.is_ordinal else value[column.name] for column in table.columns
    )
    return (
        f"insert into checked select _file_number, _row, coalesce(format_reason, {_case(reasons)}),"
        f" {columns} from ("
        f"select *, {values} from ("
        f"select _file_number, _row, {format_reason} as format_reason, {texts} from ({_with_entries(shape)}"
        f"select lines.*, line_files._file_number, lines.rowid - line_files.first + 1 as _row{prelude}"
        f" from lines join line_files on line_files.filename = lines.filename"
        f"){')' if _entry_bases(shape) else ''}))"
    )


def _entry_bases(shape: Shape) -> list[str]:
    """The GA4 key/value arrays that the texts read from."""
    named = re.findall(r'"entries of ((?:[^"]|"")*)"', " ".join(shape.texts.values()))
    return sorted({base.replace('""', '"') for base in named})


def _with_entries(shape: Shape) -> str:
    """A query around the lines that takes each such array apart once, however many of its keys are read."""
    bases = _entry_bases(shape)
    if not bases:
        return ""
    return (
        "select *, "
        + ", ".join(f"{checks.entries(base)} as {checks.entries_name(base)}" for base in bases)
        + " from ("
    )


def _typed(column, text: str, timezone: str) -> str:
    value = checks.typed(column, text, timezone)
    return checks.possible(f"({value})") if column.is_time else value


def _case(refusals: list[tuple[str, str]]) -> str:
    whens = " ".join(
        f"when {condition} then {literal(reason) if reason else 'problem'}" for condition, reason in refusals
    )
    return f"case {whens} end"


def _row_reasons(table: LandingTable, text: dict[str, str], value: dict[str, str]) -> list[tuple[str, str]]:
    """Why a row that could be taken apart is refused: key, time, types, required columns, in this order."""
    reasons = [(f"{text[c.name]} is null", f"no {c.name}") for c in table.keys if not c.is_ordinal]
    reasons += [(f"{text[c.name]} is null", f"no {c.name}") for c in table.with_role("time")]
    misfits = sorted((c for c in table.found if c.data_type != "text"), key=lambda c: "time" not in c.roles)
    reasons += [
        (f"{value[c.name]} is null and {text[c.name]} is not null", checks.misfit_reason(c)) for c in misfits
    ]
    reasons += [(f"{text[c.name]} is null", f"no {c.name}") for c in table.with_role("required")]
    texts = [text[c.name] for c in table.keys if c.data_type == "text"]
    if texts:
        length = " + ".join(f"strlen({name})" for name in texts)
        names = ", ".join(c.name for c in table.keys if c.data_type == "text")
        reasons.append((f"{length} > {checks.LONGEST_KEY_BYTES}", f"key too long in {names}"))
    return reasons


def _collect_refused(reading: Reading, key: tuple, shape: Shape, sources: list[Source]) -> None:
    """Keep the raw text of every refused row, as it stands in the file."""
    numbers = ", ".join(str(source.number) for source in sources)
    refused = (
        "(select _file_number, _row, _refusal as reason from checked"
        f" where _refusal is not null and _file_number in ({numbers}))"
    )
    if not reading.scratch.execute(f"select 1 from {refused} limit 1").fetchone():
        return
    if key[0] == "csv":
        _collect_from_files(reading, refused)
        return
    raw = "json" if key[0] == "jsonl" else _record_text(key)
    missing = "json is null" if key[0] == "jsonl" else "false"
    reading.scratch.execute(
        f"insert into refused select _file_number, _row, {raw}, reason from {refused} as bad"
        f" join line_files using (_file_number) join lines on lines.rowid = line_files.first + bad._row - 1"
        f" where not ({missing})"
    )
    if key[0] == "jsonl":
        _collect_from_files(
            reading,
            f"(select bad.* from {refused} as bad join line_files using (_file_number)"
            f" join lines on lines.rowid = line_files.first + bad._row - 1 where json is null)",
        )


def _record_text(key: tuple) -> str:
    fields = ", ".join(f"{literal(name)}, c{i}" for i, (name, _) in enumerate(key[1]))
    return f"replace(cast(json_object({fields}) as varchar), '\\u0000', '\\x00')"


def _collect_from_files(reading: Reading, refused: str) -> None:
    """Look refused rows up in their files by number; a reader's own finding beats the engine's `not JSON`."""
    rows = reading.scratch.execute(
        f"select _file_number, _row, reason from {refused} order by 1, 2"
    ).fetchall()
    if not rows:
        return
    path = reading.folder / "refused.csv"
    longest = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for number, raw, row, reason in _looked_up(reading, rows):
            longest = max(longest, 4 * len(raw) + 1000)
            writer.writerow([number, row, raw, reason])
    reading.scratch.execute(
        f"insert into refused select * from read_csv({literal(str(path))}, columns={{'_file_number':"
        f" 'INTEGER',"
        " '_row': 'BIGINT', 'raw_text': 'VARCHAR', 'reason': 'VARCHAR'}, header=false, auto_detect=false,"
        " delim=',',"
        f" quote='\"', escape='\"', max_line_size={max(longest, LONGEST_LINE)})"
    )


def _looked_up(reading: Reading, rows: list[tuple]) -> Iterator[tuple[int, str, int, str]]:
    by_file: dict[int, dict[int, str]] = {}
    for number, row, reason in rows:
        by_file.setdefault(number, {})[row] = reason
    for number, reasons in by_file.items():
        source = reading.sources[number]
        records = (
            careful.csv_records(source.prepared, source.header)
            if source.file.kind == "csv"
            else careful.json_records(source.prepared)
        )
        for record in careful.find_records(records, set(reasons)):
            yield number, record.raw, record.number, record.problem or reasons[record.number]


def _number_ordinals(reading: Reading) -> None:
    """Count rows of one file that agree in the other key columns, in file order, from 1."""
    ordinal = next((column for column in reading.table.columns if column.is_ordinal), None)
    if ordinal is None:
        return
    others = ", ".join(quoted(column.name) for column in reading.table.keys if not column.is_ordinal)
    reading.scratch.execute(
        f"create or replace temp table checked as select * replace (row_number() over"
        f" (partition by _file_number, {others} order by _row) as {quoted(ordinal.name)}) from checked"
    )
