"""Probable links between people records (I3, I10): who is linked and who is not, what is refused, and that nothing depends on chance.

One warehouse is built from a landing; everything after it copies that warehouse and changes the prepared people in place.
"""

from __future__ import annotations

import csv
import gzip
import random
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from splink.internals.comparison_level import _validate_m_u_probability
from splink.internals.linker_components.training import LinkerTraining

from orchestration.lib import linking
from orchestration.lib.errors import TekilError
from orchestration.lib.linking.grouping import components, contested
from orchestration.lib.linking.rules import check_variants, linking_rules
from orchestration.lib.settings import PROJECT_ROOT, Settings
from tests.support.project import SHARED_DATA, environment, land, run
from tests.support.tables import rows

PEOPLE = "staging.int_staging__people_prepared"
LINKS = (
    "select left_record_id, right_record_id, match_probability, probability_low, probability_high, match_weight, pattern, is_contested,"
    " model_version, left_content_hash, right_content_hash from ops.probable_links order by 1, 2"
)
GIVEN = [
    *(
        "James",
        "Mary",
        "John",
        "Patricia",
        "Robert",
        "Jennifer",
        "Michael",
        "Linda",
        "William",
        "Elizabeth",
        "David",
        "Barbara",
    ),
    *(
        "Richard",
        "Susan",
        "Joseph",
        "Jessica",
        "Thomas",
        "Sarah",
        "Charles",
        "Karen",
        "Nancy",
        "Daniel",
        "Lisa",
        "Matthew",
    ),
    *(
        "Ahmet",
        "Ayşe",
        "Mehmet",
        "Fatma",
        "Mustafa",
        "Emine",
        "Hüseyin",
        "Hatice",
        "Şükrü",
        "Gülşen",
        "İsmail",
        "Zeynep",
    ),
    *(
        "Çağlar",
        "Özlem",
        "Kemal",
        "Elif",
        "Murat",
        "Meryem",
        "Betty",
        "Anthony",
        "Margaret",
        "Mark",
        "Sandra",
        "Christopher",
    ),
]
FAMILY_PARTS = (
    ("Kara", "Ak", "Demir", "Öz", "Yıl", "Hart", "Wood", "Stone", "Field", "Brook", "Gün", "Er"),
    (*("dağ", "taş", "soy", "oğlu", "man", "ley", "ton", "worth", "han", "kaya", "well", "son"),),
)
STREETS = (
    "Station Road",
    "Bağdat Caddesi",
    "Park Lane",
    "Mill Street",
    "Gül Sokak",
    "Church Road",
    "Atatürk Bulvarı",
    "High Street",
)
CITIES = (
    "İstanbul",
    "Ankara",
    "İzmir",
    "London",
    "Leeds",
    "Bursa",
    "York",
    "Bath",
    "Konya",
    "Dover",
    "Antalya",
    "Derby",
)


