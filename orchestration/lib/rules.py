"""Refuse early: read the opinions in seeds/rules before dbt does, and say in one sentence what to change."""

import csv
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orchestration.lib.errors import TekilError
from orchestration.lib.landing import read_contract
from orchestration.lib.linking.rules import check_variants, linking_rules
from orchestration.lib.settings import Settings

OFFERED_TYPES = re.compile(r"unpivot_identifiers\(\s*'[^']*',\s*\{(.*?)\}", re.DOTALL)
# what is read here of each seed; dbt's contracts hold the rest
COLUMNS = {
    "identifier_types": ("identifier_type",),
    "identifier_denylist": ("identifier_type",),
    "identifier_limits": ("identifier_type", "counted", "time_window", "max_count"),
    "identity_overrides": ("action", "identifier_key", "other_identifier_key", "decided_at", "reason"),
    "segment_thresholds": ("segment", "threshold", "value"),
    "segment_definitions": ("segment",),
    "currency_rates": ("currency",),
    "linking_settings": ("setting", "value"),
    "given_name_variants": ("name", "variant_of"),
    "destinations": (
        *("destination", "kind", "sync_model", "is_enabled", "requests_per_second", "batch_size"),
        *("mass_delete_share", "null_policy", "purpose", "channels", "confidence_level", "reason"),
    ),
}
TIME_WINDOWS = ("ever", "year", "month", "week")
ACTIONS = ("include", "exclude", "withdraw")
USED_THRESHOLDS = re.compile(r"threshold(?:_count)?\('([^']+)',\s*'([^']+)'\)")


def check_rules(settings: Settings) -> None:
    """Check that seeds and models speak of the same things; raises TekilError for the first that does not fit."""
    rules = settings.root / "seeds" / "rules"
    read_contract(settings.root)
    types = {row["identifier_type"] for row in read(rules / "identifier_types.csv")}
    _check_types(settings.root, rules, types)
    _check_sources(settings.root)
    _check_thresholds(settings.root, rules)
    _check_segments(settings.root, rules)
    _check_currency(rules, settings.currency)
    linking_rules(settings.root)
    check_variants(settings.root)


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a seed; TekilError when it is missing or is not a table."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, strict=True)
            found = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise TekilError(
            f"{path} cannot be read as a CSV table ({problem}): put it back or correct it."
        ) from None
    for column in COLUMNS[path.stem]:
        if column not in (table.fieldnames or []):
            raise TekilError(f"{path} has no column '{column}': put it back into the header.")
    for number, row in enumerate(found, start=2):
        if None in row or None in row.values():
            raise TekilError(
                f"{path} row {number} has more or fewer fields than the header: quote the commas in it."
            )
    return found


def _check_types(root: Path, rules: Path, types: set[str]) -> None:
    for path in sorted((root / "models" / "staging").glob("*/stg_*__identifiers.sql")):
        for offered in OFFERED_TYPES.findall(path.read_text(encoding="utf-8")):
            for identifier_type in re.findall(r"'([^']+)'\s*:", offered):
                if identifier_type not in types:
                    raise TekilError(
                        f"identifier_types has no row for '{identifier_type}', but {path.stem} offers one: "
                        "add it to seeds/rules/identifier_types.csv."
                    )
    for seed in ("identifier_denylist", "identifier_limits"):
        _unknown(
            seed, "identifier_type", (row["identifier_type"] for row in read(rules / f"{seed}.csv")), types
        )
    limits = read(rules / "identifier_limits.csv")
    _unknown("identifier_limits", "counted", (row["counted"] for row in limits), types | {"given_name"})
    for row in limits:
        where = f"seeds/rules/identifier_limits.csv: {row['identifier_type']} {row['counted']}"
        if row["time_window"] not in TIME_WINDOWS:
            raise TekilError(
                f"{where} has the time_window {row['time_window']!r}: write {', '.join(TIME_WINDOWS)}."
            )
        if not re.fullmatch(r"\d+", row["max_count"]):
            raise TekilError(f"{where} has the max_count {row['max_count']!r}: write a whole number.")
    for row in read(rules / "identity_overrides.csv"):
        if row["action"] not in ACTIONS:
            raise TekilError(
                f"seeds/rules/identity_overrides.csv has the action {row['action']!r}: write {', '.join(ACTIONS)}."
            )


def _check_sources(root: Path) -> None:
    staging = root / "models" / "staging"
    written = {path.parent.name for path in staging.glob("*/stg_*__identifiers.sql")}
    _check_union(
        staging / "int_staging__evidence_unioned.sql",
        written,
        "the source",
        "none of its identifiers would be linked",
    )


def _check_union(model: Path, names: set[str], what: str, otherwise: str) -> None:
    listed = set(re.findall(r"^\s*'(\w+)',?$", model.read_text(encoding="utf-8"), re.MULTILINE))
    for name in sorted(names - listed):
        raise TekilError(
            f"{model.stem} does not list {what} '{name}', so {otherwise}: add a line for it there."
        )


def _unknown(seed: str, column: str, values: Iterable[str], known: set[str]) -> None:
    for value in values:
        if value not in known:
            raise TekilError(
                f"seeds/rules/{seed}.csv names '{value}' in column {column}, which identifier_types.csv does not know: "
                "correct it, or add the type."
            )


def _check_thresholds(root: Path, rules: Path) -> None:
    given = {}
    for row in read(rules / "segment_thresholds.csv"):
        try:
            given[row["segment"], row["threshold"]] = Decimal(row["value"])
        except InvalidOperation:
            raise TekilError(
                f"seeds/rules/segment_thresholds.csv: {row['segment']} {row['threshold']} is {row['value']!r}: write a number."
            ) from None
    for path in sorted((root / "models" / "segments").glob("*.sql")):
        for segment, threshold in USED_THRESHOLDS.findall(path.read_text(encoding="utf-8")):
            if (segment, threshold) not in given:
                raise TekilError(
                    f"{path.stem} reads the threshold '{threshold}' of '{segment}', which has no row: "
                    "add it to seeds/rules/segment_thresholds.csv."
                )


def _check_segments(root: Path, rules: Path) -> None:
    described = {row["segment"] for row in read(rules / "segment_definitions.csv")}
    written = {path.stem.removeprefix("seg_") for path in (root / "models" / "segments").glob("seg_*.sql")}
    for segment in sorted(written - described):
        raise TekilError(
            f"seg_{segment} has no description: add a row for '{segment}' to seeds/rules/segment_definitions.csv."
        )
    _check_union(
        root / "models" / "segments" / "int_segments__spells_unioned.sql",
        written,
        "the segment",
        "no customer would ever be in it",
    )
    for segment in sorted(described - written):
        raise TekilError(
            f"seeds/rules/segment_definitions.csv describes '{segment}', but models/segments/seg_{segment}.sql does not exist: "
            "write it, or remove the row."
        )


def _check_currency(rules: Path, currency: str) -> None:
    known = {row["currency"] for row in read(rules / "currency_rates.csv")}
    if currency not in known:
        raise TekilError(
            f"TEKIL_CURRENCY is '{currency}', for which seeds/rules/currency_rates.csv has no rate: "
            f"add its rates, or choose one of {', '.join(sorted(known))}."
        )
