"""Would anybody notice? The SQL of the identity models is broken on purpose, one word at a time, and the lives are played again.

A mutant is one change that a tired hand could make: a comparison turned, min for max, a join that keeps more or less, a branch of
a union dropped, an order reversed, a condition removed. It is killed when the judge finds a fault, when the tables are not those of
the models as they stand, when the data test of the model's grain fails, or when it does not run. What survives is printed; those that
mean the same are named below, with the reason.

The models run in memory (memory.py), and of each mutant only what stands behind it: the rest is taken from the unbroken run.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import threading
from collections import defaultdict
from dataclasses import dataclass, replace

import duckdb
import jinja2
import pytest
import yaml

from tests.scenarios import test_histories
from tests.scenarios.memory import READING, TARGETS, Memory, Relation, model_files, models_in_order
from tests.scenarios.stories import STORIES
from tests.scenarios.worlds import Life, judged, play, taken

FULL = bool(os.environ.get("TEKIL_FUZZ"))
SLICE = 40
LIVES = 60
# a join without its condition may run for ever
PATIENCE = 30
# likeness is judged by test_linking.py and test_visitors.py; without likenesses these do nothing here
UNJUDGED = re.compile("probable|visitor|levels|staging")
OUTPUTS = TARGETS
CHANGES = [
    (r" = ", [" <> "]),
    (r" <> ", [" = "]),
    (r" > ", [" >= ", " < "]),
    (r" < ", [" <= ", " > "]),
    (r" >= ", [" > "]),
    (r" <= ", [" < "]),
    (r"\bmin\(", ["max("]),
    (r"\bmax\(", ["min("]),
    (r"\bleast\(", ["greatest("]),
    (r"\bgreatest\(", ["least("]),
    (r"\bsum\(", ["max("]),
    (r"\bunion all\b", ["union"]),
    (r"\bunion\b(?! all)", ["union all"]),
    (r"\binner join\b", ["left join"]),
    (r"\bleft join\b", ["inner join"]),
    (r"\bfull outer join\b", ["inner join", "left join"]),
    (r" desc\b", [""]),
    (r" asc\b", [" desc"]),
    (r"\band\b", ["or"]),
    (r"\bor\b", ["and"]),
    (r"\bis not null\b", ["is null"]),
    (r"\bis null\b", ["is not null"]),
    (r"\bis distinct from\b", ["is not distinct from"]),
    (r"\bnot (?=\w+\.)", [""]),
    (r"\bselect distinct\b", ["select"]),
    (r"then 0 else 1\b", ["then 1 else 0"]),
    (r"then 1 else 0\b", ["then 0 else 1"]),
    (r" \+ 1\b", [""]),
]  # fmt: skip
# models that list what a renewal looks at: what is looked at once more in vain costs time only, so a mutant that lists
# everything that the model lists, and perhaps more, means the same
LISTS = re.compile("_(touched|reread)$")
# other mutants that mean the same, and why; a mutant is told as model:line: change in [line]
EQUIVALENT = [
    (
        r"identity_changes:\d+: ('inner join' becomes 'left join'|'=' becomes '<>') in .inner join founded",
        "more ids are listed as held, and only those of founders are asked for",
    ),
    (
        r"vetoes_found:\d+: 'inner join' becomes 'left join' in .inner join placed as lefts",
        "the join behind it drops the rows without a component",
    ),
    (
        r"'inner join' becomes 'left join' in .inner join (named|members|screened|identifiers|types|denied|levels|nodes|components|clusters|held|identity_map)\b",
        "every row has its partner, so there is none to keep",
    ),
    (
        r"'inner join' becomes 'left join' in .inner join (assigned_before|born as rights|counting)\b",
        "a condition behind it drops the rows without a partner",
    ),
    (
        r"vetoes_found:\d+: condition removed in .and lefts[.](node_id <|component_id =)",
        "a pair told twice, or of two components that never meet, vetoes no more than it did",
    ),
    (
        r"(refusals|walked|found|vetoed|screened|evidence_keyed):\d+: 'union all' becomes 'union'",
        "the branches share no row",
    ),
    (
        r"evidence_keyed:\d+: ('min.' becomes 'max.'|'max.' becomes 'min.') in .(min|max).(first|last)_seen_at",
        "evidence without a record names one identifier and offers no link: nobody reads when it was seen",
    ),
    (r"evidence_keyed:\d+: 'min.' becomes 'max.' in .*variant_of", "a name is a variant of one other"),
    (
        r"overrides_combined:\d+: ('union all' becomes 'union'|condition removed in .where identifier_key <>)",
        "of two rows alike one is taken, and what is told of an identifier and itself does nothing",
    ),
    (
        r"identifiers_screened:\d+: ('inner join' becomes 'left join' in .inner join (limits|evidence_allowed)|condition removed in .and counting)",
        "what is counted without a limit passes none",
    ),
    (
        r"identifiers_screened:\d+: 'select distinct' becomes 'select'",
        "who is counted twice is grouped away behind it",
    ),
    (
        r"(changes|walked):\d+: 'select distinct' becomes 'select' in .*(from_customer_id|linked)",
        "what is told twice is ranked or grouped away behind it",
    ),
    (
        r"components_vetoed:\d+: ('>' becomes '>='|condition removed in .where nodes|'=' becomes '<>' in .inner join links)",
        "more is called contested, and comes out as it was: it costs work only",
    ),
    (r"overrides_combined:\d+: '<' becomes '<='", "an identifier is no pair with itself"),
    (r"identity_map:\d+: .*wide_customer_id", "without likenesses all levels are one"),
    (r"candidates_made:\d+: order reversed in .*named", "one evidence names one identifier of a type"),
    (
        r"identity_aliases:\d+: 'select distinct' becomes 'select' in .*customer_id",
        "of an id told twice what it held is made distinct behind it",
    ),
    (
        r"identity_aliases:\d+: 'max.' becomes 'min.'",
        "of one build all times are one; of issued ids the build is not read",
    ),
    (
        r"identifiers_screened:\d+: '=' becomes '<>' in .inner join counting",
        "what is counted without a limit passes none",
    ),
    (
        r"identifiers_screened:\d+: order reversed in .order by \S+ epoch_microseconds",
        "the fullest stretch of time is the same, counted from its end or from its start",
    ),
    (
        r"identifiers_screened:\d+: 'min.' becomes 'max.' in .min.first_seen_at",
        "given names are counted for ever, whenever seen",
    ),
    (r"identity_refusals:\d+: '<' becomes '<='", "no two identifiers have one founding number"),
    (
        r"identity_refusals:\d+: condition removed in .where nodes.max_per_customer",
        "nothing is more than null",
    ),
    (
        r"identity_changes:\d+: condition removed in .where cause = 'merge'",
        "only merges look for their bridge",
    ),
    (r"identity_changes:\d+: condition removed in .where false", "the row it lets in has no identifier"),
    (
        r"identity_changes:\d+: condition removed in .and founded.component_id <> elsewhere",
        "an id that its own component keeps is taken before it is asked who else has it",
    ),
    (
        r"identity_changes:\d+: 'inner join' becomes 'left join' in .inner join link_ends",
        "a bridge over nothing comes last, and says no more than none",
    ),
    (
        r"identity_changes:\d+: '=' becomes '<>' in .[)] as others",
        "where an id may be held by others the ledger names two at least, its founder and a holder, and each differs from the other",
    ),
]


@dataclass(frozen=True)
class Mutant:
    """One change of one model."""

    model: str
    line: int
    change: str
    text: str

    def __str__(self) -> str:
        return f"{self.model}:{self.line}: {self.change}"


def mutants() -> list[Mutant]:
    """Every change of every model, in order of the models and their lines."""
    return [
        mutant
        for model in models_in_order()
        if not UNJUDGED.search(model)
        for mutant in mutants_of(model, model_files()[model].read_text(encoding="utf-8"))
    ]


def mutants_of(model: str, text: str) -> list[Mutant]:
    # comments and configuration stay as they are
    hidden = re.sub(
        r"{#.*?#}|{%.*?%}|{{ exceptions.*?}}|{{ config\(.*?\) }}|--[^\n]*",
        lambda found: re.sub(r"[^\n]", "·", found[0]),
        text,
        flags=re.DOTALL,
    )
    found: dict[str, Mutant] = {}

    def add(start: int, end: int, new: str, what: str) -> None:
        line = text.count("\n", 0, start)
        mutated = text[:start] + new + text[end:]
        words = " ".join(text.splitlines()[line].split())
        found.setdefault(mutated, Mutant(model, line + 1, f"{what} in [{words}]", mutated))

    for pattern, news in CHANGES:
        for place in re.finditer(pattern, hidden):
            for new in news:
                add(
                    place.start(),
                    place.end(),
                    new,
                    f"{place[0].strip() or place[0]!r} becomes {new.strip() or 'nothing'!r}",
                )
    for place in re.finditer(r"\n +where [^\n]*(?=\n)", hidden):
        add(place.start() + 1, place.end(), "", "condition removed")
    for place in re.finditer(r"\n +and [^\n]*(?=\n)", hidden):
        add(place.start() + 1, place.end(), "", "condition removed")
    # the last of several branches of a union, and the first
    for place in re.finditer(
        r"\n\n? *union(?: all)?\n\n?.*?(?=\n\n? *union\b|\n\n\)|\n +\) as )", hidden, flags=re.DOTALL
    ):
        add(place.start(), place.end(), "", "branch dropped")
    # each line of an order
    for block in re.finditer(r"order by((?:\n +[^\n]+?,(?=\n))*\n +[^\n]+|[^\n]+)(?=\n)", hidden):
        for place in re.finditer(r"[^\n]+", block[1]):
            line = text[block.start(1) + place.start() : block.start(1) + place.end()]
            bare = line.rstrip(", ")
            if bare.strip() and not re.search(r" (desc|asc)$|^\s*\)", bare):
                add(
                    block.start(1) + place.start(),
                    block.start(1) + place.start() + len(bare),
                    f"{bare} desc",
                    "order reversed",
                )
    return sorted(found.values(), key=lambda mutant: (mutant.line, mutant.change))


def descendants(model: str) -> list[str]:
    """The model and those behind it, in order."""
    reads = {
        name: set(READING.findall(model_files()[name].read_text(encoding="utf-8")))
        for name in models_in_order()
    }
    behind, size = {model}, 0
    while size < len(behind):
        size = len(behind)
        behind |= {name for name in reads if behind & reads[name]}
    return [name for name in models_in_order() if name in behind]


@functools.cache
def grain(model: str) -> str:
    """The columns that a data test of the model asserts to be unique together."""
    told = yaml.safe_load(model_files()[model].with_suffix(".yml").read_text(encoding="utf-8"))["models"][0]
    tests = [test["unique_together"] for test in told["data_tests"] if "unique_together" in test]
    return ", ".join(tests[0]["arguments"]["columns"])


class Unbroken:
    """The run of the models as they stand: after each batch its tables are kept in a schema of their own, and the lives."""

    def __init__(self) -> None:
        self.warehouse = Memory()
        self.rules: list = []
        self.renewing: list[bool] = []
        self.lives: list[dict[str, Life]] = []
        self.golden: list[dict[str, list[tuple]]] = []
        told = {story.title: story.steps() for story in STORIES if story.title != "long chain"}
        stories = told | test_histories.drawn(LIVES)
        self.faults = play(
            stories, self.warehouse, test_histories.SCHEDULE, test_histories.REBUILT, self.keep
        )

    def keep(self, batch: int, lives: dict[str, Life], tables) -> None:
        run = self.warehouse.connection.execute
        run(f"create schema batch_{batch}")
        found = run(
            "select schema_name, table_name from duckdb_tables() where schema_name in ('main', 'raw', 'ops')"
        ).fetchall()
        for schema, name in found:
            kept = name if schema == "main" else f"{schema}__{name}"
            run(f"create table batch_{batch}.{kept} as from {schema}.{name}")
        self.rules.append(replace(self.warehouse.rules))
        self.renewing.append(self.warehouse.renewing)
        self.lives.append(
            {
                title: replace(
                    life, raw=dict(life.raw), decisions=list(life.decisions), denied=list(life.denied), known=set(life.known),
                    ids=dict(life.ids), ever={customer: set(keys) for customer, keys in life.ever.items()},
                )
                for title, life in lives.items()
            }
        )  # fmt: skip
        self.golden.append(contents(run))

    def life(self, title: str, batch: int, before: Life | None) -> Life:
        """A life as it is judged after a batch: what has been told, and who its identifiers were before."""
        ever = {customer: set(keys) for customer, keys in (before.ever if before else {}).items()}
        was = {"groups": before.groups, "ids": before.ids} if before else {"groups": set(), "ids": {}}
        return replace(self.lives[batch][title], ever=defaultdict(set, ever), **was)


def contents(run) -> dict[str, list[tuple]]:
    """Every row of the public tables, sorted."""
    return {name: run(f"select * from {name} order by all").fetchall() for name in OUTPUTS}


class Broken(Memory):
    """The models with one of them mutated; what does not stand behind it is read from the unbroken run."""

    def __init__(self, unbroken: Unbroken, mutant: Mutant, number: int) -> None:
        self.connection = unbroken.warehouse.connection.cursor()
        self.schema = f"mutant_{number}"
        self.connection.execute(f"create schema {self.schema}")
        self.texts = {mutant.model: mutant.text}
        self.tables = set()
        self.moments = 0
        self.config = unbroken.warehouse.config
        self.full_refresh = self.renewing = False
        self.running = ""
        self.unbroken = unbroken
        self.model = mutant.model
        self.lists_all = bool(LISTS.search(mutant.model))
        self.models = descendants(mutant.model)
        self.macros = self.module()

    def source(self, schema: str, name: str) -> Relation:
        return Relation(f"{schema}__{name}")

    def changes_table(self, name: str) -> Relation:
        """Of a model that runs here its own; the unbroken run's must not be dropped for it."""
        own = any(model.split("__")[-1] == name.removeprefix("int_changes__") for model in self.models)
        return Relation(f"{self.schema}.{name}" if own else name)

    def play(self) -> tuple[bool, str]:
        """Whether the tables differ from the unbroken ones, and what the judge says first."""
        timer = threading.Timer(PATIENCE, self.connection.interrupt)
        timer.start()
        try:
            return self.compared()
        finally:
            timer.cancel()

    def compared(self) -> tuple[bool, str]:
        before: dict[str, Life] = {}
        differs = False
        for batch, golden in enumerate(self.unbroken.golden):
            self.connection.execute(f"set search_path = '{self.schema},batch_{batch}'")
            self.moments += 1
            self.full_refresh = batch in test_histories.REBUILT
            self.renewing = self.unbroken.renewing[batch]
            for name in self.models:
                self.run_model(name)
                self.refuse_floods(name, batch)
            twice = (
                f"from {self.schema}.{self.model} select 1 group by {grain(self.model)} having count(*) > 1"
            )
            if self.connection.execute(twice).fetchall():
                raise RuntimeError(f"a data test fails: {self.model} has two rows of one {grain(self.model)}")
            if self.lists_all:
                missing = f"from batch_{batch}.{self.model} except from {self.schema}.{self.model}"
                self.lists_all = not self.connection.execute(missing).fetchall()
            if not differs and contents(self.connection.execute) == golden:
                before = self.unbroken.lives[batch]
                continue
            differs = True
            lives = {
                title: self.unbroken.life(title, batch, before.get(title))
                for title in self.unbroken.lives[batch]
            }
            tables = taken(lambda sql: self.connection.execute(sql).fetchall(), schema="")
            for title, faults in zip(lives, judged(lives, tables, self.unbroken.rules[batch]), strict=True):
                if faults:
                    return True, f"batch {batch + 1}, {title}: {faults[0]}"
            before = lives
        return differs, ""

    def refuse_floods(self, name: str, batch: int) -> None:
        """A join without its condition makes so many rows that nobody would miss it; that ends here."""
        count = "select count(*) from {}.{}"
        found, usual = (
            self.connection.execute(count.format(schema, name)).fetchone()[0]
            for schema in (self.schema, f"batch_{batch}")
        )
        if found > 5 * usual + 5000:
            raise RuntimeError(f"{name} has {found} rows instead of {usual}")

    def close(self) -> None:
        self.connection.execute("set search_path = 'main'")
        self.connection.execute(f"drop schema {self.schema} cascade")
        self.connection.close()


