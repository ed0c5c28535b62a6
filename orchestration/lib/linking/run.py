"""A linking run: for people records and for visitors, learn or load the model, weigh what changed, write all links in one transaction."""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import psycopg2

from orchestration.lib.errors import TekilError
from orchestration.lib.linking import model as learning
from orchestration.lib.linking import scoring
from orchestration.lib.linking.model import Model, TooLittle, load_model, quietly
from orchestration.lib.linking.people import People
from orchestration.lib.linking.population import Population
from orchestration.lib.linking.rules import LinkingRules, linking_rules
from orchestration.lib.linking.visitors import Visitors
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import SERVICE_TABLES, Warehouse, connect_duckdb, open_warehouse

Progress = Callable[[str], None]

POPULATIONS: dict[str, type[Population]] = {each.name: each for each in (People, Visitors)}
# what a linking run reads, by source and landed table
TABLES_READ = tuple(table for population in POPULATIONS.values() for table in population.landed)
TABLES = ("ops.probable_links", "ops.linked_records", "ops.linking_frequencies", "ops.linking_runs")


@dataclass
class LinkingReport:
    """What a linking run did with one population; `reason` is the sentence of a refusal."""

    population: str
    status: str
    reason: str
    started_at: datetime
    records: int = 0
    changed_records: int = 0
    pairs_compared: int = 0
    links: int = 0
    model_version: str | None = None
    trained_on_records: int | None = None
    seconds: float = 0.0

    def summary(self) -> str:
        noun = POPULATIONS[self.population].noun
        if self.status == "refused":
            return f"linking of {noun} refused: {self.reason}"
        return (
            f"linking: {self.records} {noun}, {self.changed_records} new or changed, {self.pairs_compared} pairs compared, "
            f"{self.links} probable links (model {self.model_version}, {self.seconds:.1f} s)"
        )


def link(
    settings: Settings,
    progress: Progress = print,
    retrain: bool = False,
    populations: Iterable[str] = tuple(POPULATIONS),
) -> list[LinkingReport]:
    """Bring ops.probable_links up to date with people records and visitors; safe to repeat, safe to kill. `retrain` learns the models anew.

    Raises TekilError, one sentence, when the warehouse cannot be used. Too little data is no error: the report says `refused`.
    """
    rules = linking_rules(settings.root)
    warehouse = open_warehouse(settings)
    try:
        _ensure_tables(warehouse)
        runs = []
        for name in populations:
            connection = connect_duckdb(":memory:", settings, warehouse.scratch_folder)
            try:
                population = POPULATIONS[name](connection, rules, settings, progress)
                runs.append(_Run(settings, rules, warehouse, connection, population, retrain))
                runs[-1].run()
            finally:
                connection.close()
        with warehouse.transaction():
            for each in runs:
                each.write()
        return [each.report for each in runs]
    except (duckdb.Error, psycopg2.Error, OSError) as problem:
        raise _sentence(problem) from problem
    finally:
        warehouse.close()


def due(settings: Settings) -> list[str]:
    """Of what new records landed, or rules changed, since its last linking run; one that was killed left no row of itself."""
    warehouse = open_warehouse(settings)
    try:
        return [
            name
            for name, population in POPULATIONS.items()
            if _last_run(warehouse, name)
            != (_newest(warehouse, population), _fingerprint(settings.root, population))
        ]
    finally:
        warehouse.close()


def forget(settings: Settings) -> None:
    """Take every probable link away: the levels then say what exact links say. The next run of `link` finds them again."""
    warehouse = open_warehouse(settings)
    try:
        with warehouse.transaction():
            for table in TABLES:
                warehouse.execute(f"delete from {table}")
    finally:
        warehouse.close()


def _ensure_tables(warehouse: Warehouse) -> None:
    existing = warehouse.existing_columns()
    with warehouse.transaction():
        warehouse.execute("create schema if not exists ops")
        for name in TABLES:
            warehouse.ensure_table(name, SERVICE_TABLES[name], existing.get(name, []))


def _last_run(warehouse: Warehouse, population: str) -> tuple | None:
    # a run of before visitors were linked does not say of whom it is
    last = warehouse.fetch(
        "select load_id, rules from ops.linking_runs"
        f" where coalesce(population, 'people') = '{population}' order by run_id desc"
    )
    return last[0] if last else None


def _newest(warehouse: Warehouse, population: type[Population]) -> int:
    """The newest load that brought a file of these records; 0 for none."""
    landed = " or ".join(
        f"(source = '{source}' and table_name = '{table}')" for source, table in population.landed
    )
    return warehouse.fetch(f"select coalesce(max(load_id), 0) from ops.load_files where {landed}")[0][0]


def _fingerprint(root: Path, population: type[Population]) -> str:
    """A hash of everything that says how records are compared: the comparisons, and the two seeds."""
    digest = hashlib.sha256(population.shape().encode())
    for seed in ("linking_settings", "given_name_variants"):
        digest.update((root / "seeds" / "rules" / f"{seed}.csv").read_bytes())
    return digest.hexdigest()[:16]


