"""Pages about every verdict, under `data_docs` beside the warehouse: one per load, and an index. Counts and rules, never a value of a row.

Great Expectations' own pages fetch scripts, fonts and a newsletter form from seventeen addresses when they are opened; these are
whole in one file and ask nobody.
"""

import os
import re
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.lib.settings import Settings

if TYPE_CHECKING:
    from orchestration.lib.gate.judging import Outcome, Verdict
    from orchestration.lib.merging import Stamp

KEPT = 200
ORDER = {"failed": 0, "error": 0, "passed": 1, "skipped": 2}
STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --soft: #6b7785; --line: #dde3ea; --page: #fff; --bad: #b42318; --warn: #9a6700; --good: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa5b1; --line: #2f3944; --page: #14181d; --bad: #ff7b72; --warn: #e3b341; --good: #56d364; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
p { margin: .3rem 0 1rem; color: var(--soft); } p.stopped { color: var(--bad); font-weight: 600; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem .35rem 0; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td small { color: var(--soft); display: block; } td.outcome { font-weight: 600; white-space: nowrap; }
.block, .quarantine { color: var(--bad); } .warn { color: var(--warn); } .passed { color: var(--good); } .skipped { color: var(--soft); }
a { color: inherit; }
"""


def docs_folder(settings: Settings) -> Path:
    """Where the pages stand: beside the warehouse."""
    return settings.duckdb_path.parent / "data_docs"


def page_of(settings: Settings, load_id: int) -> Path:
    """The page of a load."""
    return docs_folder(settings) / f"load-{load_id:06}.html"


def write_docs(
    settings: Settings, verdicts: "list[Verdict]", stamp: "Stamp", progress: Callable[[str], None]
) -> None:
    """Write the page of a load and the index; a page that cannot be written is said, and stops nothing."""
    folder = docs_folder(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(page_of(settings, stamp.load_id), _page(verdicts, stamp))
        pages = sorted(folder.glob("load-*.html"), reverse=True)
        for old in pages[KEPT:]:
            old.unlink()
        _write(folder / "index.html", _index(pages[:KEPT]))
    except OSError as problem:
        progress(f"the pages in {folder} could not be written ({problem.strerror}); ops.gate has it all")


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a page may be open while it is written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def _html(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body>{body}</body></html>\n"
    )


def _page(verdicts: "list[Verdict]", stamp: "Stamp") -> str:
    stopped = [verdict for verdict in verdicts if verdict.is_blocked]
    outcomes = [outcome for verdict in verdicts for outcome in verdict.outcomes]
    broken = sum(outcome.is_broken for outcome in outcomes)
    asked = sum(outcome.outcome != "skipped" for outcome in outcomes)
    state = f"stopped at {', '.join(v.table.label for v in stopped)}" if stopped else "passed"
    title = f"Load {stamp.load_id}: {state}, {asked} checks, {broken} broken, {stamp.loaded_at:%Y-%m-%d %H:%M} UTC"
    head = f'<p><a href="index.html">all loads</a></p><h1>{escape(title)}</h1>'
    if stopped:
        head += '<p class="stopped">Nothing of this load was put into raw. The rows of the stopped files are in raw.quarantine.</p>'
    return _html(
        title, head + "".join(map(_table, sorted(verdicts, key=lambda v: (not v.is_blocked, v.table.label))))
    )


def _table(verdict: "Verdict") -> str:
    rows = sorted(
        verdict.outcomes,
        key=lambda o: (not o.is_blocking, ORDER[o.outcome], o.rule.expectation, o.rule.column_name),
    )
    word = "stopped" if verdict.is_blocked else "passed"
    return (
        f'<h2 id="{escape(verdict.table.raw_name)}">{escape(verdict.table.label)}: {word}</h2>'
        "<table><thead><tr><th>outcome</th><th>expectation</th><th>severity</th>"
        '<th class="number">rows</th><th class="number">break it</th><th class="number">quarantined</th></tr></thead>'
        f"<tbody>{''.join(map(_row, rows))}</tbody></table>"
    )


def _row(outcome: "Outcome") -> str:
    style = outcome.rule.severity if outcome.is_broken else outcome.outcome
    why = f"<small>{escape(outcome.rule.reason)}</small>" if outcome.rule.reason else ""
    return (
        f'<tr><td class="outcome {style}">{outcome.outcome}</td>'
        f"<td>{escape(outcome.rule.label)}<small>{escape(outcome.reason or outcome.says)}</small>{why}</td>"
        f'<td>{outcome.rule.severity}</td><td class="number">{outcome.rows_seen:,}</td>'
        f'<td class="number">{outcome.rows_failing:,}</td><td class="number">{outcome.rows_quarantined:,}</td></tr>'
    )


def _index(pages: Iterable[Path]) -> str:
    rows = []
    for page in pages:
        found = re.search(r"<title>(.*?)</title>", page.read_text(encoding="utf-8")[:1000])
        title = found[1] if found else page.stem
        style = "block" if ": stopped" in title else "passed"
        rows.append(f'<tr><td><a class="{style}" href="{page.name}">{title}</a></td></tr>')
    return _html(
        "Quality gate",
        f"<h1>Quality gate</h1><p>Newest load first.</p><table><tbody>{''.join(rows)}</tbody></table>",
    )
