"""Learn the numbers of the model without labels, and keep them in a file that people can read."""

import contextlib
import hashlib
import json
import logging
import math
import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.linking.comparisons import (
    COMPARISONS,
    REST,
    TRAINING_RULES,
    Comparison,
    TrainingRule,
    shape_hash,
)
from orchestration.lib.linking.rules import LinkingRules

FORMAT = 1
FREQUENCIES = ("first", "last", "birth", "city")
# a session's word counts for at most this many pairs, so that one way of finding them cannot outvote the others
SESSION_PAIRS = 400.0
ENOUGH_PAIRS = 30.0


class TooLittle(Exception):
    """Nothing can be learned; the message is the sentence that says which minimum is missed and why it is there."""


@dataclass
class Model:
    """What was learned. `content` is what the file says; the version is the hash of it."""

    content: dict[str, Any]

    @property
    def version(self) -> str:
        return hashlib.sha256(json.dumps(self.content, sort_keys=True).encode()).hexdigest()[:12]

    def of(self, comparisons: Iterable[Comparison]) -> list[Comparison]:
        """Those of the comparisons that it learned."""
        learned = {each["comparison"] for each in self.content["comparisons"]}
        return [each for each in comparisons if each.name in learned]

    @property
    def prior(self) -> float:
        """How likely a pair is before anything of it is compared: of all pairs, or of those that are found."""
        random = self.content.get("probability_two_random_records_match")
        return self.content["probability_two_records_found_match"] if random is None else random

    def numbers(self) -> dict[tuple[str, str], dict[str, float]]:
        return {
            (comparison["comparison"], level["level"]): level
            for comparison in self.content["comparisons"]
            for level in comparison["levels"]
        }

    def save(self, folder: Path) -> Path:
        """Write the file whole or not at all; one that stands there already is the same."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"model-{self.version}.json"
        if not path.exists():
            draft = path.with_name(f".{path.name}.{os.getpid()}")
            draft.write_text(json.dumps(self.content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            os.replace(draft, path)
        return path


def load_model(folder: Path, version: str, shape: str) -> Model | None:
    """The model of that version, or None when its file is gone, broken, altered or of another shape."""
    try:
        model = Model(json.loads((folder / f"model-{version}.json").read_text(encoding="utf-8")))
        fits = model.version == version and model.content["format"] == FORMAT
        return model if fits and model.content["shape"] == shape else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Splink talks of columns and values on standard error: nothing of it may reach a log."""
    logger = logging.getLogger("splink")
    before = logger.disabled, logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled, logger.level = before


def splink_settings(
    comparisons: list[Comparison],
    numbers: dict[tuple[str, str], dict[str, float]],
    prior: float,
    with_frequencies: bool,
) -> dict[str, Any]:
    """The model as Splink reads it."""
    described = []
    for comparison in comparisons:
        levels: list[dict[str, Any]] = [
            {"sql_condition": comparison.silent, "label_for_charts": "silent", "is_null_level": True}
        ]
        for level in comparison.levels:
            found = numbers[comparison.name, level.name]
            entry: dict[str, Any] = {
                "sql_condition": "ELSE" if level.condition == REST else level.condition,
                "label_for_charts": level.name,
                "m_probability": found["m"],
                "u_probability": found["u"],
            }
            if with_frequencies and level.frequency_of:
                entry["tf_adjustment_column"] = level.frequency_of
                entry["tf_adjustment_weight"] = 1.0
                entry["tf_minimum_u_value"] = level.least_u
                entry["disable_tf_exact_match_detection"] = True
            levels.append(entry)
        described.append({"output_column_name": comparison.name, "comparison_levels": levels})
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "comparisons": described,
        "blocking_rules_to_generate_predictions": ["l.unique_id = r.unique_id"],
        "probability_two_random_records_match": prior,
        "retain_matching_columns": with_frequencies,
        "retain_intermediate_calculation_columns": False,
        "em_convergence": 0.0005,
        "max_iterations": 25,
        "linker_uid": "tekil",
    }


