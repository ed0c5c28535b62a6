"""dbt's manifest for Dagster: parsed once, kept until a file of the project changes, read without starting dbt."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestration.lib.dbt import dbt_command, dbt_environment, redacted
from orchestration.lib.errors import TekilError
from orchestration.lib.settings import Settings

SOURCES = ("dbt_project.yml", "profiles.yml", "requirements.lock", "models", "macros", "seeds", "tests/data")
ENDINGS = {".sql", ".yml", ".yaml", ".md", ".csv", ".lock"}


def manifest_path(settings: Settings) -> Path:
    """Where the manifest of this engine lies; a run of dbt writes its own elsewhere."""
    return settings.root / "target" / "dagster" / settings.target / "manifest.json"


def ensure_manifest(settings: Settings) -> Path:
    """The manifest of the project as it stands: parsed now if a file changed since, else the one that is there."""
    path = manifest_path(settings)
    with _alone(path.parent):
        stamp, kept = fingerprint(settings.root), path.with_name("stamp")
        if path.exists() and kept.exists() and kept.read_text(encoding="utf-8") == stamp:
            return path
        manifest = json.loads(_parsed(settings).read_text(encoding="utf-8"))
        attach_truths(manifest)
        draft = path.with_name(f".manifest.{os.getpid()}")
        draft.write_text(json.dumps(manifest), encoding="utf-8")
        os.replace(draft, path)
        kept.write_text(stamp, encoding="utf-8")
    return path


def fingerprint(root: Path) -> str:
    """What changes when a file of the dbt project does: names, sizes and times."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for source in SOURCES:
        place = root / source
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if file.suffix in ENDINGS and file.is_file():
                facts = file.stat()
                digest.update(f"{file.relative_to(root)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def attach_truths(manifest: dict[str, Any]) -> None:
    """Say what each test says in words, and which table a test of several is about: the last to be built of those it reads.

    So it becomes a check of that one. Of two built equally late it is the one of the test's own layer, then by name.
    """
    depth = _depths(manifest)
    for node in manifest["nodes"].values():
        parents = [parent for parent in node["depends_on"].get("nodes", []) if parent in manifest["nodes"]]
        if node["resource_type"] != "test":
            continue
        node["meta"] = {**node.get("meta", {}), "description": said_of(node)}
        if node.get("attached_node") or not parents:
            continue
        layer = Path(node["original_file_path"]).parent.name
        about = max(
            parents,
            key=lambda parent: (depth[parent], manifest["nodes"][parent]["fqn"][1] == layer, parent),
        )
        node["config"].setdefault("meta", {}).setdefault("dagster", {})["ref"] = {
            "name": manifest["nodes"][about]["name"]
        }


def said_of(test: Mapping[str, Any]) -> str:
    """What a test says, for people: its first comment, or its kind and what it was given."""
    comment = re.match(r"\s*\{#-?\s*(.+?)\s*-?#\}", test.get("raw_code") or "", re.DOTALL)
    if comment and not test.get("test_metadata"):
        return re.sub(r"\s+", " ", comment[1])
    told = test.get("test_metadata") or {"name": test["name"], "kwargs": {}}
    given = "; ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in sorted(told["kwargs"].items())
        if name != "model"
    )
    return re.sub(r"\s+", " ", f"{told['name'].replace('_', ' ')} ({given})" if given else told["name"])


def _depths(manifest: Mapping[str, Any]) -> dict[str, int]:
    """How many steps lie before each node."""
    depths: dict[str, int] = {}
    open_nodes = list(manifest["parent_map"])
    while open_nodes:
        node = open_nodes[-1]
        parents = manifest["parent_map"].get(node, [])
        unknown = [parent for parent in parents if parent not in depths]
        if unknown:
            open_nodes += unknown
        else:
            depths[node] = max((depths[parent] + 1 for parent in parents), default=0)
            open_nodes.pop()
    return depths


def _parsed(settings: Settings) -> Path:
    """Run `dbt parse` in a place of its own: a build may be running, and writes its files elsewhere."""
    place = manifest_path(settings).parent / "parse"
    environment = dbt_environment(settings) | {"DBT_TARGET_PATH": str(place)}
    done = subprocess.run(
        dbt_command("--quiet", "parse"),
        cwd=settings.root,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        said = redacted((done.stdout + done.stderr).strip()) or "dbt stopped without a word"
        raise TekilError(f"The dbt project cannot be read: {said.rstrip('.')}.")
    return place / "manifest.json"


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; a dead one lets go."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "stamp.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    print(ensure_manifest(Settings.from_environment()))
