"""What has arrived in the landing folder since somebody last looked, and is no longer being written."""

import base64
import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.lib.files import LandedFile, Landing, discover
from orchestration.lib.landing import LandingTable

SETTLE_SECONDS = 10
MARK_BYTES = 6


@dataclass(frozen=True)
class Arrival:
    """One settled file of a table; `mark` changes with its name, size or time."""

    label: str
    path: str
    bytes: int
    mark: bytes


def is_growing(file: LandedFile, seconds: float, now: float | None = None) -> bool:
    """Whether the file changed so short a time ago that its sender may still be writing it.

    A time in the future is another machine's clock, not a file being written.
    """
    try:
        age = (time.time() if now is None else now) - file.full_path.stat().st_mtime
    except OSError:
        return False
    return 0 <= age < seconds


def without_growing(landing: Landing, seconds: float) -> Landing:
    """The landing without the files that are still being written, and a line for each of them."""
    files, remarks = {}, list(landing.remarks)
    for key, found in landing.files.items():
        growing = {file.path for file in found if is_growing(file, seconds)}
        files[key] = [file for file in found if file.path not in growing]
        remarks += [
            f"{path}: changed less than {seconds:.0f} s ago, left for the next load"
            for path in sorted(growing)
        ]
    return Landing(files, remarks)


def arrivals(
    landing: Path, contract: dict[tuple[str, str], LandingTable], now: float | None = None
) -> list[Arrival]:
    """Every settled file of the landing folder, in the order of tables and paths; no file is opened."""
    found = []
    for (source, table), files in discover(landing, contract).files.items():
        for file in files:
            if is_growing(file, SETTLE_SECONDS, now):
                continue
            try:
                facts = file.full_path.stat()
            except OSError:
                continue
            told = f"{file.path}\n{facts.st_size}\n{facts.st_mtime_ns}"
            mark = hashlib.sha256(told.encode()).digest()[:MARK_BYTES]
            found.append(Arrival(f"{source}/{table}", file.path, facts.st_size, mark))
    return found


def pack(marks: Iterable[bytes]) -> str:
    """The marks of all files as one text, six bytes a file, with blanks where a screen may break it."""
    text = base64.b64encode(b"".join(sorted(set(marks)))).decode()
    return " ".join(text[at : at + 64] for at in range(0, len(text), 64))


def unpack(text: str | None) -> set[bytes]:
    """The marks in a text that `pack` wrote; none for one that it did not."""
    try:
        packed = base64.b64decode((text or "").replace(" ", ""), validate=True)
    except ValueError:
        return set()
    return {packed[at : at + MARK_BYTES] for at in range(0, len(packed), MARK_BYTES)}


def run_key(new: Iterable[Arrival]) -> str:
    """One key for one set of new files: asked twice, it starts one run."""
    return "landed-" + hashlib.sha256(b"".join(sorted(file.mark for file in new))).hexdigest()[:16]