class Town:
    """People and the records that staff typed about them."""

    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.rows: list[dict] = []
        self.person_of: dict[str, str] = {}
        families = [a + b for a in FAMILY_PARTS[0] for b in FAMILY_PARTS[1]]
        self.families = families
        self.number = 0

    def person(self, **known) -> dict:
        dice = self.dice
        self.number += 1
        first, last = (
            known.get("first_name") or dice.choice(GIVEN),
            known.get("last_name") or dice.choice(self.families),
        )
        born = date(1945, 1, 1) + timedelta(days=dice.randrange(21_000))
        return {
            "first_name": first,
            "last_name": last,
            "birth_date": born.isoformat(),
            "email": f"{ascii_letters(first)[:4]}{ascii_letters(last)[:5]}{self.number}@example.org",
            "phone": f"+90532{1_000_000 + self.number * 7919 % 9_000_000}",
            "street": f"{dice.choice(STREETS)} {dice.randrange(1, 200)}",
            "city": dice.choice(CITIES),
            "postal_code": f"{dice.randrange(10_000, 81_000)}",
            "country": "Türkiye",
        } | known

    def record(self, name: str, person: dict, who: str, **other) -> str:
        row = {"contact_id": name, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
        self.rows.append(row | {key: value for key, value in (person | other).items() if value is not None})
        self.person_of[name] = who
        return name

    def crowd(self, people: int) -> None:
        """Ordinary customers: half of them typed in twice, with slips and gaps."""
        for number in range(people):
            person = self.person()
            self.record(f"crowd{number}a", person, f"crowd{number}")
            if number % 2:
                self.record(f"crowd{number}b", self.slips(person), f"crowd{number}")

    def slips(self, person: dict) -> dict:
        dice, typed = self.dice, dict(person)
        for key in ("first_name", "last_name", "street", "city"):
            if dice.random() < 0.12:
                text, at = typed[key], dice.randrange(1, len(typed[key]) - 1)
                typed[key] = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        for key in ("email", "phone", "birth_date", "street", "postal_code"):
            if dice.random() < 0.2:
                typed[key] = None
        if dice.random() < 0.1:
            typed["email"] = f"other{dice.randrange(10**6)}@example.net"
        return typed


def ascii_letters(text: str) -> str:
    return "".join(
        c for c in text.translate(str.maketrans("çğıöşüÇĞİÖŞÜ", "cgiosucgiosu")).lower() if c.isascii()
    )


def town() -> Town:
    """A crowd, and among it the people of whom each test below speaks."""
    here = Town(20261122)
    here.crowd(420)
    for n in range(8):
        father = here.person(first_name="Mehmet" if n % 2 else "Thomas", email=None)
        born = date.fromisoformat(father["birth_date"])
        son = father | {
            "birth_date": born.replace(
                year=born.year + 27, month=born.month % 12 + 1, day=28 - born.day % 9
            ).isoformat()
        }
        for name, person in (("father", father), ("son", son)):
            here.record(f"{name}{n}a", person, f"{name}{n}")
            here.record(f"{name}{n}b", person, f"{name}{n}", street=None)
        twin = here.person(email=None, first_name="Hasan")
        for name, first in (("twin", "Hasan"), ("other-twin", "Cem")):
            here.record(f"{name}{n}a", twin | {"first_name": first}, f"{name}{n}")
            here.record(f"{name}{n}b", twin | {"first_name": first}, f"{name}{n}", phone=None)
        wife = here.person(first_name="Elif")
        husband = wife | {"first_name": "Kemal", "birth_date": here.person()["birth_date"]}
        here.record(f"wife{n}", wife, f"wife{n}")
        here.record(f"husband{n}", husband, f"husband{n}")
        bare = {"email": None, "phone": None, "street": None, "postal_code": None}
        turned = here.person(birth_date=f"19{60 + n}-0{n % 3 + 3}-1{n % 3}", **bare)
        year, month, day = turned["birth_date"].split("-")
        here.record(f"date{n}", turned, f"date{n}")
        here.record(f"turned-date{n}", turned, f"date{n}", birth_date=f"{year}-{day}-{month}")
        swapped = here.person(**bare)
        here.record(f"name{n}", swapped, f"name{n}")
        here.record(
            f"swapped-name{n}",
            swapped,
            f"name{n}",
            first_name=swapped["last_name"],
            last_name=swapped["first_name"],
        )
        robert = here.person(first_name="Robert", **bare)
        here.record(f"robert{n}", robert, f"robert{n}")
        here.record(f"bob{n}", robert, f"robert{n}", first_name="Bob")
        ismail = here.person(first_name="İsmail", last_name=f"Işık{'dağ' * (n % 2)}", **bare)
        here.record(f"turkish{n}", ismail, f"turkish{n}", first_name="İSMAİL")
        here.record(
            f"plain{n}",
            ismail,
            f"turkish{n}",
            first_name="Ismail",
            last_name=ascii_letters(ismail["last_name"]).title(),
        )
    for n in range(20):
        here.record(f"office{n}", here.person(email="office@example.com"), f"office{n}")
    return here


def prepare(folder: Path, contacts: list[dict], **more: str) -> dict[str, str]:
    """Land contacts and build the prepared people, as a build would."""
    env = environment(folder, **more)
    prepare_in(env, contacts)
    return env


def prepare_in(env: dict[str, str], contacts: list[dict]) -> None:
    """The same in a warehouse that is named already."""
    land(env, "crm", "contacts", contacts)
    run(env, "orchestration.lib.load")
    run(
        env,
        "orchestration.lib.run_dbt",
        "build --select +int_staging__people_prepared --exclude-resource-type test unit_test --quiet",
    )


def settings_of(env: dict[str, str], **more: str) -> Settings:
    return Settings.from_environment(env | more, PROJECT_ROOT)


def link(settings: Settings, progress) -> linking.LinkingReport:
    """Link people records; tests/scenarios/test_visitors.py is about the others."""
    (report,) = linking.link(settings, progress, populations=["people"])
    return report


def quiet(line: str) -> None:
    """Progress nobody reads."""


def ask(env: dict[str, str], sql: str) -> list[tuple]:
    with duckdb.connect(env["TEKIL_DUCKDB_PATH"]) as connection:
        return connection.execute(sql).fetchall()


def copy_of(env: dict[str, str], folder: Path, *changes: str, model: bool = False) -> dict[str, str]:
    """Another warehouse with the same people, changed by SQL; with the model of the first where asked."""
    path = folder / "warehouse" / "test.duckdb"
    path.parent.mkdir(parents=True)
    shutil.copy(env["TEKIL_DUCKDB_PATH"], path)
    if model:
        shutil.copytree(Path(env["TEKIL_DUCKDB_PATH"]).parent / "linking", path.parent / "linking")
    copied = env | {"TEKIL_DUCKDB_PATH": str(path)}
    with duckdb.connect(str(path)) as connection:
        schema, name = PEOPLE.split(".")
        if connection.execute("select 1 from duckdb_views() where view_name = ?", [name]).fetchone():
            # what dbt prepares is a view over raw; a table can be changed by itself
            connection.execute(f"alter view {PEOPLE} rename to {name}_of_raw")
            connection.execute(f"create table {PEOPLE} as select * from {schema}.{name}_of_raw")
        for change in changes:
            connection.execute(change)
    return copied


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The town, prepared and not yet linked."""
    here = town()
    return here, prepare(tmp_path_factory.mktemp("town"), here.rows)


@pytest.fixture(scope="module")
def linked(prepared, tmp_path_factory):
    """The town, linked: who it is, its settings, and the links by pair."""
    here, env = prepared
    env = copy_of(env, tmp_path_factory.mktemp("linked"))
    report = link(settings_of(env), quiet)
    assert report.status == "linked"
    found = {
        (a, b): (p, bool(c))
        for a, b, p, *_, c in ask(
            env,
            "select left_record_id, right_record_id, match_probability, is_contested from ops.probable_links",
        )
    }
    return here, env, found


def probability(found: dict, left: str, right: str) -> float:
    return float(found.get((left, right), found.get((right, left), (0, False)))[0])


RULES = linking_rules(PROJECT_ROOT)
WIDE, STRICT = RULES.number("wide_probability"), RULES.number("strict_probability")


@pytest.mark.parametrize(
    "one, other", [("date", "turned-date"), ("name", "swapped-name"), ("robert", "bob"), ("turkish", "plain")]
)
def test_one_person_written_in_two_ways_is_linked(linked, one, other):
    _, _, found = linked
    missed = [n for n in range(8) if probability(found, f"{one}{n}", f"{other}{n}") < WIDE]
    assert missed == []


@pytest.mark.parametrize("one, other", [("father", "son"), ("twin", "other-twin")])
def test_two_people_of_one_home_are_not(linked, one, other):
    _, _, found = linked
    joined = [
        (n, a, b)
        for n in range(8)
        for a in "ab"
        for b in "ab"
        if probability(found, f"{one}{n}{a}", f"{other}{n}{b}") >= WIDE
    ]
    assert joined == []
    assert all(probability(found, f"{one}{n}a", f"{one}{n}b") >= WIDE for n in range(8)), (
        "each is one person still"
    )


def test_spouses_are_not_linked(linked):
    _, _, found = linked
    assert all(probability(found, f"wife{n}", f"husband{n}") < WIDE for n in range(8))


def test_one_address_on_twenty_people_links_nobody(linked):
    _, _, found = linked
    assert [pair for pair in found if pair[0].startswith("office") and pair[1].startswith("office")] == []


@pytest.mark.parametrize("line, precision, recall", [(STRICT, 0.99, 0.4), (WIDE, 0.985, 0.93)])
def test_the_town_is_told_apart(linked, line, precision, recall):
    here, _, found = linked
    joined = [pair for pair, (p, is_contested) in found.items() if p >= line and not is_contested]
    measured = pairwise(here.person_of, joined)
    assert measured[0] >= precision and measured[1] >= recall, measured


def test_every_link_has_its_margin_and_tells_no_value(linked):
    here, env, _ = linked
    told = ask(
        env, "select match_probability, probability_low, probability_high, pattern from ops.probable_links"
    )
    assert told and all(low <= p <= high for p, low, high, _ in told)
    values = {
        row[key].lower()
        for row in here.rows
        for key in ("last_name", "email", "phone", "street")
        if row.get(key)
    }
    assert [pattern for *_, pattern in told if values & set(pattern.lower().replace(":", " ").split())] == []
    assert ask(env, "select count(*) from ops.probable_links where left_record_id >= right_record_id") == [
        (0,)
    ]


def test_the_model_can_be_read(linked):
    _, env, _ = linked
    (path,) = (Path(env["TEKIL_DUCKDB_PATH"]).parent / "linking").glob("model-*.json")
    text = path.read_text(encoding="utf-8")
    assert path.stem.removeprefix("model-") == ask(env, "select model_version from ops.linking_runs")[0][0]
    assert "makes one person" in text and '"trained_on"' in text and "@" not in text


def test_neither_threads_nor_the_order_of_rows_matter(linked, prepared, tmp_path):
    _, env, _ = linked
    shuffled = copy_of(
        prepared[1],
        tmp_path,
        f"create or replace table {PEOPLE} as select * from {PEOPLE} order by md5(record_id || 'x')",
    )
    link(settings_of(shuffled, TEKIL_THREADS="1"), quiet)
    assert ask(shuffled, LINKS) == ask(env, LINKS)


def test_what_changed_is_enough(linked, tmp_path):
    """An incremental run gives what a full one gives with the same model: records changed, removed and new."""
    _, env, _ = linked
    changes = (
        f"update {PEOPLE} set first_name = 'zeynep', content_hash = 'changed' where record_id in ('crowd1a', 'bob3')",
        f"delete from {PEOPLE} where record_id in ('crowd3b', 'robert5')",
        f"update {PEOPLE} set email = 'office@example.com', email_user = 'office', content_hash = 'shared' where record_id like 'wife%'",
        f"insert into {PEOPLE} select * replace ('new-' || record_id as record_id) from {PEOPLE} where record_id like 'crowd1%a'",
    )
    some = copy_of(env, tmp_path / "some", *changes, model=True)
    report = link(settings_of(some), quiet)
    whole = copy_of(
        env,
        tmp_path / "whole",
        *changes,
        "delete from ops.linked_records",
        "delete from ops.probable_links",
        model=True,
    )
    full = link(settings_of(whole), quiet)
    assert report.model_version == full.model_version and report.pairs_compared < full.pairs_compared / 2
    assert ask(some, LINKS) == ask(whole, LINKS) != ask(env, LINKS)
    again = link(settings_of(some), quiet)
    assert (again.changed_records, again.pairs_compared) == (0, 0)
    assert ask(some, LINKS) == ask(whole, LINKS)


@pytest.mark.parametrize(
    "change, setting",
    [
        (
            f"delete from {PEOPLE} where record_id not in (select record_id from {PEOPLE} order by record_id limit 40)",
            "min_records",
        ),
        (
            f"update {PEOPLE} set email = null, phone = null, birth_date = null, street = null, city = null, postal_code = null",
            "min_distinct_values",
        ),
        (f"delete from {PEOPLE} where record_id not like 'crowd%a'", "min_likely_pairs"),
    ],
)
def test_too_little_is_refused_in_a_sentence(prepared, tmp_path, change, setting):
    env = copy_of(prepared[1], tmp_path, change)
    report = link(settings_of(env), quiet)
    assert report.status == "refused" and setting in report.reason
    assert ask(env, "select count(*) from ops.probable_links") == [(0,)]
    assert ask(env, "select status, reason from ops.linking_runs") == [("refused", report.reason)]


def test_a_way_of_finding_pairs_whose_rates_run_away_is_left_out(prepared, tmp_path, monkeypatch):
    """Seen on a sample of 300 customers: of 269 pairs with one e-mail nearly all agreed, and Splink refused a rate of nothing."""
    learn = LinkerTraining.estimate_parameters_using_expectation_maximisation
    sessions = []

    def first_one_runs_away(self, *arguments, **options):
        sessions.append(arguments)
        if len(sessions) == 1:
            _validate_m_u_probability(0.0, "m_probability", "")
        return learn(self, *arguments, **options)

    monkeypatch.setattr(
        LinkerTraining, "estimate_parameters_using_expectation_maximisation", first_one_runs_away
    )
    assert link(settings_of(copy_of(prepared[1], tmp_path)), quiet).status == "linked"
    assert len(sessions) > 1


def test_a_bad_setting_is_one_sentence(tmp_path):
    seeds = tmp_path / "seeds" / "rules"
    seeds.mkdir(parents=True)
    text = (PROJECT_ROOT / "seeds" / "rules" / "linking_settings.csv").read_text(encoding="utf-8")
    for wrong, said in (
        (text.replace("min_records,100", "min_records,many"), "write a number"),
        (text.replace("min_records", "least_records"), "does not know"),
        (text.replace("strict_probability,0.99", "strict_probability,0.6"), "must rise"),
    ):
        (seeds / "linking_settings.csv").write_text(wrong, encoding="utf-8")
        with pytest.raises(TekilError, match=said):
            linking_rules(tmp_path)
    (seeds / "given_name_variants.csv").write_text("name,variant_of\nbob,rob\nrob,robert\n", encoding="utf-8")
    with pytest.raises(TekilError, match="name that one instead"):
        check_variants(tmp_path)


def test_a_record_between_father_and_son_joins_the_nearer_one():
    father, son, between = 1, 2, 3
    assert contested([(father, between), (between, son)], [(father, son)]) == {(between, son)}
    assert contested([(father, between), (between, son)], []) == set()
    assert sorted(map(sorted, components([(1, 2), (2, 3), (5, 6)]))) == [[1, 2, 3], [5, 6]]


@pytest.mark.postgres
def test_postgres_gives_the_same_links(linked, tmp_path, postgres_database):
    here, env, _ = linked
    elsewhere = environment(tmp_path, "postgres", postgres_database)
    prepare_in(elsewhere, here.rows)
    assert link(settings_of(elsewhere), quiet).status == "linked"
    assert rows(elsewhere, LINKS) == ask(env, LINKS)


# ---------- data that no one here wrote


def febrl(number: int) -> list[tuple[dict, str]]:
    with gzip.open(SHARED_DATA / "febrl" / f"dataset{number}.csv.gz", "rt", encoding="utf-8") as file:
        rows = [{k.strip(): v.strip() for k, v in row.items()} for row in csv.DictReader(file)]
    return [
        (
            {
                "contact_id": f"febrl{number}/{row['rec_id']}",
                "first_name": row["given_name"],
                "last_name": row["surname"],
                "street": f"{row['street_number']} {row['address_1']}".strip(),
                "district": row["address_2"],
                "city": row["suburb"],
                "postal_code": row["postcode"],
                "birth_date": row["date_of_birth"],
            },
            row["rec_id"].split("-")[1],
        )
        for row in rows
    ]


def fake_1000() -> list[tuple[dict, str]]:
    with (SHARED_DATA / "splink_fake_1000" / "fake_1000.csv").open(encoding="utf-8", newline="") as file:
        return [
            (
                {
                    "contact_id": f"fake/{row['unique_id']}",
                    "first_name": row["first_name"],
                    "last_name": row["surname"],
                    "city": row["city"],
                    "email": row["email"],
                    "birth_date": row["dob"],
                },
                row["cluster"],
            )
            for row in csv.DictReader(file)
        ]


SETS = {"febrl1": (lambda: febrl(1), 0.97), "febrl2": (lambda: febrl(2), 0.97), "fake": (fake_1000, 0.86)}


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    """All sets landed and prepared at once; each is linked in a warehouse of its own."""
    if not (SHARED_DATA / "febrl").exists():
        pytest.skip("the third-party data is not beside the project")
    everything = {name: read() for name, (read, _) in SETS.items()}
    contacts = [
        {key: value for key, value in row.items() if value} | {"created_at": "2026-01-01T00:00:00Z"}
        for each in everything.values()
        for row, _ in each
    ]
    return everything, prepare(tmp_path_factory.mktemp("sets"), contacts)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", SETS)
def test_known_sets_are_linked(landed, name, tmp_path):
    everything, env = landed
    env = copy_of(env, tmp_path, f"delete from {PEOPLE} where record_id not like '{name}/%'")
    link(settings_of(env), quiet)
    joined = ask(
        env,
        f"select left_record_id, right_record_id from ops.probable_links where match_probability >= {WIDE} and not is_contested",
    )
    precision, recall, f1 = pairwise({row["contact_id"]: person for row, person in everything[name]}, joined)
    print(f"{name}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")
    assert f1 >= SETS[name][1], (precision, recall, f1)


def pairwise(person_of: dict[str, str], joined: list[tuple[str, str]]) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1 of the groups that the links make."""
    group_of = {record: record for record in person_of}
    numbers = {record: number for number, record in enumerate(sorted(person_of))}
    names = {number: record for record, number in numbers.items()}
    for group in components((numbers[a], numbers[b]) for a, b in joined):
        group_of |= dict.fromkeys((names[number] for number in group), names[group[0]])
    people, groups = Counter(person_of.values()), Counter(group_of.values())
    cells = Counter((group_of[record], person) for record, person in person_of.items())
    real, found, both = (sum(n * (n - 1) for n in counts.values()) for counts in (people, groups, cells))
    return both / max(found, 1), both / max(real, 1), 2 * both / max(real + found, 1)