@dataclass
class Training:
    """One training run over the table `records`."""

    connection: duckdb.DuckDBPyConnection
    rules: LinkingRules
    records: int
    threads: int = 1
    numbers: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    sessions: list[dict[str, Any]] = field(default_factory=list)

    def learn(self) -> "Training":
        if self.records < self.rules.count("min_records"):
            raise TooLittle(
                f"There are {self.records} people records and min_records is {self.rules.count('min_records')}: "
                "the rates of agreement cannot be learned from so few, so nothing is linked by likelihood."
            )
        self.comparisons = self._usable()
        self._learn_strangers()
        # sums of fractions depend on their order, and so on threads: what is learned must not
        self.connection.execute("set threads = 1")
        try:
            self._learn_matches()
        finally:
            self.connection.execute(f"set threads = {self.threads}")
        return self

    def _usable(self) -> list[Comparison]:
        """The comparisons whose column is filled and varied enough; a name and one more are needed."""
        usable = []
        for comparison in COMPARISONS:
            filled, distinct = self.connection.execute(
                f"select count({comparison.column}), count(distinct {comparison.column}) from records"
            ).fetchone()
            least = 2 if comparison.name == "gender" else self.rules.count("min_distinct_values")
            if distinct >= least and filled >= self.rules.number("min_filled_share") * self.records:
                usable.append(comparison)
        names = {comparison.name for comparison in usable}
        if not names & {"first_name", "last_name"} or not names & {"birth_date", "email", "phone", "address"}:
            raise TooLittle(
                "A name and one of birth date, e-mail, phone or address are needed on at least min_filled_share of the records "
                f"with min_distinct_values ({self.rules.count('min_distinct_values')}) different values: "
                "without both, namesakes could not be told from one person."
            )
        return usable

    def _learn_strangers(self) -> None:
        """u: how often two strangers agree, from all pairs of a sample; exact agreement is counted over all records."""
        import splink
        from splink import DuckDBAPI, Linker

        assert splink
        self.connection.execute(f"""
        create or replace table training_sample as
        select * from records
        order by md5(source || '/' || table_name || '/' || record_id), unique_id
        limit {self.rules.count("training_records")}
        """)
        start = {
            (comparison.name, level.name): {"m": level.m, "u": max(level.least_u, 1e-4)}
            for comparison in self.comparisons
            for level in comparison.levels
        }
        api = DuckDBAPI(self.connection)
        linker = Linker(
            api.register("training_sample"),
            splink_settings(self.comparisons, start, 1e-4, False),
            log_level=None,
            validate_settings=False,
        )
        linker.training.estimate_u_using_random_sampling(
            max_pairs=1e12, min_count_per_level=None, num_chunks=1
        )
        learned = read_numbers(linker._settings_obj.comparisons, "u")
        sampled = min(self.records, self.rules.count("training_records"))
        pairs = sampled * (sampled - 1) / 2
        for comparison in self.comparisons:
            for level in comparison.levels:
                seen = learned.get((comparison.name, level.name), 0.0)
                of = pairs
                if level.condition == f"{comparison.column}_l = {comparison.column}_r":
                    equal, filled = self.connection.execute(
                        f"select sum(n * (n - 1) / 2), sum(n) from (select count(*) as n from records"
                        f" where {comparison.column} is not null group by {comparison.column})"
                    ).fetchone()
                    of = filled * (filled - 1) / 2
                    seen = equal / of
                self.numbers[comparison.name, level.name] = {
                    "m": level.m,
                    "u": significant(max(seen, level.least_u)),
                    "seen_u": seen,
                    "u_pairs": of,
                }

    def _learn_matches(self) -> None:
        """m: how records of one person agree, by expectation maximisation over several ways of finding such pairs."""
        weights: dict[tuple[str, str], list[tuple[float, float]]] = {key: [] for key in self.numbers}
        taught = dict.fromkeys((comparison.name for comparison in self.comparisons), 0.0)
        for rule in TRAINING_RULES:
            learned = self._session(rule)
            if learned is None:
                continue
            for key, (matches, share) in learned.items():
                if not (key[0] in rule.doubtful and taught[key[0]] >= ENOUGH_PAIRS):
                    weights[key].append((min(matches, SESSION_PAIRS), share))
            for name, matches in {key[0]: matches for key, (matches, _) in learned.items()}.items():
                if name not in rule.doubtful:
                    taught[name] += matches
        found = sum(session["likely_pairs"] for session in self.sessions)
        if found < self.rules.count("min_likely_pairs"):
            raise TooLittle(
                f"Training found about {found:.0f} pairs of one person and min_likely_pairs is "
                f"{self.rules.count('min_likely_pairs')}: rates learned from so few would be a guess."
            )
        prior = self.rules.number("prior_pairs")
        for comparison in self.comparisons:
            total = 0.0
            for level in comparison.levels:
                number = self.numbers[comparison.name, level.name]
                heard = weights[comparison.name, level.name]
                pairs = sum(weight for weight, _ in heard)
                share = (sum(weight * share for weight, share in heard) + prior * level.m) / (pairs + prior)
                spread = sum(weight * (each - share) ** 2 for weight, each in heard) / max(pairs, 1.0)
                number["m"] = share
                number["m_pairs"] = pairs + prior
                number["m_spread"] = spread / max(len(heard), 1)
                total += share
            for level in comparison.levels:
                number = self.numbers[comparison.name, level.name]
                number["m"] = significant(max(number["m"] / total, 1e-6))
        for name in ("first_name", "last_name", "birth_date"):
            self._check_sense(name)

    def _check_sense(self, name: str) -> None:
        number = self.numbers.get((name, "same"))
        if number and number["m"] <= 10 * number["u"]:
            raise TooLittle(
                f"Training came to no sense: the same {name.replace('_', ' ')} would be hardly more likely within one person "
                "than between strangers, so the records do not hold enough pairs of one person to learn from (min_likely_pairs)."
            )

    def _session(self, rule: TrainingRule) -> dict[tuple[str, str], tuple[float, float]] | None:
        """What one way of finding pairs says: the share of each level, and how many likely pairs said so."""
        from splink import DuckDBAPI, Linker

        comparisons = [each for each in self.comparisons if each.name not in rule.without]
        if not comparisons:
            return None
        self.connection.execute(f"""
        create or replace table training_blocks as
        with blocks as (
            select {rule.key} as block, count(*) as n
            from records
            where {rule.key} is not null
            group by 1
            having count(*) between 2 and 30
        ),
        ranked as (
            select block, sum(n * (n - 1) / 2) over (order by md5(block), block) as pairs
            from blocks
        )
        select records.*, ranked.block
        from records
        inner join ranked on {rule.key} = ranked.block
        where ranked.pairs <= {self.rules.count("training_pairs")}
        order by records.unique_id
        """)
        pairs = self.connection.execute(
            "select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n from training_blocks group by block)"
        ).fetchone()[0]
        if pairs < 5:
            return None
        api = DuckDBAPI(self.connection)
        linker = Linker(
            api.register("training_blocks"),
            splink_settings(comparisons, self.numbers, 0.5, False),
            log_level=None,
            validate_settings=False,
        )
        try:
            session = linker.training.estimate_parameters_using_expectation_maximisation(
                "l.block = r.block", estimate_without_term_frequencies=True
            )
        except ValueError as problem:
            if "minimum allowed" not in str(problem):
                raise
            # the rates ran away to exactly nothing, as they may where few pairs differ: such pairs teach nothing
            self.sessions.append({"pairs_with": rule.name, "pairs": int(pairs), "likely_pairs": 0.0})
            return None
        share = session.core_model_settings.probability_two_random_records_match
        likely = float(pairs) * share
        learned = read_numbers(linker._settings_obj.comparisons, "m")
        self.sessions.append({"pairs_with": rule.name, "pairs": int(pairs), "likely_pairs": round(likely, 1)})
        if likely < 3 or share < 0.005:
            return None
        # a pair that lacks the column on one side taught nothing about it
        told = {
            comparison.name: likely * float(self._pairs_with(comparison.column) / pairs)
            for comparison in comparisons
        }
        return {
            key: (told[key[0]], learned.get(key, 0.0)) for key in self.numbers if told.get(key[0], 0.0) >= 1
        }

    def _pairs_with(self, column: str) -> float:
        return self.connection.execute(
            f"select coalesce(sum(n * (n - 1) / 2), 0) from (select count({column}) as n from training_blocks group by block)"
        ).fetchone()[0]


