"""Refuse early: read the opinions in seeds/rules before dbt does, and say in one sentence what to change."""

import csv
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orchestration.lib.errors import TekilError
from orchestration.lib.gate.rules import read_rules
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
    "profile_settings": ("topic", "setting", "value"),
    "affinity_decay": ("window_days", "share"),
    "segment_definitions": ("segment", "model", "segment_group", "group_rank"),
    "segment_candidates": ("segment", "candidate", "threshold", "value"),
    "rfm_thresholds": ("dimension", "score", "threshold"),
    "rfm_cells": ("recency_score", "value_score", "cell"),
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
USED_SETTINGS = re.compile(r"profile_(?:setting|count)\('([^']+)',\s*'([^']+)'\)")
# a quoted segment or file, or a Jinja variable that runs through the segments of the file
USED_THRESHOLDS = re.compile(r"\bthreshold(?:_count)?\((?:'([^']+)'|\w+),\s*'([^']+)'\)")
RFM_LINES = {
    f"{dimension}_{score}" for dimension in ("recency", "frequency", "monetary") for score in (2, 3, 4, 5)
}


def check_rules(settings: Settings) -> None:
    """Check that seeds and models speak of the same things; raises TekilError for the first that does not fit."""
    rules = settings.root / "seeds" / "rules"
    read_rules(settings.root, read_contract(settings.root))
    types = {row["identifier_type"] for row in read(rules / "identifier_types.csv")}
    _check_types(settings.root, rules, types)
    _check_sources(settings.root)
    _check_profiles(settings.root, rules)
    _check_segments(settings.root, rules)
    _check_thresholds(settings.root, rules)
    _check_rfm(rules)
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


def _numbers(seed: str, rows: list[dict[str, str]], *key: str) -> dict[tuple[str, ...], Decimal]:
    found = {}
    for row in rows:
        name = tuple(row[column] for column in key)
        try:
            found[name] = Decimal(row["value"])
        except InvalidOperation:
            raise TekilError(
                f"seeds/rules/{seed}.csv: {' '.join(name)} is {row['value']!r}: write a number."
            ) from None
        if name[-1] == "window_days" and found[name] < 1:
            raise TekilError(
                f"seeds/rules/{seed}.csv: {' '.join(name)} is {row['value']}: a window lasts at least one day."
            )
    return found


def _used_thresholds(root: Path, segments_of: dict[str, set[str]]) -> dict[str, set[tuple[str, str]]]:
    """What the file of each model reads: pairs of owner (a segment or a file) and threshold."""
    used = {}
    for path in sorted((root / "models" / "segments").glob("*.sql")):
        model = path.stem.removeprefix("seg_")
        pairs = set()
        for owner, threshold in USED_THRESHOLDS.findall(path.read_text(encoding="utf-8")):
            pairs |= (
                {(owner, threshold)} if owner else {(one, threshold) for one in segments_of.get(model, ())}
            )
        used[path.stem] = pairs
    return used


def _check_thresholds(root: Path, rules: Path) -> None:
    segments_of: dict[str, set[str]] = {}
    for row in read(rules / "segment_definitions.csv"):
        segments_of.setdefault(row["model"], set()).add(row["segment"])
    given = _numbers("segment_thresholds", read(rules / "segment_thresholds.csv"), "segment", "threshold")
    used = _used_thresholds(root, segments_of)
    for model, pairs in used.items():
        for segment, threshold in sorted(pairs):
            if (segment, threshold) not in given:
                raise TekilError(
                    f"{model} reads the threshold '{threshold}' of '{segment}', which has no row: "
                    "add it to seeds/rules/segment_thresholds.csv."
                )
    read_by_any = set().union(*used.values())
    for segment, threshold in given:
        if (segment, threshold) not in read_by_any:
            raise TekilError(
                f"seeds/rules/segment_thresholds.csv has a row for '{segment}' '{threshold}', which no model reads: "
                "correct the names, or remove the row."
            )
    _check_candidates(rules, segments_of, used)


def _check_candidates(
    rules: Path, segments_of: dict[str, set[str]], used: dict[str, set[tuple[str, str]]]
) -> None:
    model_of = {segment: model for model, segments in segments_of.items() for segment in segments}
    candidates = read(rules / "segment_candidates.csv")
    _numbers("segment_candidates", candidates, "segment", "candidate", "threshold")
    for row in candidates:
        where = f"seeds/rules/segment_candidates.csv: candidate '{row['candidate']}'"
        model = model_of.get(row["segment"])
        if not re.fullmatch(r"[a-z0-9_]+", row["candidate"]):
            raise TekilError(f"{where}: write its name in small letters, digits and underscores.")
        if model is None:
            raise TekilError(
                f"{where} names the segment '{row['segment']}', which segment_definitions.csv does not know: "
                "correct it, or remove the row."
            )
        known = {name for owner, name in used[f"seg_{model}"] if owner in (row["segment"], model)}
        known |= RFM_LINES if model == "rfm" else set()
        if row["threshold"] not in known:
            raise TekilError(
                f"{where} names the threshold '{row['threshold']}', which the rule of '{row['segment']}' does not read: "
                f"choose one of {', '.join(sorted(known)) or 'none, it has no numbers'}."
            )


