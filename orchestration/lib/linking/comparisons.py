"""What is compared of two records, and how far they may agree: the shape of the model, before any number is learned.

Conditions read the columns of `records` (see records.py) with the suffixes _l and _r; the first that holds is the level.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Level:
    """One degree of agreement. `m` is our guess at its share among pairs of one person, `least_u` among strangers, at least."""

    name: str
    condition: str
    m: float
    least_u: float = 1e-5
    frequency_of: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One piece of evidence. `silent` says when it tells nothing; the last level is all that is left."""

    name: str
    column: str
    silent: str
    levels: tuple[Level, ...]

    def gamma(self, level: str) -> int:
        """The number Splink gives to a level: the last is 0, the first the highest."""
        names = [each.name for each in self.levels]
        return len(names) - 1 - names.index(level)

    def level(self, gamma: int) -> Level:
        return self.levels[len(self.levels) - 1 - gamma]


REST = "else"

# a slip of the finger makes a rare word of a common one: two common names that look alike are two names (Hasan, Hakan)
_FIRST_DOUBT = "not (first_is_common_l and first_is_common_r)"
_LAST_DOUBT = "not (last_is_common_l and last_is_common_r)"
_SWAPPED = (
    "(first_l = last_r or last_l = first_r) and jaro_winkler_similarity(first_l, last_r) >= 0.88"
    " and jaro_winkler_similarity(last_l, first_r) >= 0.88"
)
_CROSSED = (
    "(jaro_winkler_similarity(first_l, last_r) >= 0.93 and length(last_r) >= 4"
    " or jaro_winkler_similarity(last_l, first_r) >= 0.93 and length(last_l) >= 4)"
)
_SHORT = (
    "(length(first_l) >= 3 and length(first_r) >= length(first_l) + 2 and starts_with(first_r, first_l)"
    " or length(first_r) >= 3 and length(first_l) >= length(first_r) + 2 and starts_with(first_l, first_r))"
)

FIRST_NAME = Comparison(
    "first_name",
    "first",
    "first_l is null or first_r is null",
    (
        Level("same", "first_l = first_r and length(first_l) > 1", 0.74, 1e-4, "first"),
        Level(
            "variant",
            f"root_l = root_r and length(root_l) > 1 or {_SHORT} or list_has_any(given_words_l, given_words_r)",
            0.04,
        ),
        Level("swapped", _SWAPPED, 0.01, 3e-6),
        Level(
            "initial",
            "(length(first_l) = 1 or length(first_r) = 1) and substr(first_l, 1, 1) = substr(first_r, 1, 1)",
            0.01,
            1e-4,
        ),
        Level(
            "similar",
            f"{_FIRST_DOUBT} and least(length(first_l), length(first_r)) >= 3"
            " and (damerau_levenshtein(first_l, first_r) <= 1 or jaro_winkler_similarity(first_l, first_r) >= 0.92)",
            0.10,
            1e-4,
        ),
        Level(
            "alike",
            f"{_FIRST_DOUBT} and jaro_winkler_similarity(first_l, first_r) >= 0.8",
            0.03,
            1e-3,
        ),
        Level("crossed", _CROSSED, 0.005, 1e-3),
        Level("differs", REST, 0.07, 0.1),
    ),
)

LAST_NAME = Comparison(
    "last_name",
    "last",
    "last_l is null or last_r is null",
    (
        Level("same", "last_l = last_r", 0.76, 5e-5, "last"),
        Level("swapped", _SWAPPED, 0.01, 3e-6),
        Level("part", "list_has_any(last_words_l, last_words_r)", 0.02, 1e-4),
        Level(
            "similar",
            f"{_LAST_DOUBT} and least(length(last_l), length(last_r)) >= 3"
            " and (damerau_levenshtein(last_l, last_r) <= 1 or jaro_winkler_similarity(last_l, last_r) >= 0.92)",
            0.11,
            1e-4,
        ),
        Level("alike", f"{_LAST_DOUBT} and jaro_winkler_similarity(last_l, last_r) >= 0.8", 0.03, 1e-3),
        Level("crossed", _CROSSED, 0.005, 1e-3),
        Level("differs", REST, 0.07, 0.1),
    ),
)

BIRTH_DATE = Comparison(
    "birth_date",
    "birth",
    "birth_l is null or birth_r is null",
    (
        Level("same", "birth_l = birth_r", 0.84, 3e-5, "birth"),
        Level(
            "transposed",
            "birth_l = substr(birth_r, 1, 4) || substr(birth_r, 7, 2) || substr(birth_r, 5, 2)",
            0.02,
            1e-5,
        ),
        Level("typo", "damerau_levenshtein(birth_l, birth_r) <= 1", 0.08, 5e-4),
        Level(
            "part",
            "substr(birth_l, 1, 6) = substr(birth_r, 1, 6)"
            " or substr(birth_l, 5, 4) = substr(birth_r, 5, 4)"
            " or substr(birth_l, 1, 4) = substr(birth_r, 1, 4) and substr(birth_l, 7, 2) = substr(birth_r, 7, 2)"
            " or substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
            " and (substr(birth_l, 5, 4) = '0101' or substr(birth_r, 5, 4) = '0101')",
            0.03,
            3e-3,
        ),
        Level("near", "damerau_levenshtein(birth_l, birth_r) <= 2", 0.015, 3e-3),
        Level("differs", REST, 0.015, 0.1),
    ),
)

