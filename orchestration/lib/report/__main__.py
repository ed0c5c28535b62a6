"""`make report`: write the page and say where it is."""

import sys

from orchestration.lib.errors import TekilError
from orchestration.lib.report import make_report
from orchestration.lib.settings import Settings


def main() -> int:
    """Write the report by the environment's settings; its path on standard output."""
    try:
        print(make_report(Settings.from_environment()))
    except TekilError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
