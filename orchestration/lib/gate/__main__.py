"""`make release` and `make discard`: a person's decision about a batch that the gate stopped.

python -m orchestration.lib.gate release --load 7 --reason "the price list did change"
"""

import argparse
import sys

from orchestration.lib.errors import TekilError
from orchestration.lib.gate.state import ACTIONS, decide
from orchestration.lib.settings import Settings


def main() -> int:
    """Write one decision down by the command line."""
    ask = argparse.ArgumentParser(prog="make release")
    ask.add_argument("action", choices=ACTIONS)
    ask.add_argument("--load", default="", help="the load that stopped it; the gate's sentence names it")
    ask.add_argument("--reason", default="")
    ask.add_argument("--by", default="by hand", help="a role or a ticket, not a person's name")
    given = ask.parse_args()
    try:
        if not given.load.isdigit():
            raise TekilError(f"LOAD is {given.load!r}: write the number of the load that was stopped.")
        print(decide(Settings.from_environment(), given.action, int(given.load), given.reason, given.by))
    except TekilError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
