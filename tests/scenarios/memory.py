"""The identity models without dbt: their SQL rendered by Jinja alone, run on a DuckDB in memory, in half a second.

Takes evidence instead of landed rows, so staging is left out; everything from the keys of identifiers to the aliases runs as
it stands in models/identity, the materializations too. Only what our macros use of dbt is there; anything else fails at once.
"""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path
from types import SimpleNamespace

import duckdb
import jinja2
import yaml

from orchestration.lib.warehouse import SERVICE_TABLES
from tests.scenarios.judge import Evidence
from tests.scenarios.worlds import Step, Tables, limits_written, rules_of_the_house, taken, written_by_hand
from tests.support.project import ROOT

SALT = "salt of the tests"
TARGETS = (
    "identity_map", "identity_changes", "identity_aliases", "identity_refusals", "identity_links", "identity_paths", "record_map",
)  # fmt: skip
# what is made for people to look at, from more than identity
BESIDES = ("int_identity__labels_matched", "int_identity__run_settled")
# what staging gives; no records are compared by likeness here, so that customers are those of exact links
GIVEN = {"int_staging__evidence_unioned", "int_staging__people_prepared"}
# how a model names another one that it reads
READING = re.compile(r"(?:\b(?:ref|touched|changes_of)\(|\bby=|\btouched=)'(\w+)'")
# how tables are renewed; whether they are is decided here, as int_staging__reads_planned does in a warehouse
RENEWAL = ("changes_of", "changes_relation", "renewed", "touched", "touched_of")
TABLES = """
create schema raw; create schema ops;
create table raw.identifier_salt as select 'salt of the tests' as salt;
create table int_staging__people_prepared (source text, table_name text, record_id text, content_hash text);
create table int_staging__evidence_unioned (source text, table_name text, record_id text, origin text, evidence_id text, channel text, identifier_type text,
    identifier_value text, is_own boolean, given_name text, birth_date date, first_seen_at timestamp, last_seen_at timestamp)
"""


# what the materialization keeps of a renewal of the evidence
CHANGES = """
create or replace table int_changes__evidence_unioned as
with fresh as (from int_staging__evidence_unioned),
moved as (
    select distinct source, table_name, origin, evidence_id
    from ((from former except from fresh) union all (from fresh except from former))
)
select former.*, false as is_standing from former join moved using (source, table_name, origin, evidence_id)
union all
select fresh.*, true as is_standing from fresh join moved using (source, table_name, origin, evidence_id)
"""


class Relation(str):
    """The name of a table, with what dbt's relations answer."""

    @property
    def identifier(self) -> str:
        return str(self)

    @property
    def name(self) -> str:
        return str(self)

    # dbt's relations say where they stand; here all stand in one place
    database = schema = None

    @property
    def is_table(self) -> bool:
        return True

    def incorporate(self, **_) -> Relation:
        return self

    def render(self) -> str:
        return str(self)


class Config(dict):
    """A model's configuration: called by the model, asked by its materialization."""

    def __call__(self, **given) -> str:
        self.update(given)
        return ""


@functools.cache
def model_files() -> dict[str, Path]:
    folders = ("models/identity", "models/staging")
    return {path.stem: path for folder in folders for path in (ROOT / folder).rglob("*.sql")}


@functools.cache
def macro_text() -> str:
    """All macros that identity may call; a materialization becomes a macro of the model's SQL."""
    paths = [
        *sorted((ROOT / "macros" / "cross_db").glob("*.sql")),
        *sorted((ROOT / "macros" / "identity").glob("*.sql")),
        *(ROOT / "macros" / "project" / f"{name}.sql" for name in RENEWAL),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    text = re.sub(
        r"{%-?\s*materialization\s+(\w+),.*?%}", r"{% macro materialize_\1(sql, this, model) %}", text
    )
    return re.sub(r"{%-?\s*endmaterialization\s*-?%}", "{% endmacro %}", text)


@functools.cache
def variables() -> dict:
    return yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


@functools.lru_cache(maxsize=200)
def compiled(text: str) -> jinja2.Template:
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)
    return environment.from_string(text)


@functools.cache
def models_in_order() -> tuple[str, ...]:
    """The models behind the targets, each after those it reads."""
    found: list[str] = []

    def visit(name: str) -> None:
        if name in GIVEN or name in found or (ROOT / "seeds" / "rules" / f"{name}.csv").exists():
            return
        for needed in READING.findall(model_files()[name].read_text(encoding="utf-8")):
            visit(needed)
        found.append(name)

    for target in TARGETS:
        visit(target)
    # steps that write down for the next run what nothing reads in this one
    for name in sorted(model_files()):
        if name.startswith("int_identity__") and name not in BESIDES:
            visit(name)
    return tuple(found)


