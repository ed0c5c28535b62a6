"""Probable links between anonymous visitors (I3, I10): whose cookies are taken for one person's, whose are not, and what is refused.

One street of homes, offices and a carrier lands once; everything after it copies that warehouse and changes the prepared visitors in place.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.linking import link
from orchestration.lib.linking.grouping import contested
from orchestration.lib.linking.model import TooLittle
from orchestration.lib.linking.rules import linking_rules
from orchestration.lib.linking.run import due
from orchestration.lib.linking.visitors import Visitors
from orchestration.lib.settings import PROJECT_ROOT, Settings
from sample import generate
from sample.owners import owners
from tests.scenarios.judge import Evidence
from tests.scenarios.memory import SALT, Memory
from tests.support.project import environment, land, run
from tests.support.tables import rows

BUILD = "build --select +int_staging__visitors_prepared --exclude-resource-type test unit_test"
VISITORS = "staging.int_staging__visitors_prepared"
LINKS = (
    "select left_record_id, right_record_id, match_probability, probability_low, probability_high, match_weight, pattern, is_contested,"
    " model_version from ops.probable_links where left_source = 'tracker' order by 1, 2"
)
RULES = linking_rules(PROJECT_ROOT)
WIDE, STRICT = RULES.number("wide_probability"), RULES.number("strict_probability")
MODELS = (
    "SM-A556B",
    "SM-A155F",
    "SM-S911B",
    "CPH2591",
    "V2206",
    "RMX3998",
    "LE2123",
    "KL4",
    "NTH-NX9",
    "XQ-DQ54",
)
PHONE = "Mozilla/5.0 (Linux; Android 15; {}) AppleWebKit/537.36 Chrome/137.0 Mobile Safari/537.36"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/137.0 Safari/537.36"
MONDAY = datetime(2026, 3, 2)


class Street:
    """Calls of a tracker, as the browsers of a street leave them."""

    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.rows: list[dict] = []

    def visits(
        self, cookie: str, address: str, agent: str, days: list[int], hour: int = 20, user: str = ""
    ) -> str:
        """One call on each day (0 is a Monday) at that hour in İstanbul."""
        for number, day in enumerate(days):
            at = MONDAY + timedelta(days=day, hours=hour - 3, minutes=self.dice.randrange(60))
            row = {
                "messageId": f"{cookie}-{user}-{number}",
                "anonymousId": cookie,
                "type": "page",
                "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "channel": "web",
                "context": {
                    "ip": address,
                    "userAgent": agent,
                    "locale": "tr-TR",
                    "timezone": "Europe/Istanbul",
                    "device": {"type": "mobile" if "Mobile" in agent else "desktop"},
                },
            }
            self.rows.append(row | ({"userId": user} if user else {}))
        return cookie


def street() -> Street:
    """A crowd that teaches, and among it the visitors of whom each test below speaks."""
    here = Street(20261122)
    dice = here.dice

    def phone() -> str:
        return PHONE.format(dice.choice(MODELS))

    for n in range(120):  # one phone, its cookie lost once, logged in before and after
        line, agent = f"78.160.{n}.7", phone()
        here.visits(f"home{n}a", line, agent, [1, 5, 9], user=f"home{n}")
        here.visits(f"home{n}b", line, agent, [15, 20, 27], user=f"home{n}")
    for n in range(30):  # two colleagues, each with an account, who look once or twice at noon
        here.visits(f"work{n}a", f"212.150.{n}.9", DESKTOP, [1, 2 + n % 2], hour=12, user=f"work{n}a")
        here.visits(f"work{n}b", f"212.150.{n}.9", DESKTOP, [8, 9 + n % 2], hour=12, user=f"work{n}b")
    for n in range(6):  # two of one home with one model, who both log in
        agent = phone()
        here.visits(f"pair{n}a", f"78.161.{n}.7", agent, [1, 3], user=f"pair{n}a")
        here.visits(f"pair{n}b", f"78.161.{n}.7", agent, [8, 10], user=f"pair{n}b")
    for n in range(100):  # people who came once
        here.visits(f"once{n}", f"78.162.{n}.7", phone(), [dice.randrange(60)])
    for n in range(6):
        agent = phone()
        here.visits(f"old{n}", f"78.163.{n}.7", agent, [2, 6, 10])
        here.visits(f"new{n}", f"78.163.{n}.7", agent, [14, 19])
        here.visits(f"known{n}", f"2a02:4e0:{n + 1:x}:1::5", agent, [2, 6, 10], user=f"known{n}")
        here.visits(f"again{n}", f"2a02:4e0:{n + 1:x}:1:aaaa::9", agent, [14, 19])
        here.visits(f"wife{n}", f"78.164.{n}.7", agent, [2, 9, 16])
        here.visits(f"husband{n}", f"78.164.{n}.7", agent, [5, 12, 19])
        # a cookie on which two people log in is a shared device
        here.visits(f"lent{n}", f"78.165.{n}.7", agent, [2], user=f"lender{n}")
        here.visits(f"lent{n}", f"78.165.{n}.7", agent, [6], user=f"borrower{n}")
        here.visits(f"beside{n}", f"78.165.{n}.7", agent, [14, 19])
        # a visitor between two known customers: like both
        here.visits(f"left{n}", f"78.166.{n}.7", agent, [1, 4], user=f"left{n}")
        here.visits(f"between{n}", f"78.166.{n}.7", agent, [8, 10])
        here.visits(f"right{n}", f"78.166.{n}.7", agent, [14, 18], user=f"right{n}")
        # much used, never logged in on, beside somebody who logs in
        here.visits(f"member{n}", f"78.167.{n}.7", agent, [1, 4], user=f"member{n}")
        here.visits(f"guest{n}", f"78.167.{n}.7", agent, [8, 9, 10, 11, 12])
        # nothing in common but the range of the provider, or the line but another model
        here.visits(f"near{n}a", f"78.168.{n}.7", agent, [1, 4])
        here.visits(f"near{n}b", f"78.168.{n}.99", agent, [8, 12])
        here.visits(f"other{n}a", f"78.169.{n}.7", PHONE.format(MODELS[0]), [1, 4])
        here.visits(f"other{n}b", f"78.169.{n}.7", PHONE.format(MODELS[1]), [8, 12])
        # an address that no one has outside
        here.visits(f"inside{n}a", f"192.168.{n}.7", agent, [1, 4])
        here.visits(f"inside{n}b", f"192.168.{n}.7", agent, [8, 12])
    for n in range(24):  # a carrier sends everybody through one address
        here.visits(f"carrier{n}", "5.24.0.10", PHONE.format(MODELS[n % 3]), [n * 2, n * 2 + 1])
    return here


def prepare(env: dict[str, str], calls: list[dict]) -> None:
    """Land the calls and build the prepared visitors, as a build would."""
    land(env, "tracker", "events", calls)
    run(env, "orchestration.lib.load")
    run(
        env,
        "orchestration.lib.run_dbt",
        f"{BUILD} --quiet",
    )


def settings_of(env: dict[str, str], **more: str) -> Settings:
    return Settings.from_environment(env | more, PROJECT_ROOT)


def link_visitors(env: dict[str, str], **more: str):
    (report,) = link(settings_of(env, **more), lambda line: None, populations=["visitors"])
    return report


def ask(env: dict[str, str], sql: str) -> list[tuple]:
    with duckdb.connect(env["TEKIL_DUCKDB_PATH"]) as connection:
        return connection.execute(sql).fetchall()


def copy_of(env: dict[str, str], folder: Path, *changes: str, model: bool = False) -> dict[str, str]:
    """Another warehouse with the same visitors, changed by SQL; with the model of the first where asked."""
    path = folder / "warehouse" / "test.duckdb"
    path.parent.mkdir(parents=True)
    shutil.copy(env["TEKIL_DUCKDB_PATH"], path)
    if model:
        shutil.copytree(Path(env["TEKIL_DUCKDB_PATH"]).parent / "linking", path.parent / "linking")
    copied = env | {"TEKIL_DUCKDB_PATH": str(path)}
    with duckdb.connect(str(path)) as connection:
        for change in changes:
            connection.execute(change)
    return copied


def key(cookie: str, salt: str = SALT) -> str:
    """The key of a cookie, by its definition (identity.md)."""
    inner = hashlib.sha256(f"{salt}:anonymous_id:{cookie}".encode()).hexdigest()
    return hashlib.sha256(f"{salt}:{inner}".encode()).hexdigest()[:32]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The street, prepared and not yet linked; the view is a table here, so that tests may change it."""
    here = street()
    env = environment(tmp_path_factory.mktemp("street"))
    prepare(env, here.rows)
    with duckdb.connect(env["TEKIL_DUCKDB_PATH"]) as connection:
        connection.execute(f"create table visitors as from {VISITORS}")
        connection.execute(f"drop view {VISITORS}")
        connection.execute(f"create table {VISITORS} as from visitors")
        connection.execute("drop table visitors")
    return here, env


