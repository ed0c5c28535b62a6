"""One parse of the project for all tests of the house."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def manifest(tmp_path_factory) -> dict:
    """The manifest of `dbt parse`, made in a folder of the tests' own; nothing is connected to."""
    folder = tmp_path_factory.mktemp("parse")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TEKIL_")}
    done = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            "parse",
            *("--profiles-dir", ROOT, "--target-path", folder, "--log-path", folder / "logs"),
        ],
        cwd=ROOT,
        env={**environment, "TEKIL_DUCKDB_PATH": str(folder / "none.duckdb"), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def models(manifest) -> list[SimpleNamespace]:
    """Every model: name, layer (folder below models/), source (folder below staging/, or empty), path, node."""
    found = []
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            parts = Path(node["original_file_path"]).parts
            found.append(
                SimpleNamespace(
                    name=node["name"],
                    layer=parts[1],
                    source=parts[2] if len(parts) > 3 else "",
                    path=ROOT / node["original_file_path"],
                    node=node,
                )
            )
    assert found
    return found


@pytest.fixture(scope="session")
def sql_files() -> dict[Path, str]:
    """Every .sql of models, macros and data tests, by path below the root."""
    folders = (ROOT / "models", ROOT / "macros", ROOT / "tests" / "data")
    return {
        path.relative_to(ROOT): path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted(folder.rglob("*.sql"))
    }


@pytest.fixture(scope="session")
def bare_sql(sql_files) -> dict[Path, str]:
    """The same without comments and quoted texts: what an engine, or Jinja, would act upon."""
    noise = re.compile(r"\{#.*?#\}|--[^\n]*|'(?:[^'\n]|'')*'|\"[^\"\n]*\"", re.DOTALL)
    return {
        path: noise.sub(lambda m: "''" if m[0][0] in "'\"" else " ", text) for path, text in sql_files.items()
    }


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Files that a commit would hold: tracked, or new and not ignored. Working notes (*.tmp.*) are on their way out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and ".tmp." not in path.name]
