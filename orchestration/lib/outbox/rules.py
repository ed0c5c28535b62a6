"""The rows of seeds/rules/destinations.csv, checked: which destination gets which sync_ model, and how carefully."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orchestration.lib.errors import TekilError
from orchestration.lib.rules import read

CHANNELS = ("MESAJ", "ARAMA", "EPOSTA", "PUSH", "WHATSAPP", "ONSITE", "ADS")
LEVELS = ("exact", "strict", "wide")
POLICIES = ("send", "omit", "empty")


@dataclass(frozen=True)
class Rule:
    """One destination. `requests_per_second` and `batch_size` 0 mean: as the destination's own class says."""

    destination: str
    kind: str
    sync_model: str
    is_enabled: bool
    requests_per_second: Decimal
    batch_size: int
    mass_delete_share: Decimal
    null_policy: str
    purpose: str
    channels: tuple[str, ...]
    confidence_level: str

    def policy_of(self, field: str) -> str:
        """What an empty field becomes: null (`send`), nothing (`omit`) or an empty text (`empty`)."""
        words = self.null_policy.split()
        exceptions = dict(word.split("=") for word in words[1:])
        return exceptions.get(field, words[0])


def rules(root: Path) -> dict[str, Rule]:
    """Every row of the seed by destination. Raises TekilError for the first that does not fit."""
    found: dict[str, Rule] = {}
    for row in read(root / "seeds" / "rules" / "destinations.csv"):
        rule = rule_of(row)
        if rule.destination in found:
            raise TekilError(
                f"seeds/rules/destinations.csv names '{rule.destination}' twice: keep one of the rows."
            )
        found[rule.destination] = rule
    return found


def rule_of(row: dict[str, str]) -> Rule:
    """One checked row. Raises TekilError that names the destination and the column."""
    name = row["destination"]

    def wrong(column: str, remedy: str) -> TekilError:
        return TekilError(
            f"seeds/rules/destinations.csv: {name!r} has the {column} {row[column]!r}: {remedy}."
        )

    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        raise wrong("destination", "write small letters, digits and single underscores")
    if not re.fullmatch(r"sync_[a-z0-9_]+", row["sync_model"]):
        raise wrong("sync_model", "write the name of a model that begins with sync_")
    if row["is_enabled"] not in ("true", "false"):
        raise wrong("is_enabled", "write true or false")
    channels = tuple(row["channels"].split())
    if not channels or set(channels) - set(CHANNELS):
        raise wrong("channels", f"write one or more of {', '.join(CHANNELS)}, with blanks between")
    if row["confidence_level"] not in LEVELS:
        raise wrong("confidence_level", f"write {', '.join(LEVELS)}")
    words = row["null_policy"].split()
    if not words or words[0] not in POLICIES or any(not _is_exception(word) for word in words[1:]):
        raise wrong("null_policy", "write send, omit or empty, and exceptions as field=omit after it")
    if not re.fullmatch(r"\d{1,6}", row["batch_size"]):
        raise wrong("batch_size", "write a whole number, or 0 for the provider's own limit")
    return Rule(
        destination=name,
        kind=row["kind"],
        sync_model=row["sync_model"],
        is_enabled=row["is_enabled"] == "true",
        requests_per_second=_number(row, "requests_per_second", Decimal(10_000), wrong),
        batch_size=int(row["batch_size"]),
        mass_delete_share=_number(row, "mass_delete_share", Decimal(1), wrong),
        null_policy=row["null_policy"],
        purpose=row["purpose"],
        channels=channels,
        confidence_level=row["confidence_level"],
    )


def _is_exception(word: str) -> bool:
    return re.fullmatch(rf"[a-z0-9_]+=({'|'.join(POLICIES)})", word) is not None


def _number(row: dict[str, str], column: str, highest: Decimal, wrong) -> Decimal:
    try:
        number = Decimal(row[column])
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= highest:
        raise wrong(column, f"write a number from 0 to {highest}")
    return number