@pytest.fixture(scope="module")
def linked(prepared, tmp_path_factory):
    """The street, linked: its settings, and the links by the names of cookies."""
    here, env = prepared
    env = copy_of(env, tmp_path_factory.mktemp("linked"))
    report = link_visitors(env)
    assert report.status == "linked", report.reason
    names = {key(row["anonymousId"], "salt of the tests"): row["anonymousId"] for row in here.rows}
    found = {
        tuple(sorted((names[a], names[b]))): (float(p), bool(c))
        for a, b, p, *_, c in ask(
            env,
            "select left_record_id, right_record_id, match_probability, is_contested from ops.probable_links",
        )
    }
    return env, found


def probability(found: dict, left: str, right: str) -> float:
    return found.get(tuple(sorted((left, right))), (0.0, False))[0]


@pytest.mark.parametrize("one, other", [("old", "new"), ("known", "again")])
def test_a_renewed_cookie_of_one_device_at_home_is_linked(linked, one, other):
    """Two visitors whom nobody knows; and a customer, over IPv6, whose device changes the last half of its address."""
    _, found = linked
    missed = [n for n in range(6) if not WIDE <= probability(found, f"{one}{n}", f"{other}{n}") < STRICT]
    assert missed == []


@pytest.mark.parametrize(
    "one, other",
    [
        ("wife{}", "husband{}"),
        ("lent{}", "beside{}"),
        ("left{}", "right{}"),
        ("member{}", "guest{}"),
        ("near{}a", "near{}b"),
        ("other{}a", "other{}b"),
        ("inside{}a", "inside{}b"),
        ("work{}a", "work{}b"),
        ("pair{}a", "pair{}b"),
    ],
)
def test_two_people_are_not(linked, one, other):
    """In turns at home, a lent device, two accounts, a guest, a provider's range, another model, a private address, an office."""
    _, found = linked
    joined = [n for n in range(6) if probability(found, one.format(n), other.format(n)) >= WIDE]
    assert joined == []


