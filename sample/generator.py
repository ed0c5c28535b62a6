"""Writes a whole sample: chunks of people one after the other or side by side, then what is common to all."""

import json
import os
import shutil
from collections import Counter
from multiprocessing import get_context
from pathlib import Path

from . import rates as R
from .broken import write_broken
from .catalogue import catalogue
from .clock import DAY_MS, END_MS, utc_seconds
from .lives import Chunk, people_of_pair
from .writers import TABLES, Writer

STORIES = ("story_a", "story_b", "story_c")
# told in sample.json even where a small sample has none
PLANTED = (
    *STORIES,
    *("family_emails", "shared_devices", "recycled_phones", "shared_payment_cards", "households"),
    *("placeholder_phones", "placeholder_emails", "placeholder_cards", "placeholder_receipts"),
    *("kiosk_visits", "kiosk_logins", "late_events", "duplicate_events", "unreachable_sends"),
)


def chunk_size(customers: int) -> int:
    """Return how many customers share one set of files: an even number that depends on the size alone."""
    return min(20_000, max(1_250, -(-customers // 32) * 2 // 2)) // 2 * 2


def write_chunk(job: tuple[str, int, int, int, int]) -> dict:
    """Write one chunk. `job` is folder, seed, customers, days, number of the chunk; returns its counts."""
    folder, seed, customers, days, number = job
    size = chunk_size(customers)
    first, last = number * size, min(customers, (number + 1) * size)
    visitors = round(customers * R.VISITORS_PER_CUSTOMER)
    from_visitor, to_visitor = visitors * first // customers, visitors * last // customers
    cat = catalogue(seed, days)
    w = Writer(Path(folder), f"p{number:04d}")
    counts: Counter = Counter()
    examples: dict[str, list[str]] = {s: [] for s in STORIES}
    chunk = Chunk(w, cat, seed, counts, examples)
    for k in range(first // 2, (last + 1) // 2):
        chunk.pair(k, last)
    for v in range(from_visitor, to_visitor):
        chunk.visitor(customers + v)
    walk_ins = round(customers * R.WALK_IN_RECEIPTS * days / 365)
    for v in range(walk_ins * first // customers, walk_ins * last // customers):
        chunk.walk_in(2 * customers + v)
    w.close()
    return {"rows": w.rows, "repeats": w.repeats, "counts": counts, "examples": examples}


def generate(
    out: str | Path, seed: int = 20_260_101, customers: int = 5_000, days: int = 365, jobs: int = 1
) -> dict:
    """Write a sample retailer into the folder `out` and return what `sample.json` says.

    A pure function of seed, customers and days: the same bytes each time, for any `jobs`. The rows go to a
    folder beside `out` that takes its name at the end. An older sample there is replaced; a folder that holds
    anything else is not (FileExistsError). Raises ValueError for fewer than 10 customers or 60 days.
    """
    out = Path(out).absolute()
    if customers < 10 or days < 60:
        raise ValueError("a sample needs at least 10 customers and 60 days")
    if out.exists() and any(out.iterdir()) and not (out / "sample.json").exists():
        raise FileExistsError(f"{out} is not empty and holds no sample.json: name another folder")
    work = out.with_name(f".{out.name}.unfinished-{os.getpid()}")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        said = _write(work, seed, customers, days, jobs)
        if out.exists():
            shutil.rmtree(out)
        work.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return said


def _write(work: Path, seed: int, customers: int, days: int, jobs: int) -> dict:
    numbers = range(-(-customers // chunk_size(customers)))
    todo = [(str(work), seed, customers, days, n) for n in numbers]
    rows, repeats, counts = Counter(), Counter(), Counter()
    examples: dict[str, list[str]] = {s: [] for s in STORIES}
    if jobs > 1 and len(todo) > 1:
        with get_context("spawn").Pool(min(jobs, len(todo))) as pool:
            done = pool.imap(write_chunk, todo)
            results = list(done)
    else:
        results = map(write_chunk, todo)
    for result in results:
        rows.update(result["rows"])
        repeats.update(result["repeats"])
        counts.update(result["counts"])
        for s in STORIES:
            examples[s] = (examples[s] + result["examples"][s])[:5]
    w = Writer(work, "all")
    catalogue(seed, days).write(w)
    _requests(w, seed, customers, days)
    w.close()
    rows.update(w.rows)
    repeats.update(w.repeats)
    broken = write_broken(work)
    for table, (good, _) in broken["rows"].items():
        rows[table] += good
    bad = {t: b for t, (_, b) in sorted(broken["rows"].items())}
    said = {
        "seed": seed,
        "customers": customers,
        "days": days,
        "as_of": utc_seconds(END_MS),
        "starts_at": utc_seconds(END_MS - days * DAY_MS),
        "people": {"customers": counts["customers"], "visitors": counts["visitors"]},
        # good rows in the files; of these `repeats` carry a key that another row carries too
        "rows": {t: rows[t] for t in sorted(TABLES)},
        "repeats": {t: repeats[t] for t in sorted(TABLES) if repeats[t]},
        "keys": {t: rows[t] - repeats[t] for t in sorted(TABLES)},
        "broken_rows": {"total": sum(bad.values()), "by_table": bad},
        "broken_files": broken["files"],
        "planted": {k: counts[k] for k in sorted({*counts, *PLANTED} - {"customers", "visitors"})},
        "examples": examples,
    }
    path = work / "sample.json"
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return said


def _requests(w: Writer, seed: int, customers: int, days: int) -> None:
    """Write privacy requests (access, restrict, one erase) of people who are in no planted conflict."""
    asked = ("access", "restrict", "access", "erase", "restrict", "access")
    k = 0
    for i, kind in enumerate(asked):
        k = max(k, customers // 2 * i // len(asked))
        while k < customers // 2:
            people, conflicts = people_of_pair(seed, k, customers, days)
            k += 1
            if not conflicts and people[0].has_account:
                break
        else:
            return
        p = people[0]
        how, value = ("email", p.email) if i % 2 else ("phone", "+" + p.phone)
        at = END_MS - (50 - 7 * i) * DAY_MS - 5 * 3_600_000
        w.row("privacy/requests", (f"PR{i + 1:04d}", kind, how, value, utc_seconds(at)))
