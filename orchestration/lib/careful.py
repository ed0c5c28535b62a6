"""The careful reader: record by record in Python, for files (or rows) the fast reader cannot take.

It numbers records just as the fast reader does, so a row number means the same to both.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.lib.files import CHUNK, Header, Prepared

NUL = "a NUL character in the line"
NOT_UTF8 = "not UTF-8"
CUT_SHORT = "the line is cut off where the file ends"
BLANK = b" \t\r\n"
LOOK_AHEAD_LINES = 2000
LOOK_AHEAD_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Record:
    """One data record: its text as sent, its fields when it is a good CSV record, else what is wrong."""

    number: int
    raw: str
    fields: list[str] | None
    problem: str | None


def physical_lines(prepared: Prepared) -> Iterator[tuple[bytes, bool]]:
    """Lines that are not blank, as UTF-8 bytes without their ending, and whether a cut file ends in it."""
    rest, first = b"", True
    for chunk in _utf8_chunks(prepared):
        lines = (rest + chunk).split(prepared.separator)
        rest = lines.pop()
        for line in lines:
            if first:
                line, first = line.removeprefix(codecs.BOM_UTF8), False
            if line.strip(BLANK):
                yield line, False
    rest = rest.removeprefix(codecs.BOM_UTF8) if first else rest
    if rest.strip(BLANK):
        yield rest, prepared.cut_short is not None


def _utf8_chunks(prepared: Prepared) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")("replace") if prepared.encoding == "utf-16" else None
    with prepared.path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield decoder.decode(chunk).encode() if decoder else chunk


def as_text(line: bytes) -> str:
    """The line as text every engine can keep: bad bytes and NUL are made visible."""
    return line.rstrip(b"\r").decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def problem_of(line: bytes, is_cut: bool) -> str | None:
    if is_cut:
        return CUT_SHORT
    if b"\0" in line:
        return NUL
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return NOT_UTF8
    return None


def json_records(prepared: Prepared) -> Iterator[Record]:
    """Each line of a JSON-lines file; whether it is JSON is judged by the engine."""
    for number, (line, is_cut) in enumerate(physical_lines(prepared), start=1):
        yield Record(number, as_text(line), None, problem_of(line, is_cut))


def csv_records(prepared: Prepared, header: Header) -> Iterator[Record]:
    """Each record of a CSV file after its header; a damaged record costs that line only."""
    lines = _Pushback(physical_lines(prepared))
    next(_csv_pieces(lines, header), None)
    for number, (raw, fields, problem) in enumerate(_csv_pieces(lines, header), start=1):
        yield Record(number, raw, fields, problem)


class _Pushback:
    """An iterator one can put lines back into."""

    def __init__(self, lines: Iterator[tuple[bytes, bool]]):
        self.lines, self.waiting = lines, []

    def __iter__(self):
        return self

    def __next__(self) -> tuple[bytes, bool]:
        return self.waiting.pop() if self.waiting else next(self.lines)

    def put_back(self, lines: list[tuple[bytes, bool]]) -> None:
        self.waiting += reversed(lines)


def _csv_pieces(lines: _Pushback, header: Header) -> Iterator[tuple[str, list[str] | None, str | None]]:
    for line, is_cut in lines:
        problem = problem_of(line, is_cut)
        if problem:
            yield as_text(line), None, problem
            continue
        text = line.rstrip(b"\r").decode()
        if '"' not in text:
            fields = text.split(header.delimiter)
            yield text, fields, _width_problem(fields, header)
            continue
        yield _quoted_piece(lines, text, header)


def _quoted_piece(lines: _Pushback, text: str, header: Header) -> tuple[str, list[str] | None, str | None]:
    """A record with quotes, which may run over several lines; if it never ends well, only its first line."""
    fields = _parse(text, header.delimiter)
    if fields is not None:
        return text, fields, _width_problem(fields, header)
    taken, whole = [], text
    while len(taken) < LOOK_AHEAD_LINES and len(whole) < LOOK_AHEAD_BYTES:
        following = next(lines, None)
        if following is None:
            break
        taken.append(following)
        if problem_of(*following):
            break
        whole += "\n" + following[0].decode()
        if b'"' not in following[0]:
            continue
        fields = _parse(whole, header.delimiter)
        if fields is not None and len(fields) == len(header.names):
            return whole.rstrip("\r"), fields, None
    lines.put_back(taken)
    return text, None, "a quoted field is not closed"


def _parse(text: str, delimiter: str) -> list[str] | None:
    """The fields of one record, or None when its quotes do not match."""
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _width_problem(fields: list[str], header: Header) -> str | None:
    if len(fields) == len(header.names):
        return None
    return "too many fields" if len(fields) > len(header.names) else "too few fields"


csv.field_size_limit(2**31 - 1)


def rewrite_json(prepared: Prepared, target: Path) -> int:
    """Write the lines the engine can judge, `!` for those it cannot; gives the longest line in bytes."""
    longest = 0
    with target.open("wb") as file:
        for line, is_cut in physical_lines(prepared):
            line = b"!" if problem_of(line, is_cut) else line
            longest = max(longest, len(line))
            file.write(line + b"\n")
    return longest


def rewrite_csv(prepared: Prepared, header: Header, target: Path) -> int:
    """Write every record with a last field that tells its problem; gives the longest record in bytes."""
    longest, width = 0, len(header.names)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow([*(f"c{i}" for i in range(width)), "problem"])
        for record in csv_records(prepared, header):
            fields = record.fields if record.problem is None else [""] * width
            longest = max(longest, 4 * len(record.raw) + 4 * width + 200)
            writer.writerow([*fields, record.problem or ""])
    return longest


def find_records(records: Iterator[Record], numbers: set[int]) -> Iterator[Record]:
    """The records with these numbers, in order, reading no further than the last of them."""
    last = max(numbers, default=0)
    for record in records:
        if record.number in numbers:
            yield record
        if record.number >= last:
            return
