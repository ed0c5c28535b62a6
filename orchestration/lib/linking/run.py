"""One linking run: read the people, learn or load the model, weigh what changed, write the links in one transaction."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import psycopg2

from orchestration.lib.errors import TekilError
from orchestration.lib.linking import model as learning
from orchestration.lib.linking import scoring
from orchestration.lib.linking.comparisons import shape_hash
from orchestration.lib.linking.model import Model, TooLittle, Training, load_model, quietly
from orchestration.lib.linking.records import COLUMNS, prepare_records
from orchestration.lib.linking.rules import LinkingRules, linking_rules
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import SERVICE_TABLES, Warehouse, connect_duckdb, open_warehouse

Progress = Callable[[str], None]

PEOPLE = "staging.int_staging__people_prepared"
PEOPLE_TABLES = (("crm", "contacts"), ("shop", "customers"), ("mailchimp", "members"), ("zendesk", "users"))
TABLES = ("ops.probable_links", "ops.linked_records", "ops.linking_frequencies", "ops.linking_runs")


@dataclass
class LinkingReport:
    """What a linking run did; `reason` is the sentence of a refusal."""

    status: str
    reason: str
    records: int = 0
    changed_records: int = 0
    pairs_compared: int = 0
    links: int = 0
    model_version: str | None = None
    trained_on_records: int | None = None
    seconds: float = 0.0

    def summary(self) -> str:
        if self.status == "refused":
            return f"linking refused: {self.reason}"
        return (
            f"linking: {self.records} people records, {self.changed_records} new or changed, {self.pairs_compared} pairs compared, "
            f"{self.links} probable links (model {self.model_version}, {self.seconds:.1f} s)"
        )


def link(settings: Settings, progress: Progress = print, retrain: bool = False) -> LinkingReport:
    """Bring ops.probable_links up to date with the people records; safe to repeat, safe to kill. `retrain` learns the model anew.

    Raises TekilError, one sentence, when the warehouse cannot be used. Too little data is no error: the report says `refused`.
    """
    rules = linking_rules(settings.root)
    warehouse = open_warehouse(settings)
    try:
        connection = connect_duckdb(":memory:", settings, warehouse.scratch_folder)
        try:
            return _Run(settings, rules, warehouse, connection, progress, retrain).run()
        finally:
            connection.close()
    except (duckdb.Error, psycopg2.Error, OSError) as problem:
        raise _sentence(problem) from problem
    finally:
        warehouse.close()


def is_due(settings: Settings) -> bool:
    """Whether people records landed, or rules changed, since the last linking run; one that was killed left no row of itself."""
    warehouse = open_warehouse(settings)
    try:
        last = warehouse.fetch("select load_id, rules from ops.linking_runs order by run_id desc")
        return not last or last[0] != (newest_people(warehouse), fingerprint(settings.root))
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


def newest_people(warehouse: Warehouse) -> int:
    """The newest load that brought a file of people records; 0 for none."""
    landed = " or ".join(
        f"(source = '{source}' and table_name = '{table}')" for source, table in PEOPLE_TABLES
    )
    return warehouse.fetch(f"select coalesce(max(load_id), 0) from ops.load_files where {landed}")[0][0]


def fingerprint(root: Path) -> str:
    """A hash of everything that says how records are compared: the comparisons, and the two seeds."""
    digest = hashlib.sha256(shape_hash().encode())
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
    settings: Settings
    rules: LinkingRules
    warehouse: Warehouse
    connection: duckdb.DuckDBPyConnection
    progress: Progress
    retrain: bool = False

    def run(self) -> LinkingReport:
        started, clock = time.monotonic(), self.settings.clock()
        self.folder = self.settings.duckdb_path.parent / "linking"
        self._ensure_tables()
        self._read_people()
        report = LinkingReport("linked", "")
        with quietly():
            try:
                report.records = prepare_records(self.connection, self.rules)
                self._link(report, clock)
            except TooLittle as reason:
                report.status, report.reason = "refused", str(reason)
                report.model_version = report.trained_on_records = None
                report.pairs_compared = report.links = 0
        self._write(report, clock)
        report.seconds = time.monotonic() - started
        return report

    def _link(self, report: LinkingReport, clock: datetime) -> None:
        self._remember_compared()
        model = self._kept_model(report.records)
        if model is None:
            model = self._learn(report.records)
            self.connection.execute("create or replace table changed as select unique_id from records")
            self.connection.execute(
                "create or replace table former_links as select false as is_contested where false"
            )
            report.pairs_compared = self.connection.execute("select count(*) from pairs").fetchone()[0]
        else:
            report.pairs_compared = self._rescore(model, report.records)
        scoring.keep_likely(self.connection, model, self.rules)
        report.links = scoring.gather_links(
            self.connection, model, self.rules, f"{clock:%Y-%m-%d %H:%M:%S.%f}"
        )
        report.changed_records = self.connection.execute("select count(*) from changed").fetchone()[0]
        report.model_version = model.version
        report.trained_on_records = model.content["trained_on"]["records"]
        model.save(self.folder)

    # ---------- the model

    def _kept_model(self, records: int) -> Model | None:
        """The model of the last run, if it was made with these settings and not for far fewer records."""
        if self.retrain or not records >= self.rules.count("min_records"):
            return None
        last = self.warehouse.fetch(
            "select model_version from ops.linking_runs where model_version is not null order by run_id desc"
        )
        model = load_model(self.folder, last[0][0]) if last else None
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
        return model if kept else None

    def _learn(self, records: int) -> Model:
        """Train, weigh all pairs, learn from them what only all pairs tell, and weigh them again."""
        self.progress(f"linking: learning from {records} people records")
        training = Training(self.connection, self.rules, records, self.settings.threads).learn()
        scoring.learn_frequencies(self.connection)
        scoring.make_frequencies(self.connection)
        scoring.find_pairs(self.connection, changed_only=False)
        wrong_dates = 0.0
        for is_last in (False, True):
            scoring.weigh(
                self.connection,
                training.comparisons,
                training.numbers,
                -scoring.log_odds(scoring.MOST_PAIRS_PER_RECORD / (records + 60)) - 1,
            )
            scoring.judge(self.connection, training.comparisons, training.numbers, wrong_dates, self.rules)
            prior, likely_pairs = scoring.learn_prior(self.connection, records)
            if not is_last:
                wrong_dates = scoring.learn_wrong_dates(self.connection, self.rules)
                learning.deflate(training.numbers, training.comparisons, prior)
        if likely_pairs < self.rules.count("min_likely_pairs"):
            raise TooLittle(
                f"About {likely_pairs:.0f} pairs are of one person and min_likely_pairs is {self.rules.count('min_likely_pairs')}: "
                "rates learned from so few would be a guess."
            )
        return Model(learning.write_down(training, prior, likely_pairs, wrong_dates, self.rules))

    def _rescore(self, model: Model, records: int) -> int:
        """Weigh the pairs that a new or changed record touches; the links between all others stand."""
        self._find_changed()
        pairs = scoring.find_pairs(self.connection, changed_only=True)
        scoring.make_frequencies(self.connection)
        least = scoring.log_odds(self.rules.number("floor_probability")) - 1
        scoring.weigh(
            self.connection,
            model.comparisons,
            model.numbers(),
            least - scoring.log_odds(model.content["probability_two_random_records_match"]),
        )
        scoring.judge(
            self.connection,
            model.comparisons,
            model.numbers(),
            model.content["wrong_birth_dates"],
            self.rules,
        )
        return pairs

    # ---------- what changed

    def _remember_compared(self) -> None:
        """The table `compared`: a keyed hash of all that linking reads of a record, its keys among it.

        Whatever the rest of the table does to a record (a shared address, a key that became too common) shows in its hash.
        """
        self.connection.execute("""
        create or replace table compared as
        with found_by as (
            select unique_id, string_agg(key || '=' || value, '|' order by key) as ways
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
            "select source, table_name, record_id, compared_hash from ops.linked_records",
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
            f"select {', '.join(SERVICE_TABLES['ops.probable_links'])} from ops.probable_links",
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

    def _ensure_tables(self) -> None:
        existing = self.warehouse.existing_columns()
        with self.warehouse.transaction():
            self.warehouse.execute("create schema if not exists ops")
            for name in TABLES:
                self.warehouse.ensure_table(name, SERVICE_TABLES[name], existing.get(name, []))

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

    def _read_people(self) -> None:
        if not self.warehouse.fetch(
            "select 1 from information_schema.tables where table_schema = 'staging' and table_name = 'int_staging__people_prepared'"
        ):
            raise TekilError(
                "There are no prepared people records yet: run make build, or build +int_staging__people_prepared first."
            )
        self._read("people", f"select {', '.join(COLUMNS)} from {PEOPLE}", COLUMNS)
        self._read("salt", "select salt from raw.identifier_salt", {"salt": "varchar"})
        variants = self.settings.root / "seeds" / "rules" / "given_name_variants.csv"
        self.connection.execute(
            "create or replace table variants as select name, variant_of from read_csv(?, header = true, all_varchar = true)",
            [str(variants)],
        )

    def _write(self, report: LinkingReport, clock: datetime) -> None:
        """All of it or nothing: links, the records they were made from, frequencies of a new model, the run."""
        files = {
            name: self.warehouse.scratch_folder / f"{name}.parquet"
            for name in ("links", "records", "frequencies")
        }
        linked = report.status == "linked"
        if linked:
            order = "unique_id_l, unique_id_r"
            self._save(
                files["links"],
                f"select {', '.join(SERVICE_TABLES['ops.probable_links'])} from all_links order by {order}",
            )
            self._save(
                files["records"],
                "select source, table_name, record_id, content_hash, compared_hash from records inner join compared using (unique_id)",
            )
            self._save(
                files["frequencies"],
                f"select '{report.model_version}' as model_version, column_name, value_key, frequency from learned_frequencies",
            )
        known = (
            report.model_version
            and self.warehouse.fetch(
                "select count(*) from ops.linking_frequencies where model_version = ?", [report.model_version]
            )[0][0]
        )
        with self.warehouse.transaction():
            self.warehouse.execute("delete from ops.probable_links")
            self.warehouse.execute("delete from ops.linked_records")
            if linked:
                self._insert("ops.probable_links", files["links"])
                self._insert("ops.linked_records", files["records"])
                if not known:
                    self.warehouse.execute("delete from ops.linking_frequencies")
                    self._insert("ops.linking_frequencies", files["frequencies"])
            run_id = self.warehouse.fetch("select coalesce(max(run_id), 0) + 1 from ops.linking_runs")[0][0]
            self.warehouse.execute(
                "insert into ops.linking_runs (run_id, started_at, finished_at, status, reason, records, changed_records,"
                " pairs_compared, links, model_version, trained_on_records, load_id, rules)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(run_id, clock, self.settings.clock(), report.status, report.reason or None),
                    *(report.records, report.changed_records, report.pairs_compared, report.links),
                    *(report.model_version, report.trained_on_records),
                    *(newest_people(self.warehouse), fingerprint(self.settings.root)),
                ],
            )

    def _save(self, path: Path, select: str) -> None:
        self.connection.execute(f"copy ({select}) to '{path}' (format parquet)")

    def _insert(self, table: str, path: Path) -> None:
        columns = list(SERVICE_TABLES[table])
        self.warehouse.copy_in(table, columns, f"select {', '.join(columns)} from read_parquet('{path}')")
