"""Load a landing folder into the schema raw of the warehouse: `python -m orchestration.lib.load`."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import duckdb
import psycopg2

from orchestration.lib import merging
from orchestration.lib.arrivals import without_growing
from orchestration.lib.errors import TekilError
from orchestration.lib.files import LandedFile, discover, fingerprint
from orchestration.lib.gate import state
from orchestration.lib.gate.docs import write_docs
from orchestration.lib.gate.judging import Verdict, get_ready, judge
from orchestration.lib.gate.staged import Batch, Staging, refuse_rows
from orchestration.lib.gate.state import GateClosed
from orchestration.lib.landing import LandingTable, read_contract
from orchestration.lib.locks import build_lock
from orchestration.lib.merging import Counts, Stamp
from orchestration.lib.reading import Reading, read_batch
from orchestration.lib.seeds import drop_outgrown
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import Warehouse, open_warehouse

BATCH_BYTES = 512 * 1024 * 1024
BATCH_FILES = 2000
GROWTH = {"jsonl.gz": 8, "csv.gz": 8, "parquet": 6}
SPEAK_AFTER = 5.0

Progress = Callable[[str], None]


@dataclass
class LoadReport:
    """What a load did. `tables` counts by (source, table); `unknown_columns` are names by `source/table`."""

    load_id: int
    files_seen: int = 0
    files_loaded: int = 0
    files_rejected: int = 0
    files_skipped: int = 0
    files_stopped: int = 0
    files_held: int = 0
    tables: dict[tuple[str, str], Counts] = field(default_factory=dict)
    unknown_columns: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rows(self) -> Counts:
        return sum(self.tables.values(), Counts())

    def summary(self) -> str:
        rows = self.rows
        stopped = (
            f", {self.files_stopped} stopped by the gate, {self.files_held} held for the next load"
            if self.files_stopped or self.files_held
            else ""
        )
        return (
            f"load {self.load_id}: {self.files_loaded} files loaded, {self.files_skipped} known already, "
            f"{self.files_rejected} rejected{stopped}; {rows.read} rows read = {rows.loaded} loaded +"
            f" {rows.replaced} replaced "
            f"+ {rows.quarantined} quarantined ({self.seconds:.1f} s)"
        )


def load(settings: Settings, progress: Progress = print, settle_seconds: float = 0) -> LoadReport:
    """Load every new or changed file of the landing folder; safe to repeat, safe to kill.

    Files that changed within the last `settle_seconds` may still be written to, and are left for the next load.
    Raises TekilError, one sentence, when the landing folder or the warehouse cannot be used, and GateClosed when the gate stopped
    what landed: then nothing of this load is in raw.
    """
    contract = read_contract(settings.root)
    with build_lock(settings, progress=progress):
        landing = without_growing(discover(settings.landing, contract), settle_seconds)
        warehouse = open_warehouse(settings)
        try:
            return _Run(settings, contract, warehouse, progress).load(landing)
        except (duckdb.Error, psycopg2.Error, OSError) as problem:
            raise _sentence(problem) from problem
        finally:
            warehouse.close()


def _sentence(problem: Exception) -> TekilError:
    text = str(problem)
    if "No space left" in text or getattr(problem, "errno", None) == 28 or "max_temp_directory_size" in text:
        return TekilError(
            "The disk is full: free some space, then run this again; nothing half-done was kept."
        )
    if isinstance(problem, duckdb.OutOfMemoryException):
        return TekilError(
            "The load needs more memory than TEKIL_MEMORY_LIMIT allows: raise it, then run this again."
        )
    kind = type(problem).__name__
    if isinstance(problem, psycopg2.OperationalError):
        return TekilError(f"The connection to PostgreSQL was lost during the load ({kind}): run this again.")
    return TekilError(f"The load stopped on an unexpected {kind}; nothing half-done was kept.")


@dataclass
class _Run:
    """One load run."""

    settings: Settings
    contract: dict[tuple[str, str], LandingTable]
    warehouse: Warehouse
    progress: Progress
    started: float = field(default_factory=time.monotonic)
    spoke: float = field(default_factory=time.monotonic)
    released: set[tuple[int, str, str]] = field(default_factory=set)
    waived: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def load(self, landing) -> LoadReport:
        self.warehouse.ensure_tables(self.contract)
        self.warehouse.check_salt(self.settings.pii_salt)
        for seed in drop_outgrown(self.warehouse, self.settings.root):
            self.progress(f"seeds/rules/{seed}.csv has other columns than before: its table is made anew")
        self._list_counts()
        self.released = state.released(self.warehouse)
        stamp = self._begin()
        report = LoadReport(stamp.load_id, remarks=list(landing.remarks))
        for remark in report.remarks:
            self.progress(remark)
        staging = Staging(self.warehouse)
        try:
            for key, files in landing.files.items():
                self._read_table(self.contract[key], files, staging, report)
            verdicts = self._judge(staging, stamp, report)
            stopped = [verdict for verdict in verdicts if verdict.is_blocked]
            if stopped:
                self._stop(stopped, verdicts, staging, stamp, report)
            else:
                for batch in staging.batches:
                    self._load_batch(batch, stamp, report)
                    staging.drop(batch)
        except BaseException as problem:
            self._end(stamp, report, "interrupted" if isinstance(problem, KeyboardInterrupt) else "failed")
            raise
        report.seconds = time.monotonic() - self.started
        self._end(stamp, report, "stopped" if stopped else "succeeded")
        if stopped:
            raise GateClosed(_why_stopped(stopped, stamp.load_id), report)
        return report

    def _begin(self) -> Stamp:
        """Open the run; a run that was left running has died, since we hold the lock."""
        with self.warehouse.transaction():
            now = self.settings.clock()
            self.warehouse.execute(
                "update ops.load_runs set status = 'interrupted', finished_at = ? where status = 'running'",
                [now],
            )
            last = self.warehouse.fetch("select coalesce(max(load_id), 0) from ops.load_runs")[0][0]
            self.warehouse.execute(
                "insert into ops.load_runs (load_id, started_at, status, landing) values (?, ?, 'running',"
                " ?)",
                [last + 1, now, str(self.settings.landing)],
            )
        return Stamp(last + 1, now)

    def _end(self, stamp: Stamp, report: LoadReport, status: str) -> None:
        rows = report.rows
        try:
            with self.warehouse.transaction():
                self.warehouse.execute(
                    "update ops.load_runs set finished_at = ?, status = ?, files_seen = ?, files_loaded = ?,"
                    " files_rejected = ?, files_stopped = ?, files_held = ?, rows_read = ?, rows_loaded = ?, rows_replaced = ?,"
                    " rows_quarantined = ?"
                    " where load_id = ?",
                    [
                        *(self.settings.clock(), status),
                        *(report.files_seen, report.files_loaded, report.files_rejected),
                        *(report.files_stopped, report.files_held),
                        *(rows.read, rows.loaded, rows.replaced, rows.quarantined),
                        stamp.load_id,
                    ],
                )
        except (duckdb.Error, psycopg2.Error):
            if status == "succeeded":
                raise

    def _read_table(
        self, table: LandingTable, files: list[LandedFile], staging: Staging, report: LoadReport
    ) -> None:
        """Read what is new of a table into the scratch tables where the gate will judge it."""
        report.files_seen += len(files)
        fresh = self._fresh(table, files, report)
        report.files_skipped += len(files) - len(fresh)
        unknown: set[str] = set()
        if fresh and self.settings.gate:
            get_ready()
        for files_of_batch in batches(fresh):
            folder = self.warehouse.scratch_folder
            reading = Reading(self.warehouse.scratch, folder, table, self.settings.timezone, unknown=unknown)
            read_batch(reading, files_of_batch)
            staging.add(reading, files_of_batch, sum(map(grown, files_of_batch)))
            self._tidy(folder)
        if unknown:
            names = sorted({shown_name(name) for name in unknown})
            report.unknown_columns[table.label] = names
            self.progress(f"{table.label}: unknown columns dropped: {', '.join(names)}")

    def _fresh(self, table: LandingTable, files: list[LandedFile], report: LoadReport) -> list[LandedFile]:
        """The files whose content was not the last one loaded from their path; released ones alone, where there are any."""
        known = {
            path: (sha256, status, int(load_id))
            for path, sha256, status, load_id in self.warehouse.fetch(
                "select path, sha256, status, load_id from ops.load_files where source = ? and table_name = ? order"
                " by load_id",
                [table.source, table.name],
            )
        }
        for file in files:
            fingerprint(file)
        released = [
            file
            for file in files
            if file.path in known
            and known[file.path][:2] == (file.sha256, "stopped")
            and (known[file.path][2], table.source, table.name) in self.released
        ]
        if released:
            loads = {known[file.path][2] for file in released}
            self.waived[table.source, table.name] = set().union(
                *(state.stopped_by(self.warehouse, load, table.source, table.name) for load in loads)
            )
        new = [
            file
            for file in files
            if file.path not in known
            or known[file.path][0] != file.sha256
            or (file.sha256 is None and known[file.path][1] != "rejected")
        ]
        if released and new:
            report.files_held += len(new)
            report.files_skipped -= len(new)
            self.progress(
                f"{table.label}: {len(new)} new files wait for the next load, after the released ones"
            )
        return released or new

    def _judge(self, staging: Staging, stamp: Stamp, report: LoadReport) -> list[Verdict]:
        """Ask the gate about everything that was read; its word stands in ops.gate before a row of it stands in raw."""
        if not staging.batches:
            return []
        if not self.settings.gate:
            self.progress(
                "the gate is off (TEKIL_GATE): what landed is loaded unjudged, and nothing may leave"
            )
            return []
        verdicts = judge(staging, self.warehouse, self.settings, self.contract, self.waived)
        for verdict in verdicts:
            for outcome in verdict.outcomes:
                if outcome.is_broken or outcome.rows_quarantined:
                    self.progress(
                        f"gate: {verdict.table.label}: {outcome.rule.severity}: {outcome.rule.label}: {outcome.reason}"
                    )
        if not any(verdict.is_blocked for verdict in verdicts):
            with self.warehouse.transaction():
                state.write_verdicts(self.warehouse, verdicts, stamp.load_id, stamp.loaded_at)
        write_docs(self.settings, verdicts, stamp, self.progress)
        return verdicts

    def _stop(
        self,
        stopped: list[Verdict],
        verdicts: list[Verdict],
        staging: Staging,
        stamp: Stamp,
        report: LoadReport,
    ) -> None:
        """Put the rows of the stopped files into quarantine, all or none; every other file is left for the next load."""
        files = {verdict.table: verdict for verdict in stopped}
        with self.warehouse.transaction():
            state.write_verdicts(self.warehouse, verdicts, stamp.load_id, stamp.loaded_at)
            for batch in staging.batches:
                verdict = files.get(batch.table)
                numbers = sorted(n for b, n in verdict.stopped if b == batch.number) if verdict else []
                report.files_held += len(batch.files) - len(numbers)
                if numbers:
                    report.files_stopped += len(numbers)
                    self._stop_files(batch, numbers, f"gate: batch stopped: {verdict.reason}", stamp, report)

    def _stop_files(
        self, batch: Batch, numbers: list[int], reason: str, stamp: Stamp, report: LoadReport
    ) -> None:
        among = f"_file_number in ({', '.join(map(str, numbers))})"
        refuse_rows(self.warehouse.scratch, batch, among, reason)
        merging.write_quarantine(self.warehouse, batch, stamp, numbers)
        counts = merging.count_rows(self.warehouse.scratch, batch, {})
        total = Counts()
        for number in numbers:
            rows = counts.get(number, Counts())
            batch.files[number - 1].notes.insert(0, reason)
            self._record_file(batch.table, batch.files[number - 1], rows, stamp, "stopped")
            total += rows
        self._add_counts(batch.table, total)
        key = (batch.table.source, batch.table.name)
        report.tables[key] = report.tables.get(key, Counts()) + total

    def _load_batch(self, batch: Batch, stamp: Stamp, report: LoadReport) -> None:
        scratch, table, files = self.warehouse.scratch, batch.table, batch.files
        merging.choose_winners(scratch, batch)
        with self.warehouse.transaction():
            added = merging.merge_batch(self.warehouse, batch, stamp)
            merging.write_quarantine(self.warehouse, batch, stamp)
            counts = merging.count_rows(scratch, batch, added)
            for number, file in enumerate(files, start=1):
                self._record_file(table, file, counts.get(number, Counts()), stamp)
            total = sum(counts.values(), Counts())
            self._add_counts(table, total)
        self.warehouse.after_load(table, total.read)
        key = (table.source, table.name)
        report.tables[key] = report.tables.get(key, Counts()) + total
        rejected = [file for file in files if file.reason]
        report.files_rejected += len(rejected)
        report.files_loaded += len(files) - len(rejected)
        self._speak(table, files, report)

    def _record_file(
        self,
        table: LandingTable,
        file: LandedFile,
        counts: Counts,
        stamp: Stamp,
        status: str | None = None,
    ) -> None:
        status = status or (
            "rejected"
            if file.reason
            else "partial"
            if any("gzip" in note for note in file.notes)
            else "loaded"
        )
        if not counts.read and not file.reason:
            file.notes.append("no rows")
        reason = file.reason or "; ".join(file.notes) or None
        self.warehouse.execute(
            "insert into ops.load_files (load_id, source, table_name, path, sha256, bytes, status, reason,"
            " rows_read,"
            " rows_loaded, rows_replaced, rows_quarantined, loaded_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " ?, ?, ?, ?)",
            [
                *(
                    stamp.load_id,
                    table.source,
                    table.name,
                    file.path,
                    file.sha256,
                    file.bytes,
                    status,
                    reason,
                ),
                *(counts.read, counts.loaded, counts.replaced, counts.quarantined, stamp.loaded_at),
            ],
        )
        if file.reason:
            self.warehouse.execute(
                "insert into raw.rejected_files (path, sha256, bytes, reason, _loaded_at, _load_id)"
                " values (?, ?, ?, ?, ?, ?)",
                [file.path, file.sha256, file.bytes, file.reason, stamp.loaded_at, stamp.load_id],
            )

    def _list_counts(self) -> None:
        """A row of zeros in ops.row_counts for each table that has none yet."""
        listed = set(self.warehouse.fetch("select source, table_name from ops.row_counts"))
        with self.warehouse.transaction():
            for table in self.contract.values():
                if (table.source, table.name) not in listed:
                    self.warehouse.execute(
                        "insert into ops.row_counts values (?, ?, 0, 0, 0, 0, 0)", [table.source, table.name]
                    )

    def _add_counts(self, table: LandingTable, counts: Counts) -> None:
        self.warehouse.execute(
            "update ops.row_counts set rows_read = rows_read + ?, rows_loaded = rows_loaded + ?,"
            " rows_replaced = rows_replaced + ?, rows_quarantined = rows_quarantined + ?,"
            f" rows_in_raw = (select count(*) from raw.{table.raw_name}) where source = ? and table_name = ?",
            [counts.read, counts.loaded, counts.replaced, counts.quarantined, table.source, table.name],
        )

    def _tidy(self, folder) -> None:
        for path in folder.iterdir():
            if path.is_symlink() or path.is_file():
                path.unlink(missing_ok=True)

    def _speak(self, table: LandingTable, files: list[LandedFile], report: LoadReport) -> None:
        for file in files:
            if file.reason:
                self.progress(f"{file.path}: rejected, {file.reason}")
            elif file.notes:
                self.progress(f"{file.path}: {'; '.join(file.notes)}")
        if time.monotonic() - self.spoke >= SPEAK_AFTER:
            self.spoke = time.monotonic()
            rows = report.tables[table.source, table.name]
            self.progress(f"{table.label}: {rows.read} rows so far ({self.spoke - self.started:.0f} s)")


def _why_stopped(stopped: list[Verdict], load_id: int) -> str:
    """What the gate stopped and what a person can do, as one sentence."""
    first = stopped[0]
    others = f" and {len(stopped) - 1} more tables" if len(stopped) > 1 else ""
    return (
        f"The gate stopped {first.table.label}{others} in load {load_id}, so nothing of it was loaded: "
        f"{first.reason.rstrip('.')}; land it corrected, or run make release or make discard with LOAD={load_id}."
    )


def shown_name(name: str) -> str:
    """The name of an unknown column as it may be told: a key that is an address or a number is data, not a name."""
    is_personal = "@" in name or len(re.sub(r"\D", "", name)) >= 7 or len(name) > 80
    return "(a name that looks like a value)" if is_personal else name


def batches(files: list[LandedFile]) -> Iterator[list[LandedFile]]:
    """Slices of the sorted files, in order, that are bounded in size, so that memory is."""
    batch: list[LandedFile] = []
    size = 0
    for file in files:
        if batch and (size + grown(file) > BATCH_BYTES or len(batch) >= BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += grown(file)
    if batch:
        yield batch


def grown(file: LandedFile) -> int:
    """About how many bytes of text a file holds."""
    return file.bytes * GROWTH.get(file.kind + (".gz" if file.is_gzipped else ""), 1)


def main() -> int:
    """Load by the environment's settings; progress goes to standard error."""

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    try:
        report = load(Settings.from_environment(), say)
    except TekilError as problem:
        say(f"error: {problem}")
        return 1
    say(report.summary())
    return 0


if __name__ == "__main__":
    sys.exit(main())
