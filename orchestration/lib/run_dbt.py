"""`make dbt ARGS="build --select customers"`: dbt with the settings of the environment, for analytics engineers."""

import shlex
import subprocess
import sys
from pathlib import Path

from orchestration.lib.build import with_landing
from orchestration.lib.dbt import dbt_command, dbt_environment, redact_results
from orchestration.lib.errors import TekilError
from orchestration.lib.settings import Settings


def main() -> int:
    """Run dbt with the arguments given; its own exit code comes back."""
    try:
        settings = with_landing(Settings.from_environment(), lambda line: print(line, file=sys.stderr))
    except TekilError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    arguments = [part for argument in sys.argv[1:] for part in shlex.split(argument)]
    environment = dbt_environment(settings)
    try:
        return subprocess.run(dbt_command(*arguments), cwd=settings.root, env=environment).returncode
    finally:
        redact_results(Path(environment["DBT_TARGET_PATH"]) / "run_results.json")


if __name__ == "__main__":
    sys.exit(main())