@pytest.fixture(scope="module")
def unbroken() -> Unbroken:
    return Unbroken()


def test_the_unbroken_models_please_the_judge(unbroken):
    assert unbroken.faults == {}


@pytest.mark.fuzz
def test_nine_mutants_of_ten_are_noticed(unbroken, capsys):
    every = mutants()
    chosen = (
        every
        if FULL
        else sorted(every, key=lambda mutant: hashlib.sha256(str(mutant).encode()).digest())[:SLICE]
    )
    by_judge, by_tables, by_error, survived, equivalent = [], [], [], [], []
    for number, mutant in enumerate(chosen):
        broken = Broken(unbroken, mutant, number)
        try:
            differs, fault = broken.play()
            kind = (
                by_judge
                if fault
                else by_tables
                if differs
                else equivalent
                if broken.lists_all or any(re.search(same, str(mutant)) for same, _ in EQUIVALENT)
                else survived
            )
        except (duckdb.Error, jinja2.TemplateError, RuntimeError):
            kind = by_error
        finally:
            broken.close()
        kind.append(mutant)
    killed = len(by_judge) + len(by_tables) + len(by_error)
    rate = killed / (killed + len(survived))
    with capsys.disabled():
        print(
            f"\n{len(chosen)} of {len(every)} mutants: {len(by_judge)} found by the judge, {len(by_tables)} by the tables alone,"
            f" {len(by_error)} did not run, {len(equivalent)} mean the same, {len(survived)} survived: {rate:.1%} killed"
        )
        for mutant in survived:
            print(f"  survived: {mutant}")
        if FULL:
            for mutant in by_tables:
                print(f"  unseen by the judge: {mutant}")
    assert rate >= 0.9


def test_equivalent_mutants_are_still_mutants():
    told = list(map(str, mutants()))
    assert [same for same, _ in EQUIVALENT if not any(re.search(same, mutant) for mutant in told)] == []