class Memory:
    """A warehouse in memory; `texts` replaces the text of models, as a mutation does."""

    def __init__(self, texts: dict[str, str] | None = None) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute(TABLES)
        for table, columns in SERVICE_TABLES.items():
            listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            self.connection.execute(f"create table if not exists {table} ({listed})")
        self.texts = texts or {}
        self.rules = rules_of_the_house()
        self.tables: set[str] = set()
        self.moments = 0
        self.config = Config()
        self.full_refresh = False
        self.renewing = False
        self.rules_changed = True
        self.running = ""
        self._write_rules()
        self.macros = self.module()

    def _write_rules(self) -> None:
        """The seeds of the project, with the types that dbt gives them."""
        for path in sorted((ROOT / "seeds" / "rules").glob("*.csv")):
            told = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["seeds"][0]
            types = (told.get("config") or {}).get("column_types") or {}
            listed = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
            some = f", types = {{{listed}}}" if listed else ""
            self.connection.execute(
                f"create table {path.stem} as from read_csv('{path}', header = true, delim = ',', quote = '\"', escape = '\"'{some})"
            )

    def module(self):
        """The macros, bound to this warehouse."""
        return compiled(macro_text()).make_module(self.words())

    def words(self) -> dict:
        """dbt's own words, as far as they are used."""
        module = SimpleNamespace(get=lambda name: getattr(self.macros, name))

        class Tekil:
            def __getattr__(_, name):
                return module.get(name)

        def dispatch(name, namespace=None):
            special = getattr(self.macros, f"duckdb__{name}", None)
            return special or getattr(self.macros, f"default__{name}")

        def statement(name=None, caller=None, **_):
            self.connection.execute(caller())
            return ""

        def rename_relation(old, new):
            self.connection.execute(f"alter table {old} rename to {new}")

        def refuse(message):
            raise RuntimeError(message)

        return {
            "is_renewed": lambda: self.renewing and self.running in self.tables,
            "note_unplanned_run": lambda: "",
            "are_changes_read": lambda name: True,
            "commit_deleted": lambda relation: "",
            "was_known": lambda column: "true",
            "get_create_table_as_sql": lambda temporary, relation, sql: f"create table {relation} as {sql}",
            "model": SimpleNamespace(resource_type="model"),
            "api": SimpleNamespace(Relation=SimpleNamespace(create=lambda identifier, **_: self.changes_table(identifier))),
            "ref": lambda name: Relation(name),
            "source": self.source,
            "run_query": self.run_query,
            "var": lambda name, default=None: variables().get(name, default),
            "log": lambda *_, **__: "",
            "return": lambda value: value,
            "target": SimpleNamespace(type="duckdb", name="duckdb"),
            "tekil": Tekil(),
            "dbt": SimpleNamespace(type_string=lambda: "text", type_numeric=lambda: "numeric(28, 6)"),
            "adapter": SimpleNamespace(
                dispatch=dispatch,
                get_relation=lambda database, schema, identifier: Relation(identifier) if self.exists(identifier) else None,
                drop_relation=lambda relation: self.connection.execute(f"drop table {relation}") and None,
                rename_relation=rename_relation,
                commit=lambda: "",
            ),
            "exceptions": SimpleNamespace(raise_compiler_error=refuse, warn=lambda *_: ""),
            "statement": statement,
            "load_cached_relation": lambda relation: relation if self.exists(relation) else None,
            "load_relation": lambda relation: relation if self.exists(relation) else None,
            "make_intermediate_relation": lambda relation: Relation(f"{relation}__building"),
            "run_hooks": lambda *_, **__: "",
            "persist_docs": lambda *_, **__: "",
            "pre_hooks": [],
            "post_hooks": [],
            "local_md5": lambda text: hashlib.md5(text.encode()).hexdigest(),
            "invocation_id": "memory",
            "execute": True,
            "flags": SimpleNamespace(WHICH="run", FULL_REFRESH=self.full_refresh),
            "should_full_refresh": lambda: self.full_refresh and self.config.get("full_refresh") is not False,
            "config": self.config,
            "selected_resources": [f"model.tekil.{name}" for name in models_in_order()],
            "modules": SimpleNamespace(re=re),
            "none": None,
        }  # fmt: skip

    def source(self, schema: str, name: str) -> Relation:
        return Relation(f"{schema}.{name}")

    def changes_table(self, name: str) -> Relation:
        """The table beside a renewed one."""
        return Relation(name)

    def exists(self, relation: str) -> bool:
        found = self.connection.execute(
            "select 1 from duckdb_tables() where table_name = ? and schema_name = current_schema()",
            [str(relation)],
        )
        return found.fetchone() is not None

    def run_query(self, sql: str):
        cursor = self.connection.execute(sql)
        return SimpleNamespace(rows=cursor.fetchall() if cursor.description else [])

    def hear(self, steps: list[Step]) -> None:
        """Write decisions and denylist rows; rows arrive as evidence, when it is built."""
        steps = list(steps)
        self.rules_changed |= any(step.denied for step in steps)
        for sql, values in written_by_hand(steps, "ops.identity_overrides", "identifier_denylist"):
            self.connection.execute(sql, values)

    def set_limits(self, limits: list[tuple[str, str, str, int]]) -> None:
        self.rules.limits = limits
        self.rules_changed = True
        self.connection.execute("delete from identifier_limits")
        for sql, values in limits_written(limits, "identifier_limits"):
            self.connection.execute(sql, values)

    def take(self, evidence: list[Evidence]) -> None:
        """Put the evidence in the place of what staging gives; evidence of one name is one."""
        folded: dict[tuple, list] = {}
        for told in evidence:
            source, table, number = told.name.split("/", 2)
            record = told.record[2] if told.record else None
            # a recipient reaches us in several spellings, here in another one on every second day
            spelled = number if told.seen_at is None else f"{number} {told.seen_at.day % 2}"
            # and a call of the tracker over the web or in the app
            channel = "app" if table == "events" and told.seen_at.day % 2 else "web"
            for kind, value in told.identifiers:
                row = (
                    source,
                    table,
                    record,
                    record or spelled,
                    number,
                    channel,
                    kind,
                    value,
                    told.own == (kind, value),
                    told.given_name,
                    told.birth_date,
                )
                folded.setdefault(row, []).append(told.seen_at)
        rows = []
        for row, moments in folded.items():
            known = [at for at in moments if at]
            rows.append((*row, min(known, default=None), max(known, default=None)))
        self.connection.execute(
            "create or replace temporary table former as from int_staging__evidence_unioned"
        )
        self.connection.execute("delete from int_staging__evidence_unioned")
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            lists = ", ".join(
                f"unnest(?::{'boolean' if n == 8 else 'date' if n == 10 else 'timestamp' if n > 10 else 'text'}[])"
                for n in range(13)
            )
            self.connection.execute(f"insert into int_staging__evidence_unioned select {lists}", columns)
        self.connection.execute(CHANGES)

    def build(self, evidence: list[Evidence], full_refresh: bool = False) -> Tables:
        """Run every model; the ledger is added to, the rest made anew."""
        self.take(evidence)
        self.moments += 1
        self.full_refresh = full_refresh
        self.renewing = not (full_refresh or self.rules_changed)
        for name in models_in_order():
            self.run_model(name)
        self.rules_changed = False
        return taken(lambda sql: self.connection.execute(sql).fetchall(), schema="")

    def run_model(self, name: str) -> None:
        """Render one model and put its rows where dbt would."""
        self.config.clear()
        self.running = name
        words = self.words() | {
            name: getattr(self.macros, name) for name in dir(self.macros) if not name.startswith("_")
        }
        own = {
            "this": Relation(name),
            "is_incremental": lambda: name in self.tables and not words["should_full_refresh"](),
            "as_of": lambda: f"cast('2026-07-{self.moments:02}' as timestamp)",
        }
        text = self.texts.get(name) or model_files()[name].read_text(encoding="utf-8")
        sql = compiled(text).render({**words, **own})
        kind = self.config.get("materialized", "table")
        if kind == "incremental" and own["is_incremental"]():
            self.connection.execute(f"create temporary table {name}__added as {sql}")
            self.connection.execute(f"insert into {name} by name from {name}__added")
            self.connection.execute(f"drop table {name}__added")
        elif kind in ("table", "view", "incremental"):
            self.connection.execute(f"create or replace table {name} as {sql}")
        else:
            getattr(self.macros, f"materialize_{kind}")(
                sql, Relation(name), SimpleNamespace(name=name, config=self.config)
            )
        self.tables.add(name)
