"""The settings of linking and the variants of given names, read from their seeds and checked."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orchestration.lib.errors import TekilError

# setting -> least and greatest value that makes sense
BOUNDS = {
    "strict_probability": ("0.5", "1"),
    "wide_probability": ("0.5", "1"),
    "floor_probability": ("0.01", "1"),
    "min_records": ("2", "1000000000"),
    "min_distinct_values": ("2", "1000000"),
    "min_filled_share": ("0", "1"),
    "min_likely_pairs": ("1", "1000000"),
    "training_records": ("100", "20000"),
    "training_pairs": ("1000", "10000000"),
    "prior_pairs": ("1", "1000000"),
    "retrain_growth": ("1", "1000"),
    "max_block_records": ("2", "10000"),
    "max_pairs_per_record": ("1", "1000"),
    "people_per_email": ("1", "1000"),
    "people_per_phone": ("1", "1000"),
    "people_per_birth_date": ("1", "100000"),
    "twin_share": ("0.0001", "0.5"),
    "generation_years": ("0", "100"),
    "min_visitors": ("2", "1000000000"),
    "min_visitor_share": ("0", "1"),
    "min_visitor_pairs": ("1", "1000000"),
    "visitors_per_line": ("2", "1000"),
    "visitors_per_range": ("2", "1000"),
    "rare_device_share": ("0", "0.1"),
    "guest_hours": ("1", "1000"),
    "visitor_probability": ("0.01", "1"),
    "margin_deviations": ("0", "10"),
}


@dataclass(frozen=True)
class LinkingRules:
    """The numbers of seeds/rules/linking_settings.csv."""

    values: dict[str, Decimal]

    def number(self, setting: str) -> float:
        return float(self.values[setting])

    def count(self, setting: str) -> int:
        return int(self.values[setting])


def linking_rules(root: Path) -> LinkingRules:
    """Read and check the settings. Raises TekilError, one sentence, for the first that does not fit."""
    from orchestration.lib.rules import read

    path = "seeds/rules/linking_settings.csv"
    values: dict[str, Decimal] = {}
    for row in read(root / path):
        setting = row["setting"]
        if setting not in BOUNDS:
            raise TekilError(
                f"{path} has a setting '{setting}' that linking does not know: correct its name, or remove the row."
            )
        try:
            values[setting] = Decimal(row["value"])
        except InvalidOperation:
            raise TekilError(f"{path}: {setting} is {row['value']!r}: write a number.") from None
    for setting, (least, greatest) in BOUNDS.items():
        if setting not in values:
            raise TekilError(f"{path} has no row for '{setting}', which linking needs: put it back.")
        if not Decimal(least) <= values[setting] <= Decimal(greatest):
            raise TekilError(
                f"{path}: {setting} is {values[setting]}: set it to a number from {least} to {greatest}."
            )
    if not values["floor_probability"] <= values["wide_probability"] <= values["strict_probability"]:
        raise TekilError(
            f"{path}: the lines must rise from floor_probability over wide_probability to strict_probability."
        )
    return LinkingRules(values)


def check_variants(root: Path) -> None:
    """A variant stands for one name that is no variant itself. Raises TekilError."""
    from orchestration.lib.rules import read

    path = "seeds/rules/given_name_variants.csv"
    found = {row["name"]: row["variant_of"] for row in read(root / path)}
    for name, variant_of in found.items():
        if variant_of in found:
            raise TekilError(
                f"{path}: {name} is a variant of {variant_of}, which is a variant of {found[variant_of]}: name that one instead."
            )
