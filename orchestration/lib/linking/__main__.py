"""`python -m orchestration.lib.linking`: link by the environment's settings; progress goes to standard error."""

import sys

from orchestration.lib.build import with_landing
from orchestration.lib.errors import TekilError
from orchestration.lib.linking.run import link
from orchestration.lib.locks import build_lock
from orchestration.lib.settings import Settings


def main() -> int:
    """Link, and say what came of it; 1 with one sentence when it could not."""

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    try:
        settings = with_landing(Settings.from_environment(), say)
        with build_lock(settings, progress=say):
            reports = link(settings, say)
    except TekilError as problem:
        say(f"error: {problem}")
        return 1
    for report in reports:
        say(report.summary())
    return 0


if __name__ == "__main__":
    sys.exit(main())