def read_numbers(comparisons: list[Any], which: str) -> dict[tuple[str, str], float]:
    """m or u of every level that was seen; Splink leaves words in place of a number where one was not."""
    found = {}
    for comparison in comparisons:
        for level in comparison.comparison_levels:
            trained = getattr(level, f"_trained_{which}_probabilities")
            if trained and isinstance(trained[-1]["probability"], int | float):
                found[comparison.output_column_name, level.label_for_charts] = float(
                    trained[-1]["probability"]
                )
    return found


def significant(value: float, digits: int = 6) -> float:
    """Rounded to so many digits that the last bits of a sum cannot matter."""
    return float(f"{value:.{digits}g}")


def deflate(
    numbers: dict[tuple[str, str], dict[str, float]], comparisons: list[Comparison], prior: float
) -> None:
    """Take the pairs of one person out of the random pairs: where people have many records, they are a good part of the agreeing ones."""
    for comparison in comparisons:
        for level in comparison.levels:
            number = numbers[comparison.name, level.name]
            among_strangers = (number["seen_u"] - prior * number["m"]) / (1 - prior)
            # what is left of a difference of two near numbers is mostly error: keep a part
            number["u"] = significant(max(among_strangers, 0.05 * number["seen_u"], level.least_u))


def margin_parts(number: dict[str, float]) -> tuple[float, float]:
    """Variance of ln m and of ln u: sampling error of a share, and for m how far the ways of finding pairs disagree."""
    m, u = number["m"], number["u"]
    of_m = (1 - m) / (m * number["m_pairs"]) + min(number["m_spread"] / (m * m), 1.0)
    of_u = (1 - u) / (u * number["u_pairs"])
    return min(of_m, 4.0), min(of_u, 4.0)


