"""One run of dbt inside a run of Dagster: its events, without the values that engines quote, and without our secrets."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, DagsterExecutionInterruptedError
from dagster_dbt import DbtCliInvocation
from dagster_dbt.asset_utils import (
    get_manifest_and_translator_from_dbt_assets,
    get_subset_selection_for_context,
)
from dbt.version import __version__ as dbt_version
from packaging.version import Version

from orchestration.conventions import WITH_UNIT_TESTS
from orchestration.lib.dbt import dbt_environment, redacted
from orchestration.lib.settings import Settings

TALKATIVE = {"RunResultError", "RunResultFailure", "RunResultWarning", "MainEncounteredError"}


@dataclass
class CarefulInvocation(DbtCliInvocation):
    """dbt's own events as Dagster's; of an error only what names no value."""

    failures: list[str] = field(init=False, default_factory=list)

    @property
    def failure(self) -> str | None:
        """One sentence about what failed first; None when all went well."""
        if self.process.wait() == 0 and not self.failures:
            return None
        more = f" And {len(self.failures) - 1} more." if len(self.failures) > 1 else ""
        said = (self.failures or ["it stopped without a word"])[0].rstrip(" .^")
        return f"dbt build failed: {said}.{more} The tables built before it stand; what readers see is untouched."

    def _stream_stdout(self) -> Iterator[str | dict[str, Any]]:
        """The events, redacted before anybody reads, prints or keeps them."""
        try:
            for event in super()._stream_stdout():
                if isinstance(event, str):
                    yield redacted(event)
                    continue
                info = event["info"]
                if info["level"] in ("warn", "error"):
                    info["msg"] = redacted(info["msg"])
                    if info["level"] == "error" and info["msg"].strip():
                        self._remember(info)
                yield event
        except (DagsterExecutionInterruptedError, GeneratorExit):
            self.process.terminate()
            self.process.wait()
            raise
        finally:
            self._error_messages.clear()

    def _remember(self, info: dict[str, Any]) -> None:
        if info["name"] == "RunResultError" and self.failures:
            self.failures[-1] = f"{self.failures[-1].rstrip('. ')}. {info['msg'].strip()}"
        elif info["name"] in TALKATIVE:
            self.failures.append(info["msg"].strip())


def left_out(tags: Mapping[str, str], already: str) -> str:
    """Which kinds of dbt's nodes a run with these tags leaves out, parted by blanks: unit tests, unless its job asks for them."""
    kinds = set(already.split())
    if not WITH_UNIT_TESTS.items() <= tags.items():
        kinds.add("unit_test")
    return " ".join(sorted(kinds))


def invoke(context: AssetExecutionContext, settings: Settings) -> CarefulInvocation:
    """Start `dbt build` of what this step selected, as `make build` does: same environment, same parse cache.

    The library's own DbtCliResource would hand dbt every secret, start dbt once more for its version, and copy the whole
    project folder, warehouse included, when many nodes are selected.
    """
    manifest, translator, project = get_manifest_and_translator_from_dbt_assets([context.assets_def])
    selection, indirect_selection = get_subset_selection_for_context(
        context=context,
        manifest=manifest,
        select=None,
        exclude=None,
        selector=None,
        dagster_dbt_translator=translator,
        current_dbt_indirect_selection_env=None,
    )
    environment = dbt_environment(settings)
    if indirect_selection:
        environment["DBT_INDIRECT_SELECTION"] = indirect_selection
    if kinds := left_out(context.run.tags, environment.get("DBT_EXCLUDE_RESOURCE_TYPES", "")):
        environment["DBT_EXCLUDE_RESOURCE_TYPES"] = kinds
    arguments = ["--log-format", "json", "--log-level", "info", "build", *selection]
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.lib.dbt", *arguments],
        cwd=settings.root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return CarefulInvocation(
        process=process,
        manifest=manifest,
        dagster_dbt_translator=translator,
        project_dir=settings.root,
        target_path=Path(environment["DBT_TARGET_PATH"]),
        raise_on_error=False,
        cli_version=Version(dbt_version),
        project=project,
        context=context.op_execution_context,
        adapter=None,
    )
