"""The normalising macros and the cross_db leaves give one value on every engine and under every collation.

dbt compiles the macros once per engine, in a project that holds nothing else. The compiled queries are run
over `golden_strings.csv` on DuckDB, on PostgreSQL with the collation `C`, on PostgreSQL with a Turkish
collation and, where one is installed, on a PostgreSQL whose collation is ICU `tr-TR`. Two judges that are not
ours, the `phonenumbers` package and a small reading of the e-mail rules, check what no golden file can list.

In the golden file `\\N` is null, `\\uXXXX` is that character and `\\*(text,n)` is the text n times.
"""

import contextlib
import csv
import hashlib
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import phonenumbers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extras import execute_values

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.support.postgres import (  # noqa: E402
    LocaleUnavailable,
    connect,
    create_database,
    start_icu_postgres,
    start_postgres,
)

STRINGS = [
    "strip_blanks",
    "fold_letters",
    "small_letters",
    "normalise_email",
    "canonical_email",
    "normalise_phone",
    "normalise_card",
    "normalise_name",
    "given_name_key",
    "normalise_birth_date",
    "normalise_country",
    "normalise_gender",
    "normalise_device",
    "normalise_network",
    "normalise_network_range",
    "normalise_place",
]
# what a macro is called with, where it is not the input alone
CALLS = {
    "normalise_phone": "normalise_phone('input', 'country')",
    "normalise_network": "normalise_network('input', 'line')",
    "normalise_network_range": "normalise_network('input', 'range')",
}
LEAVES = {
    "divided": """select id, {{ divide('a', 'b', 0) }}, {{ divide('a', 'b', 2) }}, {{ divide('a', 'b', 6) }}
        from numbers""",
    "rounded": "select id, {{ round_decimal(exact_product('a', 'b'), 12, 4) }} from numbers",
    "timed": """select id,
        {{ seconds_between('s', 't') }}, {{ days_between('s', 't') }}, {{ add_days('s', 'n') }},
        {{ add_minutes('s', 'n') }}, {{ as_local('s', 'z') }}, {{ local_date('s', 'z') }},
        {{ as_local('s', "'Not/AZone'") }}, {{ as_local('s', "'Asia/Kathmandu'") }} from moments""",
    "hashed": """select id,
        {{ sha256_hex('input') }}, {{ keyed_hash("'email'", 'input', "'salt'") }},
        {{ matches_regex('input', "^[a-z']+$") }} from strings""",
    "gathered": """select 0, {{ string_agg_ordered('input', "','") }}, {{ median_exact('id') }},
        min({{ binary_order('input') }}) from strings where length(input) < 40""",
}
PROJECT = """
name: tekil
version: 0.1.0
config-version: 2
profile: tekil
model-paths: [models]
macro-paths: ['{root}/macros/cross_db', '{root}/macros/normalise', '{root}/macros/project']
vars: {{phone_region: TR}}
flags: {{send_anonymous_usage_stats: false, use_colors: false}}
"""


def decode(cell: str) -> str | None:
    """Read one cell of the golden file."""
    if cell == "\\N":
        return None
    text = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), cell)
    return re.sub(r"\\\*\((.*),([0-9]+)\)", lambda match: match[1] * int(match[2]), text)