EMAIL = Comparison(
    "email",
    "email",
    # firstname.lastname at another provider repeats the name and says nothing more
    "email_l is null or email_r is null or email_l <> email_r and email_user_l = email_user_r and email_is_name_l",
    (
        Level("same", "email_l = email_r", 0.66, 1e-6),
        Level("same user", "email_user_l = email_user_r and length(email_user_l) >= 5", 0.06, 1e-5),
        Level(
            "similar",
            "email_digits_l = email_digits_r and length(email_l) >= 8"
            " and (damerau_levenshtein(email_l, email_r) <= 2 or jaro_winkler_similarity(email_l, email_r) >= 0.95)",
            0.08,
            1e-5,
        ),
        Level(
            "other number",
            "length(email_l) >= 8 and (damerau_levenshtein(email_l, email_r) <= 3"
            " or jaro_winkler_similarity(email_l, email_r) >= 0.93)",
            0.02,
            1e-4,
        ),
        Level("differs", REST, 0.18, 0.1),
    ),
)

PHONE = Comparison(
    "phone",
    "phone",
    "phone_l is null or phone_r is null",
    (
        Level("same", "phone_l = phone_r", 0.7, 1e-6),
        Level(
            "similar",
            "right(phone_l, 7) = right(phone_r, 7) or damerau_levenshtein(phone_l, phone_r) <= 1",
            0.05,
            1e-5,
        ),
        Level("differs", REST, 0.25, 0.1),
    ),
)

_WAY = (
    "(way_l = way_r or way_l = district_r or district_l = way_r or jaro_winkler_similarity(way_l, way_r) >= 0.92"
    " or least(length(way_l), length(way_r)) >= 8 and damerau_levenshtein(way_l, way_r) <= 2)"
)
_NUMBER = "house_number_l = house_number_r"
_POST = "(postal_l = postal_r or length(postal_l) >= 4 and damerau_levenshtein(postal_l, postal_r) <= 1)"
_CITY = "(city_l = city_r or jaro_winkler_similarity(city_l, city_r) >= 0.9 or city_l = district_r or district_l = city_r)"

ADDRESS = Comparison(
    "address",
    "place",
    "not ((way_l is not null and way_r is not null) or (postal_l is not null and postal_r is not null)"
    " or (city_l is not null and city_r is not null))",
    (
        Level(
            "same",
            f"way_l = way_r and house_number_l is not distinct from house_number_r and coalesce({_POST}, true)"
            f" and coalesce({_CITY}, true)",
            0.45,
            1e-6,
        ),
        Level(
            "similar",
            f"{_WAY} and (coalesce({_NUMBER}, false) or coalesce({_POST}, false) or coalesce({_CITY}, false))",
            0.2,
            1e-5,
        ),
        Level("same place", f"{_WAY} or postal_l = postal_r and coalesce({_CITY}, false)", 0.12, 1e-4),
        Level("same post code", f"postal_l = postal_r or {_POST} and {_CITY}", 0.06, 1e-4),
        Level("same city", "city_l = city_r", 0.07, 1e-3, "city"),
        Level("similar city", _CITY, 0.03, 1e-3),
        Level("differs", REST, 0.07, 0.1),
    ),
)

GENDER = Comparison(
    "gender",
    "gender",
    "gender_l is null or gender_r is null",
    (Level("same", "gender_l = gender_r", 0.98, 0.3), Level("differs", REST, 0.02, 0.1)),
)

COMPARISONS = (FIRST_NAME, LAST_NAME, BIRTH_DATE, EMAIL, PHONE, ADDRESS, GENDER)


@dataclass(frozen=True)
class TrainingRule:
    """Pairs that are mostly of one person, found without the comparisons they teach.

    Spouses share an e-mail address, twins a birth date, a father and a son of one name share name, phone and address: what is `doubtful` of a rule is taken
    from it only where no other teaches it. It would learn that given names or birth dates are often wrong.
    """

    name: str
    key: str
    without: tuple[str, ...]
    doubtful: tuple[str, ...] = ()


TRAINING_RULES = (
    TrainingRule("same e-mail and given name", "email || '|' || root", ("email", "first_name")),
    TrainingRule("same e-mail", "email", ("email",), doubtful=("birth_date",)),
    TrainingRule("same birth date and given name", "birth || '|' || root", ("birth_date", "first_name")),
    TrainingRule(
        "same birth date and family name",
        "birth || '|' || last",
        ("birth_date", "last_name"),
        doubtful=("first_name",),
    ),
    TrainingRule(
        "same birth date and post code",
        "birth || '|' || postal",
        ("birth_date", "address"),
        doubtful=("first_name",),
    ),
    TrainingRule(
        "same phone and given name",
        "phone || '|' || root",
        ("phone", "first_name"),
        doubtful=("birth_date",),
    ),
    TrainingRule(
        "same name and post code",
        "root || '|' || last || '|' || coalesce(postal, way)",
        ("first_name", "last_name", "address"),
        doubtful=("birth_date",),
    ),
    TrainingRule(
        "same name and city",
        "root || '|' || last || '|' || city",
        ("first_name", "last_name", "address"),
        doubtful=("birth_date",),
    ),
)


def shape_hash(
    comparisons: Iterable[Comparison] = COMPARISONS, others: Iterable[Any] = TRAINING_RULES
) -> str:
    """Changes when any comparison or training rule does: a model of another shape is not used."""
    shape = [asdict(each) for each in (*comparisons, *others)]
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:16]