def test_a_shared_cookie_and_a_carriers_address_take_no_part(linked):
    _, found = linked
    assert [
        pair for pair in found if any(name.startswith(("carrier", "lent", "inside")) for name in pair)
    ] == []


def test_nobody_is_joined_with_two_known_customers(linked):
    """On a line where two accounts log in, a visitor is like both: it may be either, so it stays apart."""
    _, found = linked
    sides = [
        max(probability(found, f"between{n}", f"{side}{n}") for side in ("left", "right")) for n in range(6)
    ]
    assert all(side < WIDE for side in sides)
    known = {"a": (1, 2), "b": (2, 3)}
    assert contested([known["a"], known["b"]], [(1, 3)], absolute=True) == {(2, 3)}
    # more links than vetoes between the two groups: people records may be one then, visitors may not
    many = [(1, 2), (1, 4), (2, 3), (4, 3)]
    assert contested(many, [(1, 3)]) == set()
    assert contested(many, [(1, 3)], absolute=True) == {(2, 3), (4, 3)}


def test_every_link_has_its_margin_and_nothing_tells_a_value(linked):
    """Neither links, runs, hashes nor the model hold an address, a model of a phone, a cookie or an account."""
    env, _ = linked
    assert all(
        low <= p <= high
        for p, low, high in ask(
            env, "select match_probability, probability_low, probability_high from ops.probable_links"
        )
    )
    told = [
        str(ask(env, f"from ops.{table}"))
        for table in ("probable_links", "linked_records", "linking_runs", "linking_frequencies")
    ]
    (path,) = (Path(env["TEKIL_DUCKDB_PATH"]).parent / "linking").glob("model-*.json")
    told.append(path.read_text(encoding="utf-8"))
    for value in ("78.16", "212.150", "2a02:", "sm-a556b", "SM-A556B", "mozilla", "old1", "home1", "known1"):
        assert [text[:40] for text in told if value in text] == [], value
    assert "makes one person" in told[-1] and '"checked_on_accounts"' in told[-1]