def told_settings(rules: LinkingRules) -> dict[str, str]:
    return {name: str(value) for name, value in sorted(rules.values.items())}


def write_down(
    training: Training, prior: float, likely_pairs: float, wrong_dates: float, rules: LinkingRules
) -> dict[str, Any]:
    """The model as its file says it: what is compared, how often people and strangers agree, and what that weighs."""
    return {
        "format": FORMAT,
        "shape": shape_hash(),
        "trained_on": {"records": training.records, "sessions": training.sessions},
        "settings": told_settings(rules),
        "probability_two_random_records_match": prior,
        "likely_pairs": round(likely_pairs, 1),
        "wrong_birth_dates": wrong_dates,
        "comparisons": described(training.comparisons, training.numbers),
    }


def described(
    comparisons: Iterable[Comparison], numbers: dict[tuple[str, str], dict[str, float]]
) -> list[dict[str, Any]]:
    """Every level with its m, u, weight and margin, and a sentence."""
    told = []
    for comparison in comparisons:
        levels = []
        for level in comparison.levels:
            number = numbers[comparison.name, level.name]
            of_m, of_u = margin_parts(number)
            weight = math.log2(number["m"] / number["u"])
            levels.append(
                {
                    "level": level.name,
                    "m": number["m"],
                    "u": number["u"],
                    "weight": round(weight, 3),
                    "margin": round(math.sqrt(of_m + of_u) / math.log(2), 3),
                    "in_words": in_words(weight),
                    "when": "none of the above" if level.condition == REST else level.condition,
                    **({"weighed_by_frequency_of": level.frequency_of} if level.frequency_of else {}),
                }
            )
        told.append({"comparison": comparison.name, "says_nothing_when": comparison.silent, "levels": levels})
    return told


def in_words(weight: float) -> str:
    times = 2 ** abs(weight)
    told = f"{times:.0f}" if times < 1000 else f"{float(f'{times:.2g}'):,.0f}"
    if times < 1.5:
        return "says hardly anything"
    return f"makes one person {told} times {'more' if weight > 0 else 'less'} likely"