def _check_rfm(rules: Path) -> None:
    windows = [
        row["value"]
        for seed, owner in (("profile_settings", "topic"), ("segment_thresholds", "segment"))
        for row in read(rules / f"{seed}.csv")
        if row[owner] == "rfm" and "window_days" in row.values()
    ]
    if len(set(windows)) > 1:
        raise TekilError(
            f"RFM counts over {windows[0]} days in seeds/rules/profile_settings.csv and over {windows[1]} in segment_thresholds.csv: "
            "write the same window_days in both, or scores and segments speak of different buyers."
        )
    cells = [(row["recency_score"], row["value_score"]) for row in read(rules / "rfm_cells.csv")]
    for pair in ((str(recency), str(value)) for recency in range(1, 6) for value in range(1, 6)):
        if cells.count(pair) != 1:
            raise TekilError(
                f"seeds/rules/rfm_cells.csv names recency {pair[0]} with value {pair[1]} {cells.count(pair)} times: "
                "name each of the 25 pairs once."
            )
    described = {row["segment"] for row in read(rules / "segment_definitions.csv")}
    for row in read(rules / "rfm_cells.csv"):
        if f"rfm_{row['cell']}" not in described:
            raise TekilError(
                f"seeds/rules/rfm_cells.csv names the cell '{row['cell']}', which is no segment: "
                f"add a row for 'rfm_{row['cell']}' to seeds/rules/segment_definitions.csv."
            )


def _check_profiles(root: Path, rules: Path) -> None:
    given = {}
    for row in read(rules / "profile_settings.csv"):
        where = f"seeds/rules/profile_settings.csv: {row['topic']} {row['setting']}"
        given[row["topic"], row["setting"]] = _number(where, row["value"])
    for path in sorted((root / "models" / "profiles").glob("*.sql")):
        for topic, setting in USED_SETTINGS.findall(path.read_text(encoding="utf-8")):
            if (topic, setting) not in given:
                raise TekilError(
                    f"{path.stem} reads the setting '{setting}' of '{topic}', which has no row: "
                    "add it to seeds/rules/profile_settings.csv."
                )
    windows = {row["window_days"] for row in read(rules / "affinity_decay.csv")}
    for window in ("7", "30", "90", "365"):
        if window not in windows:
            raise TekilError(
                f"seeds/rules/affinity_decay.csv has no row for {window} days, so what happened then would count nothing: "
                "add it, with share 0 if that is meant."
            )
    lines: dict[str, list[Decimal]] = {"recency": [], "frequency": [], "monetary": []}
    for row in sorted(read(rules / "rfm_thresholds.csv"), key=lambda row: row["score"]):
        where = f"seeds/rules/rfm_thresholds.csv: {row['dimension']} {row['score']}"
        lines.setdefault(row["dimension"], []).append(_number(where, row["threshold"]))
    for dimension, found in lines.items():
        ordered = sorted(set(found), reverse=dimension == "recency")
        if len(found) != 4 or found != ordered:
            raise TekilError(
                f"seeds/rules/rfm_thresholds.csv: the lines of {dimension} for the scores 2 to 5 are "
                f"{', '.join(map(str, found)) or 'missing'}: give four, each harder to reach than the one before."
            )


def _number(where: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise TekilError(f"{where} is {text!r}: write a number.")
    return number


def _check_segments(root: Path, rules: Path) -> None:
    definitions = read(rules / "segment_definitions.csv")
    described = {row["model"] for row in definitions}
    written = {path.stem.removeprefix("seg_") for path in (root / "models" / "segments").glob("seg_*.sql")}
    for model in sorted(written - described):
        raise TekilError(
            f"seg_{model} has no description: add a row for '{model}' to seeds/rules/segment_definitions.csv."
        )
    _check_union(
        root / "macros" / "segments" / "segment_models.sql",
        written,
        "the segment",
        "no customer would ever be in it",
    )
    for model in sorted(described - written):
        raise TekilError(
            f"seeds/rules/segment_definitions.csv describes '{model}', but models/segments/seg_{model}.sql does not exist: "
            "write it, or remove the row."
        )
    places = set()
    for row in definitions:
        place = (row["segment_group"], row["group_rank"])
        if row["segment_group"] and (place in places or not row["group_rank"].isdecimal()):
            raise TekilError(
                f"seeds/rules/segment_definitions.csv: '{row['segment']}' has the group_rank {row['group_rank']!r}: "
                f"give each segment of the group '{row['segment_group']}' a whole number of its own."
            )
        places.add(place)


def _check_currency(rules: Path, currency: str) -> None:
    known = {row["currency"] for row in read(rules / "currency_rates.csv")}
    if currency not in known:
        raise TekilError(
            f"TEKIL_CURRENCY is '{currency}', for which seeds/rules/currency_rates.csv has no rate: "
            f"add its rates, or choose one of {', '.join(sorted(known))}."
        )