def test_neither_threads_nor_the_order_of_rows_matter(linked, prepared, tmp_path):
    env, _ = linked
    shuffled = copy_of(
        prepared[1],
        tmp_path,
        f"create or replace table {VISITORS} as from {VISITORS} order by md5(record_id || 'x')",
    )
    link_visitors(shuffled, TEKIL_THREADS="1")
    assert ask(shuffled, LINKS) == ask(env, LINKS) != []


def test_what_changed_is_enough(linked, tmp_path):
    """An incremental run gives what a full one gives with the same model: visitors changed, removed, new, and lines that filled up."""
    env, _ = linked
    one = "(select record_id from {} where lines like '78.163.{}.7%' order by first_hour limit 1)"
    changes = (
        f"update {VISITORS} set last_hour = last_hour + 400 where record_id in {one.format(VISITORS, 1)}",
        f"delete from {VISITORS} where record_id in {one.format(VISITORS, 2)}",
        f"insert into {VISITORS} select lent.* replace (md5(record_id || n) as record_id) from {VISITORS} as lent, range(9) as more (n)"
        f" where record_id in {one.format(VISITORS, 3)}",
        f"insert into {VISITORS} select * replace (md5(record_id) as record_id, replace(lines, '78.162', '78.170') as lines) from {VISITORS}"
        " where lines like '78.162%' and account_count = 0",
    )
    some = copy_of(env, tmp_path / "some", *changes, model=True)
    report = link_visitors(some)
    whole = copy_of(
        env,
        tmp_path / "whole",
        *changes,
        "delete from ops.linked_records",
        "delete from ops.probable_links",
        model=True,
    )
    full = link_visitors(whole)
    assert report.model_version == full.model_version and report.pairs_compared < full.pairs_compared
    assert ask(some, LINKS) == ask(whole, LINKS) != ask(env, LINKS)
    again = link_visitors(some)
    assert (again.changed_records, again.pairs_compared) == (0, 0)
    assert ask(some, LINKS) == ask(whole, LINKS)


@pytest.mark.parametrize(
    "change, setting",
    [
        (
            f"delete from {VISITORS} where record_id not in (select record_id from {VISITORS} order by 1 limit 100)",
            "min_visitors",
        ),
        (f"update {VISITORS} set lines = null", "min_visitor_share"),
        (f"update {VISITORS} set device = null where record_id not like '0%'", "min_visitor_share"),
        (f"update {VISITORS} set account_key = null, account_count = 0", "min_visitor_pairs"),
    ],
)
def test_too_little_is_refused_in_a_sentence(prepared, tmp_path, change, setting):
    env = copy_of(prepared[1], tmp_path, change)
    report = link_visitors(env)
    assert (report.status, setting in report.reason) == ("refused", True), report
    assert ask(env, "select count(*) from ops.probable_links") == [(0,)]
    assert ask(env, "select population, status, reason from ops.linking_runs") == [
        ("visitors", "refused", report.reason)
    ]


def test_what_known_accounts_contradict_is_refused():
    """Nine in ten linked pairs of one account are enough at a line of .85, four in five are not; pairs below the line do not count."""
    with duckdb.connect() as connection:
        settings = settings_of({"TEKIL_PII_SALT": "salt"})
        visitors = Visitors(connection, RULES, settings, lambda line: None)
        connection.execute(
            "create table known_pairs as select 6.0 as match_weight, 2 as gamma_device, 2 as gamma_use, n < 9 as is_one_account from range(10) as pairs (n)"
        )
        assert visitors.check(0.5) == {"pairs_above_wide": 10, "of_one_account": 9}
        connection.execute("update known_pairs set is_one_account = false")
        connection.execute("insert into known_pairs select 6.0, 2, 2, true from range(40)")
        with pytest.raises(
            TooLittle, match=r"Of 50 pairs .* 40 are of one account, less than wide_probability"
        ):
            visitors.check(0.5)
        connection.execute("update known_pairs set match_weight = -6.0")
        assert visitors.check(0.5) == {"pairs_above_wide": 0, "of_one_account": 0}


def test_a_run_of_visitors_leaves_people_records_alone(linked, tmp_path):
    """Each population is due when its own files landed, and replaces its own links."""
    env, _ = linked
    copied = copy_of(
        env,
        tmp_path,
        "insert into ops.probable_links (left_source, left_table_name, left_record_id, right_source, right_table_name, right_record_id)"
        " values ('crm', 'contacts', '1', 'crm', 'contacts', '2')",
        model=True,
    )
    assert due(settings_of(copied)) == ["people"]
    link_visitors(copied)
    assert ask(copied, "select count(*) from ops.probable_links where left_source = 'crm'") == [(1,)]
    assert ask(copied, LINKS) == ask(env, LINKS)


