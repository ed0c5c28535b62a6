"""Ten past days, told again when all is known, are what was published on them, in every public table (P11, G22).

The rows of a sample arrive dealt out over ten days, late ones on every day; all versions of a row on one day, since of a row that is replaced later the
older text is gone (docs/profiles.md). `test_behaviour.py` tells one day again in every run.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

import sample
from tests.scenarios.segment_judge import seed
from tests.scenarios.test_behaviour import END, published
from tests.support.project import build_models, environment
from tests.support.tables import differences

DAYS = 10


def dealt_by_key(whole: Path) -> list[dict[Path, str]]:
    """The rows of every file that is text, dealt out over the days by their key."""
    dealt: list[dict[Path, str]] = [{} for _ in range(DAYS)]
    for path in sorted(whole.glob("*/*/*")):
        relative = path.relative_to(whole)
        source, table = relative.parts[:2]
        keys = [
            row["path"] or row["column_name"]
            for row in seed("landing_columns")
            if (row["source"], row["table_name"], row["role"]) == (source, table, "key")
        ]
        data = path.read_bytes()
        try:
            text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
        except UnicodeDecodeError:
            continue
        for line, row in lines_of(text, ".csv" in path.name):
            place = zlib.crc32(repr([str(row.get(key)) for key in keys]).encode()) % DAYS
            part = relative.with_name(f"day{place}-{path.name.removesuffix('.gz')}")
            head = text[: text.index("\n") + 1] if ".csv" in path.name else ""
            dealt[place][part] = dealt[place].get(part, head) + line
    return dealt


def lines_of(text: str, is_csv: bool) -> list[tuple[str, dict]]:
    """Each row as it stands in a file, and its fields; none of a line that nobody can read."""
    if is_csv:
        found = []
        for row in csv.DictReader(io.StringIO(text, newline="")):
            line = io.StringIO(newline="")
            csv.writer(line).writerow([row[name] for name in row if name is not None])
            found.append((line.getvalue(), row))
        return found
    told = []
    for line in text.splitlines(keepends=True):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            row = None
        told.append((line, row if isinstance(row, dict) else {}))
    return told


@pytest.mark.fuzz
@pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz runs it")
def test_ten_past_days_are_told_as_they_were_published(tmp_path):
    env = environment(tmp_path, TEKIL_LINKING="off")
    sample.generate(tmp_path / "whole", 11, 60, 120)
    clocks = [f"{(END - timedelta(days=DAYS - 1 - day)).isoformat()}Z" for day in range(DAYS)]
    told = []
    for clock, part in zip(clocks, dealt_by_key(tmp_path / "whole"), strict=True):
        for relative, content in part.items():
            path = Path(env["TEKIL_LANDING"]) / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="")
        build_models(env | {"TEKIL_AS_OF": clock})
        told.append(published(env))
    assert differences(told[0], told[-1]), "nothing happened in ten days"

    differing = []
    for clock, then in zip(clocks, told, strict=True):
        copy = tmp_path / "copy" / "test.duckdb"
        shutil.rmtree(copy.parent, ignore_errors=True)
        shutil.copytree(Path(env["TEKIL_DUCKDB_PATH"]).parent, copy.parent)
        again = env | {"TEKIL_DUCKDB_PATH": str(copy), "TEKIL_AS_OF": clock, "TEKIL_KNOWN_AT": clock}
        build_models(again)
        differing += [f"{clock}: {line}" for line in differences(then, published(again))]
    assert differing == []
