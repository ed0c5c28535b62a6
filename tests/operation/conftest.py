"""A small sample built once, and disks that are full, small or read-only."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import sample
from tests.operation.helpers import copy_of_tree, may_mount, settings
from tests.support.project import build


@pytest.fixture(scope="session")
def small_landing(tmp_path_factory) -> Path:
    """The sample retailer with 120 customers."""
    folder = tmp_path_factory.mktemp("small") / "landing"
    sample.generate(folder, 7, 120, 200)
    return folder


@pytest.fixture(scope="session")
def built(small_landing, tmp_path_factory) -> tuple[dict[str, str], subprocess.CompletedProcess]:
    """The settings and the output of an undisturbed build of the small sample; read it, do not change it."""
    env = settings(tmp_path_factory.mktemp("built"), TEKIL_LANDING=str(small_landing))
    return env, build(env)


@pytest.fixture
def tree(tmp_path) -> Path:
    """A copy of the project that a test may break."""
    return copy_of_tree(tmp_path)


@pytest.fixture
def disk(tmp_path) -> Iterator[Callable[..., Path]]:
    """Mounts a disk of so many bytes; `options` as of mount(8). Skips where mounting is not allowed."""
    if not may_mount():
        pytest.skip("only root may mount a small disk")
    mounted: list[Path] = []

    def mount(size: int, at: Path | None = None, options: str = "") -> Path:
        folder = at or tmp_path / f"disk{len(mounted)}"
        folder.mkdir(parents=True, exist_ok=True)
        wanted = ",".join(filter(None, [f"size={size}", options]))
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", wanted, "tekil-test", str(folder)], capture_output=True
        )
        if done.returncode != 0:
            pytest.skip("mounting a small disk is not allowed here")
        mounted.append(folder)
        return folder

    yield mount
    for folder in reversed(mounted):
        subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)