def read_golden() -> list[tuple[str, str | None, str | None, str | None]]:
    """Return (kind, input, country, expected) for every row of the golden file."""
    with open(Path(__file__).with_name("golden_strings.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        (row["kind"], decode(row["input"]), decode(row["country"]), decode(row["expected"])) for row in rows
    ]


class Engine:
    """One database with the compiled macros; `run` evaluates a query over rows given by Python."""

    def __init__(self, name: str, queries: dict[str, str], env: dict[str, str] | None):
        self.name = name
        self.queries = queries
        self.connection = connect(env) if env else duckdb.connect()
        self.cursor = self.connection.cursor()
        self.is_duckdb = env is None
        self.cursor.execute("create table strings (id integer, input text, country text)")
        self.cursor.execute("create table numbers (id integer, a decimal(18, 6), b decimal(18, 6))")
        self.cursor.execute("create table moments (id integer, s timestamp, t timestamp, n integer, z text)")

    def run(self, query: str, table: str, rows: list[tuple]) -> list[tuple]:
        """Replace the rows of `table`, run the compiled query, return its rows in id order."""
        self.cursor.execute(f"delete from {table}")
        numbered = [(number, *row) for number, row in enumerate(rows)]
        if self.is_duckdb:
            marks = ", ".join("?" for _ in numbered[0])
            for start in range(0, len(numbered), 500):
                part = numbered[start : start + 500]
                values = ", ".join(f"({marks})" for _ in part)
                self.cursor.execute(f"insert into {table} values {values}", [v for row in part for v in row])
        else:
            execute_values(self.cursor, f"insert into {table} values %s", numbered)
        self.cursor.execute(self.queries[query])
        return [row[1:] for row in sorted(self.cursor.fetchall(), key=lambda row: row[0])]

    def strings(self, kind: str, inputs: list[str | None], countries: list[str | None] | None = None) -> list:
        """Evaluate one string macro; dates come back as ISO text."""
        rows = list(zip(inputs, countries or [None] * len(inputs), strict=True))
        return [None if value is None else str(value) for (value,) in self.run(kind, "strings", rows)]


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The compiled query of every macro, by engine."""
    folder = tmp_path_factory.mktemp("normalise")
    (folder / "models").mkdir()
    (folder / "dbt_project.yml").write_text(PROJECT.format(root=ROOT))
    (folder / "profiles.yml").write_text((ROOT / "profiles.yml").read_text())
    for kind in STRINGS:
        call = CALLS.get(kind, f"{kind}('input')")
        (folder / "models" / f"{kind}.sql").write_text(f"select id, {{{{ {call} }}}} from strings")
    (folder / "models" / "phone_at_home.sql").write_text(
        "select id, {{ normalise_phone('input') }} from strings"
    )
    for name, sql in LEAVES.items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    env = {name: value for name, value in os.environ.items() if not name.startswith("TEKIL_")}
    env |= start_postgres() | {"TEKIL_DUCKDB_PATH": ":memory:"}
    compiled = {}
    dbt = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    for target in ("duckdb", "postgres"):
        subprocess.run(
            [*dbt, "compile", "--target", target, "--target-path", f"out_{target}", "--profiles-dir", "."],
            cwd=folder,
            env=env,
            check=True,
        )
        models = folder / f"out_{target}" / "compiled" / "tekil" / "models"
        compiled[target] = {path.stem: path.read_text(encoding="utf-8") for path in models.glob("*.sql")}
    return compiled


@pytest.fixture(scope="module")
def engines(queries: dict[str, dict[str, str]]) -> Iterator[list[Engine]]:
    """Every engine and collation we can have here; the first is DuckDB."""
    env = start_postgres()
    found = [
        Engine("duckdb", queries["duckdb"], None),
        Engine("postgres C", queries["postgres"], create_database(env, "normalise_c")),
    ]
    with contextlib.suppress(LocaleUnavailable):
        turkish = create_database(env, "normalise_tr", "tr-TR")
        found.append(Engine("postgres tr", queries["postgres"], turkish))
    icu = start_icu_postgres()
    if icu:
        turkish = create_database(icu, "normalise_icu", "tr-TR")
        found.append(Engine("postgres ICU tr-TR", queries["postgres"], turkish))
    yield found
    for engine in found:
        engine.connection.close()


def agreed(engines: list[Engine], kind: str, inputs: list, countries: list | None = None) -> list:
    """The values of one macro, after checking that every engine gives the same ones."""
    first = engines[0].strings(kind, inputs, countries)
    for engine in engines[1:]:
        values = engine.strings(kind, inputs, countries)
        differing = [case for case in zip(inputs, first, values, strict=True) if case[1] != case[2]]
        assert not differing, f"{kind}: duckdb and {engine.name} differ: {differing[:5]!r}"
    return first


@pytest.mark.postgres
@pytest.mark.parametrize("kind", STRINGS)
def test_golden_strings_come_out_as_written_on_every_engine(engines: list[Engine], kind: str) -> None:
    rows = [row[1:] for row in read_golden() if row[0] == kind]
    assert len(rows) >= 8
    values = agreed(engines, kind, [row[0] for row in rows], [row[1] for row in rows])
    wrong = [(row, value) for row, value in zip(rows, values, strict=True) if value != row[2]]
    assert not wrong, "\n".join(
        f"{row[0]!r} ({row[1]}): expected {row[2]!r}, got {value!r}" for row, value in wrong
    )


def test_golden_file_is_large_and_names_only_macros_we_have() -> None:
    rows = read_golden()
    assert len(rows) >= 200
    assert {row[0] for row in rows} == set(STRINGS)


REGIONS = [
    "TR",
    "DE",
    "GB",
    "US",
    "CA",
    "FR",
    "NL",
    "AT",
    "CH",
    "BE",
    "IT",
    "ES",
    "SE",
    "NO",
    "DK",
    "PL",
    "GR",
    "BG",
    "RO",
    "AZ",
    "RU",
    "UA",
    "SA",
    "AE",
    "QA",
    "KW",
    "IQ",
    "IL",
    "EG",
    "IN",
    "AU",
]
KINDS = [
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
]


def valid_numbers(region: str, seed: int, wanted: int = 12) -> list[phonenumbers.PhoneNumber]:
    """Mobile and fixed numbers of a region that `phonenumbers` calls valid: its examples, digits changed."""
    chance = random.Random(f"{region}{seed}")
    found = []
    for kind in KINDS:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        national = phonenumbers.national_significant_number(example)
        for _ in range(400):
            if len(found) >= wanted * (1 + KINDS.index(kind)):
                break
            kept = chance.choice([2, 3, len(national) - 4])
            changed = national[:kept] + "".join(chance.choice("0123456789") for _ in national[kept:])
            number = phonenumbers.parse(f"+{example.country_code}{changed}", None)
            if phonenumbers.is_valid_number_for_region(number, region):
                found.append(number)
    return found


@pytest.mark.postgres
def test_valid_numbers_agree_with_phonenumbers_in_every_spelling(engines: list[Engine]) -> None:
    inputs, countries, expected = [], [], []
    for region in REGIONS:
        for number in valid_numbers(region, seed=1):
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            wide = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            home = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
            uri = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966)
            for text in (
                e164,
                wide,
                home,
                uri,
                f"00{e164[1:]}",
                wide.replace(" ", "\u00a0"),
                f" {home} ext. 12",
            ):
                inputs.append(text)
                countries.append(region)
                expected.append(e164)
    assert len(inputs) > 3000
    values = agreed(engines, "normalise_phone", inputs, countries)
    wrong = [case for case in zip(inputs, countries, expected, values, strict=True) if case[2] != case[3]]
    assert not wrong, f"{len(wrong)} of {len(inputs)}: {wrong[:10]}"


@pytest.mark.postgres
def test_turkish_numbers_of_wrong_length_are_refused_as_phonenumbers_does(engines: list[Engine]) -> None:
    chance = random.Random(7)
    digits = ["".join(chance.choice("0123456789") for _ in range(chance.randint(3, 14))) for _ in range(1500)]
    values = agreed(engines, "phone_at_home", digits)
    for text, value in zip(digits, values, strict=True):
        if value is not None and value.startswith("+90"):
            assert phonenumbers.is_possible_number(phonenumbers.parse(value, None)), (text, value)
        judged = None
        with contextlib.suppress(phonenumbers.NumberParseException):
            judged = phonenumbers.parse(text, "TR")
        is_plain = judged and judged.country_code == 90 and phonenumbers.number_type(judged) in KINDS
        if is_plain and phonenumbers.is_valid_number(judged):
            assert value == phonenumbers.format_number(judged, phonenumbers.PhoneNumberFormat.E164), text


def judged_email(text: str) -> str | None:
    """A plain reading of the e-mail rules for ASCII text, written without the macro in view."""
    text = text.strip().strip("'\"").rstrip(".,;'\" ").lstrip("'\" ").lower()
    if text.count("@") != 1:
        return None
    local, domain = (re.sub(r" *\. *", ".", part.strip()) for part in text.split("@"))
    atom = set("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~-")
    labels = domain.split(".")
    is_local = 0 < len(local) <= 64 and all(part and set(part) <= atom for part in local.split("."))
    is_domain = len(labels) > 1 and all(
        re.fullmatch("[a-z0-9]([a-z0-9-]*[a-z0-9])?", part) for part in labels
    )
    return f"{local}@{domain}" if is_local and is_domain and re.fullmatch("[a-z]{2,}", labels[-1]) else None


@pytest.mark.postgres
def test_emails_agree_with_a_plain_reading_of_the_rules(engines: list[Engine]) -> None:
    chance = random.Random(11)
    words = [
        "a",
        "B",
        "z9",
        "ali",
        "Veli",
        "x1",
        "can",
        "o",
        ".",
        "-",
        "_",
        "+",
        "%",
        "'",
        '"',
        " ",
        ",",
        ";",
        "..",
    ]
    hosts = ["a", "B2", "example", "x-y", "mail", "z", ".", "-", "_", " "]
    ends = [".com", ".net", ".com.tr", ".Com", ".co.uk", ".c", ".1", "com", ".com.", ".com;", " .com "]

    def some(pieces: list[str]) -> str:
        return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 3)))

    inputs = [
        some(words) + chance.choice(["@"] * 8 + ["@@", ""]) + some(hosts) + chance.choice(ends)
        for _ in range(8000)
    ]
    values = agreed(engines, "normalise_email", inputs)
    expected = [judged_email(text) for text in inputs]
    wrong = [case for case in zip(inputs, expected, values, strict=True) if case[1] != case[2]]
    assert not wrong, f"{len(wrong)}: {wrong[:10]}"
    assert sum(value is not None for value in values) > 500


ALPHABET = st.one_of(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    st.sampled_from(
        "İIıiŞşĞğÜüÖöÇç\u00a0\u200b\u200d\ufeff\u0307\u0327\u0301'\"\\%;,.@+-()/# \t\n0123456789aZ"
    ),
)
TEXTS = st.text(ALPHABET, max_size=30)


@pytest.mark.postgres
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(TEXTS, min_size=60, max_size=120))
def test_random_text_is_one_value_on_every_engine_and_normalising_twice_changes_nothing(
    engines: list[Engine], texts: list[str]
) -> None:
    for kind in STRINGS:
        once = agreed(engines, kind, texts)
        if kind == "normalise_gender":
            assert set(once) <= {None, "female", "male", "other"}
        twice = agreed(engines[:2], kind, once)
        assert twice == once, [case for case in zip(texts, once, twice, strict=True) if case[1] != case[2]]


@pytest.mark.postgres
def test_division_is_exact_and_rounds_half_away_from_zero(engines: list[Engine]) -> None:
    chance = random.Random(3)
    pairs = [
        (Decimal(a), Decimal(b))
        for a in ("1", "-1", "0.5", "2", "999999999999.999999")
        for b in ("3", "-8", "2", "1000000")
    ]
    pairs += [
        (Decimal(chance.randint(-(10**12), 10**12)).scaleb(-6), Decimal(chance.randint(1, 10**8)).scaleb(-6))
        for _ in range(2000)
    ]
    rows = [
        *pairs,
        (Decimal(1), Decimal(0)),
        (None, Decimal(1)),
        (Decimal(1), None),
        (Decimal(0), Decimal(5)),
    ]
    for engine in engines:
        for (a, b), values in zip(rows, engine.run("divided", "numbers", rows), strict=True):
            for scale, value in zip((0, 2, 6), values, strict=True):
                if a is None or not b:
                    assert value is None
                    continue
                exact = Fraction(a) / Fraction(b) * 10**scale
                rounded = int(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
                assert Decimal(value) == Decimal(rounded).scaleb(-scale), (engine.name, a, b, scale)
                assert -Decimal(value).as_tuple().exponent == scale
    assert Decimal("0.5").quantize(Decimal(1), ROUND_HALF_UP) == 1


@pytest.mark.postgres
def test_products_are_rounded_half_away_from_zero_at_every_size(engines: list[Engine]) -> None:
    chance = random.Random(4)
    edges = ["0", "0.00005", "-0.00005", "0.000049", "1.00015", "-2.00025", "999999.99995", "-999999.99995", "1000000.00005", "12345678.00005"]  # fmt: skip
    rows = [(Decimal(edge), Decimal(sign)) for edge in edges for sign in (1, -1)]
    rows += [
        (Decimal(chance.randint(-(10 ** (12 - size)), 10 ** (12 - size))).scaleb(-6), Decimal(chance.randint(1, 10 ** (6 + size))).scaleb(-6))
        for size in range(6)
        for _ in range(200)
    ] + [(None, Decimal(1)), (Decimal(10**11), Decimal(-(10**11))), (Decimal(999999999999), Decimal(1)), (Decimal(1), Decimal("999999999999.000001"))]  # fmt: skip
    for engine in engines:
        for (a, b), (value,) in zip(rows, engine.run("rounded", "numbers", rows), strict=True):
            fits = a is not None and abs(a * b) <= 999999999999
            expected = (a * b).quantize(Decimal("0.0001"), ROUND_HALF_UP) if fits else None
            assert value == expected, (engine.name, a, b)


@pytest.mark.postgres
def test_time_leaves_agree_with_python_and_unknown_zones_are_null(engines: list[Engine]) -> None:
    chance = random.Random(5)
    zones = [
        "Europe/Istanbul",
        "America/New_York",
        "Asia/Kathmandu",
        "UTC",
        "Nowhere/City",
        "PST",
        "",
        None,
        "'; drop",
        "Asia/",
    ]
    rows = []
    for number in range(300):
        first = datetime.fromtimestamp(chance.randint(0, 1_900_000_000))
        second = datetime.fromtimestamp(chance.randint(0, 1_900_000_000)).replace(
            microsecond=chance.randint(0, 999_999)
        )
        rows.append((first, second, chance.randint(-500, 500), zones[number % len(zones)]))
    day = datetime(2026, 3, 1)
    rows += [
        (day, day, 0, None),
        (day, datetime(2026, 2, 28, 23, 59, 59), 1, None),
        (day, datetime(2026, 3, 2), 1, "UTC"),
    ]
    results = [engine.run("timed", "moments", rows) for engine in engines]
    for result in results[1:]:
        assert result == results[0]
    for (s, t, number, zone), row in zip(rows, results[0], strict=True):
        assert row[0] == (t - s).total_seconds() // 1
        assert row[1] == (t - s).days
        assert (row[2] - s).days == number
        assert (row[3] - s).total_seconds() == number * 60
        local = None
        if zone and zone in zones[:4]:
            local = s.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert row[4] == local
        assert row[5] == (local and local.date())
        assert row[6] is None
        assert row[7] is not None


@pytest.mark.postgres
def test_hashes_order_and_aggregates_are_one_value(engines: list[Engine]) -> None:
    texts = [row[1] for row in read_golden()]
    results = [engine.run("hashed", "strings", [(text, None) for text in texts]) for engine in engines]
    for result in results[1:]:
        assert result == results[0]
    for text, row in zip(texts, results[0], strict=True):
        if text is None:
            assert row[:2] == (None, None)
            continue
        inner = hashlib.sha256(f"salt:email:{text}".encode()).hexdigest()
        assert row[0] == hashlib.sha256(text.encode()).hexdigest()
        assert row[1] == hashlib.sha256(f"salt:{inner}".encode()).hexdigest()[:32]
    rows = [(text, None) for text in ["b", "a", "Z", "ç", "İ", "ı", "d", "'", "é", None]]
    gathered = [engine.run("gathered", "strings", rows) for engine in engines]
    for result in gathered:
        assert result == [("','".join(sorted(text for text, _ in rows if text is not None)), 4, "'")]
