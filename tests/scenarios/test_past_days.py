"""Ten past days, told again when all is known, are what was published on them, in every public table (P11, G22).

The rows of a sample arrive dealt out over ten days, late ones on every day. `test_behaviour.py` tells one day again in every run.
"""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

import sample
from tests.scenarios.test_behaviour import END, published
from tests.scenarios.test_landings import split
from tests.support.project import build_models, environment
from tests.support.tables import differences

DAYS = 10


@pytest.mark.fuzz
@pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz runs it")
def test_ten_past_days_are_told_as_they_were_published(tmp_path):
    env = environment(tmp_path, TEKIL_LINKING="off")
    sample.generate(tmp_path / "whole", 11, 60, 120)
    clocks = [f"{(END - timedelta(days=DAYS - 1 - day)).isoformat()}Z" for day in range(DAYS)]
    told = []
    for clock, part in zip(clocks, split(tmp_path / "whole", DAYS), strict=True):
        for relative, content in part.items():
            path = Path(env["TEKIL_LANDING"]) / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
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