@pytest.mark.postgres
def test_postgres_gives_the_same_links(linked, prepared, tmp_path, postgres_database):
    env, _ = linked
    elsewhere = environment(tmp_path, "postgres", postgres_database)
    prepare(elsewhere, prepared[0].rows)
    listed = f"select record_id, account_key, device, lines, week_hours, account_count, first_hour, last_hour from {VISITORS} order by 1"
    assert rows(elsewhere, listed) == ask(prepared[1], listed)
    assert link_visitors(elsewhere).status == "linked"
    assert rows(elsewhere, LINKS) == ask(env, LINKS)


@pytest.mark.fuzz
@pytest.mark.skipif(not os.environ.get("TEKIL_FUZZ"), reason="long: make fuzz")
def test_the_sample_with_its_traps_is_told_apart(tmp_path):
    """Offices with one make of computer, carriers, couples with one model, addresses dealt anew: what is linked is right (linking.md)."""
    generate(tmp_path / "whole", customers=5_000, days=365, jobs=2)
    env = environment(tmp_path)
    (tmp_path / "landing").mkdir()
    shutil.move(tmp_path / "whole" / "tracker", tmp_path / "landing" / "tracker")
    run(env, "orchestration.lib.load")
    run(env, "orchestration.lib.run_dbt", f"{BUILD} --quiet")
    assert link_visitors(env).status == "linked"
    person = {key(cookie, "salt of the tests"): who for cookie, who in owners(8_001).items()}
    joined = ask(
        env,
        f"select left_record_id, right_record_id from ops.probable_links where match_probability >= {WIDE} and not is_contested",
    )
    right = sum(a in person and person[a] == person.get(b) for a, b in joined)
    print(f"{len(joined)} links, {right} right")
    assert len(joined) >= 30 and right >= 0.95 * len(joined), (len(joined), right)


# ---------- what identity makes of it


def levels(links: list[tuple[str, str, float]]) -> dict[str, tuple[str, str, str]]:
    """The exact, strict and wide customer of each cookie, in a world of two known customers and some visitors."""
    at = datetime(2026, 3, 2)
    cookies = {name: ("anonymous_id", name) for name in ("a", "b", "v", "w", "lent")}
    told = [
        Evidence(f"tracker/events/{name}", (cookie,), seen_at=at + timedelta(hours=n))
        for n, (name, cookie) in enumerate(cookies.items())
    ]
    for n, (name, account) in enumerate([("a", "1"), ("b", "2"), ("lent", "1"), ("lent", "2")]):
        told.append(
            Evidence(
                f"tracker/events/{name}-{account}",
                (cookies[name], ("account_id", account)),
                seen_at=at + timedelta(days=1, hours=n),
            )
        )
    memory = Memory()
    for left, right, likely in links:
        memory.connection.execute(
            "insert into ops.probable_links (left_source, left_record_id, right_record_id, match_probability, is_contested)"
            " values ('tracker', ?, ?, ?, false)",
            [key(left), key(right), likely],
        )
    memory.build(told)
    customers = dict(
        memory.connection.execute("select identifier_key, customer_id from identity_map").fetchall()
    )
    found = {
        customer: others
        for customer, *others in memory.connection.execute(
            "select customer_id, strict_customer_id, wide_customer_id from identity_levels"
        ).fetchall()
    }
    return {name: (customers[key(name)], *found[customers[key(name)]]) for name in cookies}


def test_a_visitor_between_two_known_customers_joins_the_nearer_and_keeps_them_apart():
    before = levels([])
    after = levels([("a", "v", 0.95), ("v", "w", 0.93), ("w", "b", 0.9)])
    assert {name: told[:2] for name, told in after.items()} == {
        name: told[:2] for name, told in before.items()
    }
    a, b, v, w = (after[name][2] for name in "abvw")
    assert a == v == w != b


def test_two_known_customers_and_a_shared_cookie_are_never_joined_by_devices():
    after = levels([("a", "b", 0.97), ("lent", "a", 0.97), ("lent", "v", 0.97)])
    assert len({told[2] for told in after.values()}) == 5


def test_below_the_wide_line_nothing_is_joined():
    after = levels([("a", "v", WIDE - 0.01)])
    assert len({told[2] for told in after.values()}) == 5
