"""What lies in a landing folder: files by table, their content hash, and how their text has to be read."""

import csv
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.lib.errors import TekilError
from orchestration.lib.landing import LandingTable

ENDINGS = (".jsonl", ".csv", ".parquet", ".jsonl.gz", ".csv.gz")
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))  # the engine's JSON reader passes over them in silence
SAMPLE_NOTE = "sample.json"  # what the generator says of a sample it wrote
CHUNK = 4 * 1024 * 1024
HEAD = 1024 * 1024
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the message is the reason kept in raw.rejected_files."""


@dataclass
class LandedFile:
    """One file of the landing folder; `path` is relative with forward slashes, `bytes` its size on disk."""

    path: str
    full_path: Path
    kind: str
    is_gzipped: bool
    bytes: int = 0
    sha256: str | None = None
    reason: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Landing:
    """Files of each known table, sorted by path, and one line for each thing that was left alone."""

    files: dict[tuple[str, str], list[LandedFile]]
    remarks: list[str]


def discover(landing: Path, contract: dict[tuple[str, str], LandingTable]) -> Landing:
    """Walk `<source>/<table>/**`, passing over hidden names. Raises TekilError without a folder."""
    if not landing.is_dir():
        raise TekilError(
            f"The landing folder {landing} is not there: set TEKIL_LANDING to a folder of"
            f" <source>/<table>/ files."
        )
    files: dict[tuple[str, str], list[LandedFile]] = {}
    remarks: list[str] = []
    sources = {source for source, _ in contract}
    for entry in _listed(landing):
        if entry.name == SAMPLE_NOTE:
            continue
        if not entry.is_dir():
            remarks.append(f"{_text(entry.name)}: not inside a <source>/<table>/ folder, left alone")
        elif entry.name not in sources:
            remarks.append(f"{_text(entry.name)}/: unknown source, left alone")
        else:
            _discover_source(landing, entry, contract, files, remarks)
    return Landing(files, remarks)


def _discover_source(landing: Path, source: Path, contract, files, remarks) -> None:
    for entry in _listed(source):
        label = f"{source.name}/{_text(entry.name)}"
        if not entry.is_dir():
            remarks.append(f"{label}: not inside a <source>/<table>/ folder, left alone")
        elif (source.name, entry.name) not in contract:
            remarks.append(f"{label}/: unknown table, left alone")
        else:
            found, others = _table_files(landing, entry)
            files[source.name, entry.name] = found
            remarks += [f"{path}: ending not known (use {', '.join(ENDINGS)}), left alone" for path in others]


def _table_files(landing: Path, folder: Path) -> tuple[list[LandedFile], list[str]]:
    found, others = [], []
    for path in _walk(folder):
        relative = _text(path.relative_to(landing).as_posix())
        ending = next((e for e in ENDINGS if path.name.lower().endswith(e)), None)
        if ending is None:
            others.append(relative)
        else:
            kind = ending.removesuffix(".gz").removeprefix(".")
            found.append(LandedFile(relative, path, kind, ending.endswith(".gz")))
    return sorted(found, key=lambda file: file.path), sorted(others)


def _walk(folder: Path) -> Iterator[Path]:
    for entry in _listed(folder):
        if entry.is_dir():
            yield from _walk(entry)
        elif entry.is_file() or entry.is_symlink():
            yield entry


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as problem:
        raise TekilError(f"The folder {folder} cannot be read: {problem.strerror}.") from None


def _text(name: str) -> str:
    """A file name as text any database takes, whatever bytes it is made of."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def fingerprint(file: LandedFile) -> None:
    """Fill in size and SHA-256 of the bytes; `reason` when they cannot be read."""
    try:
        file.bytes = file.full_path.stat().st_size
        with file.full_path.open("rb") as stream:
            file.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as problem:
        file.reason = f"the file cannot be opened: {problem.strerror}"


@dataclass
class Prepared:
    """A text file made ready for a reader: plain bytes at `path`, and what its first bytes told."""

    path: Path
    encoding: str
    has_nul: bool
    has_controls: bool
    cut_short: str | None
    separator: bytes
    size: int


def prepare(file: LandedFile, scratch: Path, number: int) -> Prepared:
    """Unpack a gzipped file into the scratch folder (what can be read of a cut one), look at its head.

    Raises UnreadableFile when nothing of it can be read, TekilError when the scratch folder is full.
    """
    path, cut_short = file.full_path, None
    if file.is_gzipped:
        path = scratch / f"{number}.plain"
        cut_short = _unpack(file.full_path, path)
    has_nul, has_controls, size = _scan(path)
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    encoding = next((name for bom, name in BOMS.items() if head.startswith(bom)), "utf-8")
    separator = b"\r" if b"\n" not in head and b"\r" in head and size < HEAD else b"\n"
    return Prepared(path, encoding, has_nul, has_controls, cut_short, separator, size)


def _scan(path: Path) -> tuple[bool, bool, int]:
    """Whether a NUL, or any control character but tab and line ends, is in the file, and its size."""
    has_nul, has_controls, size = False, False, 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            has_nul = has_nul or b"\0" in chunk
            has_controls = has_controls or len(chunk.translate(None, CONTROLS)) < len(chunk)
            size += len(chunk)
    return has_nul, has_controls, size


def _unpack(source: Path, target: Path) -> str | None:
    """Write the plain bytes; the reason why they end early, when they do."""
    written = 0
    try:
        with gzip.open(source, "rb") as packed, target.open("wb") as plain:
            try:
                while chunk := packed.read1(CHUNK):
                    written += _write(plain, chunk)
            except EOFError:
                reason = "the gzip file is cut short"
            except (gzip.BadGzipFile, zlib.error):
                reason = "the gzip file is damaged"
            else:
                return None
    except OSError as problem:
        raise UnreadableFile(f"the file cannot be opened: {problem.strerror}") from None
    if not written:
        raise UnreadableFile(f"{reason}: no line of it can be read")
    return f"{reason}: read up to there"


def _write(plain: io.BufferedWriter, chunk: bytes) -> int:
    try:
        return plain.write(chunk)
    except OSError as problem:
        raise TekilError(f"The scratch folder cannot be written: {problem.strerror}.") from None


@dataclass(frozen=True)
class Header:
    """The columns a CSV file says it has, and the separator between them."""

    names: tuple[str, ...]
    delimiter: str


def read_header(prepared: Prepared, known: set[str]) -> Header:
    """The header of a CSV file, by the delimiter that finds most known names. Raises UnreadableFile."""
    try:
        text = first_record(prepared).decode("utf-8" if prepared.encoding == "utf-8" else prepared.encoding)
    except UnicodeDecodeError:
        raise UnreadableFile("this is not a text file") from None
    if "\0" in text:
        raise UnreadableFile("this is not a text file")
    headers = [_split_header(text, delimiter) for delimiter in ",;\t|"]
    return max(headers, key=lambda header: len(known.intersection(header.names)))


def _split_header(text: str, delimiter: str) -> Header:
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        names = []
    return Header(tuple(name.strip() for name in names), delimiter)


def first_record(prepared: Prepared) -> bytes:
    """The bytes of the first line that is not blank (in UTF-16, of the whole head)."""
    with prepared.path.open("rb") as stream:
        head = stream.read(HEAD)
    if prepared.encoding == "utf-16":
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
        return next((line for line in text.splitlines() if line.strip()), "").encode("utf-16")
    lines = head.split(prepared.separator)
    return next((line for line in lines if line.strip(b"\xef\xbb\xbf \r\n")), b"").rstrip(b"\r")
