"""`make override`: a person's word that two identifiers are, or are not, one customer (I4, I7).

    python -m orchestration.lib.override exclude email:ada@posta.com.tr account_id:7 --reason "ticket 4711"

The row goes to ops.identity_overrides, with keys and no values; the next build obeys it. `withdraw` takes it back.
"""

import argparse
import re
import sys

import duckdb
import psycopg2

from orchestration.lib.errors import TekilError
from orchestration.lib.locks import build_lock
from orchestration.lib.rules import ACTIONS
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import Warehouse, open_warehouse


def override(settings: Settings, action: str, left: str, right: str, reason: str, by: str) -> str:
    """Write one decision down; returns a sentence of what the next build will do.

    `left` and `right` are an identifier_key, or a type and the compared value with a colon between.
    Raises TekilError when one of them is not known, both are the same, or no reason is given.
    """
    if not reason.strip():
        raise TekilError("No reason was given: say why, for who reads the ledger later (REASON=...).")
    with build_lock(settings):
        warehouse = open_warehouse(settings)
        try:
            keys = sorted(key_of(warehouse, given) for given in (left, right))
            if keys[0] == keys[1]:
                raise TekilError(
                    "Both are the same identifier: name the two that are, or are not, one customer."
                )
            with warehouse.transaction():
                warehouse.execute(
                    "insert into ops.identity_overrides"
                    " (action, identifier_key, other_identifier_key, decided_at, decided_by, reason)"
                    " values (?, ?, ?, ?, ?, ?)",
                    [action, *keys, settings.clock(), by, reason.strip()],
                )
        finally:
            warehouse.close()
    effect = {
        "include": "they will be one customer",
        "exclude": "they will not be one customer",
        "withdraw": "evidence alone will decide about them again",
    }[action]
    return f"Written down ({action} {keys[0][:8]} {keys[1][:8]}): after the next build {effect}."


def key_of(warehouse: Warehouse, given: str) -> str:
    """The identifier_key of what a person wrote; TekilError when it is no identifier, or nothing names it."""
    if re.fullmatch(r"[0-9a-f]{32}", given):
        condition, values = "identifier_key = ?", [given]
    elif ":" in given:
        condition, values = "identifier_type = ? and identifier_value = ?", given.split(":", 1)
    else:
        raise TekilError(
            "An identifier is written as a type and its compared value (email:ada@posta.com.tr), or as its identifier_key."
        )
    try:
        found = warehouse.fetch(f"select identifier_key from vault.identifiers where {condition}", values)
    except (duckdb.CatalogException, psycopg2.errors.UndefinedTable):
        raise TekilError("This warehouse holds no identifiers yet: run make build first.") from None
    if not found:
        raise TekilError(
            f"No evidence names that {given.split(':')[0] if ':' in given else 'key'}: "
            "write it as it is compared (small letters, +90..., no blanks), or look it up in vault.identifiers."
        )
    return found[0][0]


def main() -> int:
    """Write one decision down by the command line."""
    ask = argparse.ArgumentParser(prog="make override")
    ask.add_argument("action", choices=ACTIONS)
    ask.add_argument("left", help="type:value, or identifier_key")
    ask.add_argument("right", help="type:value, or identifier_key")
    ask.add_argument("--reason", default="")
    ask.add_argument("--by", default="by hand", help="a role or a ticket, not a person's name")
    given = ask.parse_args()
    try:
        print(
            override(
                Settings.from_environment(), given.action, given.left, given.right, given.reason, given.by
            )
        )
    except TekilError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
