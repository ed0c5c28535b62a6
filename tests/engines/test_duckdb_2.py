"""The DuckDB we did not choose (DECISIONS.md) gives the same values. Long: it installs another version beside ours, so `make fuzz` runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

import sample
from tests.support.project import ROOT, build, environment

pytestmark = pytest.mark.fuzz
OTHER = "duckdb==2.0.0"


@pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz runs it")
def test_duckdb_2_gives_the_same_values(tmp_path):
    packages = tmp_path / "packages"
    installed = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", str(packages), OTHER],
        capture_output=True,
        text=True,
    )
    if installed.returncode:
        pytest.skip(f"{OTHER} cannot be installed here")
    sample.generate(tmp_path / "sample", 5, 200, 365)
    taken = []
    for name, path in (("ours", str(ROOT)), ("other", f"{packages}{os.pathsep}{ROOT}")):
        env = environment(tmp_path / name, PYTHONPATH=path, DBT_TARGET_PATH=str(tmp_path / name / "target"))
        shutil.copytree(tmp_path / "sample", env["TEKIL_LANDING"])
        build(env)
        taken.append(snapshot_with(env, path))
    assert taken[0] == taken[1]


def snapshot_with(env: dict[str, str], path: str) -> str:
    """The snapshot, read by the version that wrote the file, as text."""
    script = "import sys; from tests.support.tables import snapshot; import os; print(repr(snapshot(dict(os.environ))))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **env, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