def _sentence(problem: Exception) -> TekilError:
    if isinstance(problem, duckdb.OutOfMemoryException):
        return TekilError(
            "Linking needs more memory than TEKIL_MEMORY_LIMIT allows: raise it, then run this again."
        )
    if "No space left" in str(problem):
        return TekilError(
            "The disk is full: free some space, then run this again; the links are as they were."
        )
    return TekilError(
        f"Linking stopped on an unexpected {type(problem).__name__}; the links are as they were."
    )


@dataclass
class _Run:
    """One population: read and compared by run(), written by write() in the transaction of all."""

    settings: Settings
    rules: LinkingRules
    warehouse: Warehouse
    connection: duckdb.DuckDBPyConnection
    population: Population
    retrain: bool = False
    report: LinkingReport = field(init=False)

    def __post_init__(self) -> None:
        self.report = LinkingReport(self.population.name, "linked", "", self.settings.clock())
        self.folder = self.settings.duckdb_path.parent / "linking"

    def run(self) -> None:
        started, report = time.monotonic(), self.report
        self._read_prepared()
        with quietly():
            try:
                report.records = self.population.prepare()
                self._link()
            except TooLittle as reason:
                report.status, report.reason = "refused", str(reason)
                report.model_version = report.trained_on_records = None
                report.pairs_compared = report.links = 0
        if report.status == "linked":
            self._save()
        report.seconds = time.monotonic() - started

    def _link(self) -> None:
        report, population = self.report, self.population
        self._remember_compared()
        model = self._kept_model(report.records)
        if model is None:
            model = population.learn(report.records)
            self.connection.execute("create or replace table changed as select unique_id from records")
            self.connection.execute(
                "create or replace table former_links as select false as is_contested where false"
            )
            report.pairs_compared = self.connection.execute("select count(*) from pairs").fetchone()[0]
        else:
            self._find_changed()
            report.pairs_compared = scoring.find_pairs(self.connection, changed_only=True)
            population.rescore(model)
        scoring.keep_likely(self.connection, model.of(population.comparisons), model, self.rules)
        strongest_first = scoring.gather(
            self.connection, self.rules, f"{report.started_at:%Y-%m-%d %H:%M:%S.%f}"
        )
        population.contest(strongest_first, model)
        report.links = self.connection.execute("select count(*) from all_links").fetchone()[0]
        report.changed_records = self.connection.execute("select count(*) from changed").fetchone()[0]
        report.model_version = model.version
        report.trained_on_records = model.content["trained_on"]["records"]
        model.save(self.folder)

    def _kept_model(self, records: int) -> Model | None:
        """The model of the last run, if it was made with these settings and not for far fewer records."""
        if self.retrain or not self.population.may_keep(records):
            return None
        last = self.warehouse.fetch(
            "select model_version from ops.linking_runs where model_version is not null"
            f" and coalesce(population, 'people') = '{self.population.name}' order by run_id desc"
        )
        model = load_model(self.folder, last[0][0], self.population.shape()) if last else None
        if model is None or model.content["settings"] != learning.told_settings(self.rules):
            return None
        if records >= self.rules.number("retrain_growth") * model.content["trained_on"]["records"]:
            return None
        self._read(
            "learned_frequencies",
            "select column_name, value_key, cast(frequency as varchar) from ops.linking_frequencies"
            f" where model_version = '{model.version}'",
            {"column_name": "varchar", "value_key": "varchar", "frequency": "decimal(18, 9)"},
        )
        kept = self.connection.execute("select count(*) from learned_frequencies").fetchone()[0]
        return model if kept or not self.population.has_frequencies else None

    # ---------- what changed

    def _remember_compared(self) -> None:
        """The table `compared`: a keyed hash of all that linking reads of a record, its keys among it.

        Whatever the rest of the table does to a record (a shared address, a key that became too common) shows in its hash.
        """
        self.connection.execute("""
        create or replace table compared as
        with found_by as (
            select unique_id, string_agg(key || '=' || value, '|' order by key, value) as ways
            from keys
            group by unique_id
        ),
        told as (
            select records.unique_id, cast(struct_pack(columns(records.* exclude (unique_id))) as varchar) || coalesce(ways, '') as content
            from records
            left join found_by on records.unique_id = found_by.unique_id
        )
        select unique_id, substr(sha256((select salt from salt) || ':compared:' || content), 1, 32) as compared_hash
        from told
        """)

    def _find_changed(self) -> None:
        """The table `changed`, and `former_links` cut down to those whose two records stand as they stood."""
        self._read(
            "former_records",
            f"select source, table_name, record_id, compared_hash from ops.linked_records where {self._own()}",
            {
                "source": "varchar",
                "table_name": "varchar",
                "record_id": "varchar",
                "compared_hash": "varchar",
            },
        )
        self.connection.execute("""
        create or replace table changed as
        select records.unique_id
        from records
        inner join compared on records.unique_id = compared.unique_id
        left join former_records
            on records.source = former_records.source
            and records.table_name = former_records.table_name
            and records.record_id = former_records.record_id
            and compared.compared_hash = former_records.compared_hash
        where former_records.record_id is null
        """)
        self._read(
            "all_former_links",
            f"select {', '.join(SERVICE_TABLES['ops.probable_links'])} from ops.probable_links where {self._own('left_')}",
            SERVICE_TABLES["ops.probable_links"],
        )
        sides = "".join(
            f"""
            inner join records as {side}_record
                on former.{side}_source = {side}_record.source
                and former.{side}_table_name = {side}_record.table_name
                and former.{side}_record_id = {side}_record.record_id
                and {side}_record.unique_id not in (select unique_id from changed)
            """
            for side in ("left", "right")
        )
        self.connection.execute(
            f"""
            create or replace table former_links as
            select
                former.* exclude (linked_at, is_contested),
                left_record.unique_id as unique_id_l,
                right_record.unique_id as unique_id_r,
                former.linked_at,
                false as is_contested
            from all_former_links as former {sides}
            """
        )

    # ---------- the warehouse

    def _own(self, side: str = "") -> str:
        """The condition that a row of the common tables is of this population."""
        tables = " or ".join(
            f"({side}source = '{source}' and {side}table_name = '{table}')"
            for source, table in self.population.landed
        )
        return f"({tables})"

    def _read(self, table: str, select: str, columns: dict[str, str]) -> None:
        """A table of the working memory with the rows of a query of the warehouse."""
        path = self.warehouse.scratch_folder / f"{table}.csv"
        self.warehouse.copy_out(select, path)
        types = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items()) + "}"
        self.connection.execute(
            f"create or replace table {table} as select * from read_csv('{path}', header = false, auto_detect = false,"
            f" delim = ',', quote = '\"', escape = '\"', columns = {types})"
        )
        path.unlink()

    def _read_prepared(self) -> None:
        name = self.population.prepared
        if not self.warehouse.fetch(
            f"select 1 from information_schema.tables where table_schema = 'staging' and table_name = '{name}'"
        ):
            raise TekilError(
                f"There are no prepared {self.population.noun} yet: run make build, or build +{name} first."
            )
        columns = self.population.columns
        self._read(self.population.name, f"select {', '.join(columns)} from staging.{name}", columns)
        self._read("salt", "select salt from raw.identifier_salt", {"salt": "varchar"})

    def _file(self, table: str) -> Path:
        return self.warehouse.scratch_folder / f"{self.population.name}_{table.removeprefix('ops.')}.parquet"

    def _save(self) -> None:
        """What is to be written, as files, since the working memory ends before the transaction begins."""
        selects = {
            "ops.probable_links": f"select {', '.join(SERVICE_TABLES['ops.probable_links'])} from all_links order by unique_id_l, unique_id_r",
            "ops.linked_records": "select source, table_name, record_id, content_hash, compared_hash"
            " from records inner join compared using (unique_id)",
        }
        if self.population.has_frequencies:
            selects["ops.linking_frequencies"] = (
                f"select '{self.report.model_version}' as model_version, column_name, value_key, frequency from learned_frequencies"
            )
        for table, select in selects.items():
            self.connection.execute(f"copy ({select}) to '{self._file(table)}' (format parquet)")

    def write(self) -> None:
        """Links, the records they were made from, frequencies of a new model, the run. The caller holds the transaction."""
        report = self.report
        self.warehouse.execute(f"delete from ops.probable_links where {self._own('left_')}")
        self.warehouse.execute(f"delete from ops.linked_records where {self._own()}")
        if report.status == "linked":
            self._insert("ops.probable_links")
            self._insert("ops.linked_records")
            if self.population.has_frequencies and not self._knows_frequencies():
                self.warehouse.execute("delete from ops.linking_frequencies")
                self._insert("ops.linking_frequencies")
        run_id = self.warehouse.fetch("select coalesce(max(run_id), 0) + 1 from ops.linking_runs")[0][0]
        self.warehouse.execute(
            "insert into ops.linking_runs (run_id, population, started_at, finished_at, status, reason, records, changed_records,"
            " pairs_compared, links, model_version, trained_on_records, load_id, rules)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(run_id, report.population, report.started_at, self.settings.clock()),
                *(report.status, report.reason or None),
                *(report.records, report.changed_records, report.pairs_compared, report.links),
                *(report.model_version, report.trained_on_records),
                *(
                    _newest(self.warehouse, type(self.population)),
                    _fingerprint(self.settings.root, type(self.population)),
                ),
            ],
        )

    def _knows_frequencies(self) -> bool:
        return bool(
            self.warehouse.fetch(
                "select count(*) from ops.linking_frequencies where model_version = ?",
                [self.report.model_version],
            )[0][0]
        )

    def _insert(self, table: str) -> None:
        columns = list(SERVICE_TABLES[table])
        self.warehouse.copy_in(
            table, columns, f"select {', '.join(columns)} from read_parquet('{self._file(table)}')"
        )
