"""The one screen at the end of a build: what came in, who it is, where they stand, and what to do next."""

import textwrap
from pathlib import Path

from orchestration.lib.gate import gate_line
from orchestration.lib.publish import READER_PREFIX, published_path
from orchestration.lib.query import fetching
from orchestration.lib.settings import Settings

WIDTH = 78
SEGMENTS_SHOWN = 8


def summary(settings: Settings, seconds: float) -> str:
    """The summary of the build that stands in the warehouse, as text of one screen; no personal data."""
    with fetching(settings) as fetch:
        return "\n".join(
            [
                _title(settings, seconds),
                *_rows_in(fetch),
                *_wrapped(f"{'gate':<20}{gate_line(fetch, settings)}"),
                *_identity(fetch),
                *_segments(fetch),
                *_next_steps(settings),
            ]
        )


def _title(settings: Settings, seconds: float) -> str:
    as_of = f"{settings.clock():%Y-%m-%d %H:%M} UTC"
    return f"\nTekil on {settings.target}, as of {as_of}, built in {seconds:.0f} s\n" + "=" * WIDTH


def _rows_in(fetch) -> list[str]:
    rows = fetch(
        "select source, sum(rows_read), sum(rows_loaded), sum(rows_replaced), sum(rows_quarantined) "
        "from ops.row_counts group by source having sum(rows_read) > 0 order by source"
    )
    lines = [f"{'rows in':<20}{'read':>12} ={'loaded':>12} +{'replaced':>10} +{'quarantined':>12}"]
    for source, *counts in [*rows, ("all", *(sum(int(row[i]) for row in rows) for i in range(1, 5)))]:
        read, loaded, replaced, quarantined = (int(count) for count in counts)
        lines.append(f"  {source:<18}{read:>12,} ={loaded:>12,} +{replaced:>10,} +{quarantined:>12,}")
    rejected = fetch("select path, reason from raw.rejected_files order by path, reason")
    for path, reason in rejected[:3]:
        lines += _wrapped(f"  file rejected: {path} ({reason})", indent=4)
    if len(rejected) > 3:
        lines.append(f"  ... and {len(rejected) - 3} more in raw.rejected_files")
    return lines


def _identity(fetch) -> list[str]:
    ((reason, share, threshold, is_ready, anonymous),) = fetch(
        "select reason, share, threshold, is_ready, anonymous_visitors from identity.identity_readiness"
    )
    quality = dict(
        fetch(
            "select measure, value from identity.identity_quality where level = 'exact' "
            "and measure in ('known_customers', 'pairwise_precision', 'pairwise_recall')"
        )
    )
    filled = round(float(share) * 40)
    mark = round(float(threshold) * 40)
    dial = "".join("|" if place == mark else "#" if place < filled else "." for place in range(41))
    lines = [
        "-" * WIDTH,
        f"customers           {int(quality['known_customers']):>12,} known, {int(anonymous):,} anonymous visitors",
        f"on two channels     [{dial}] {float(share):.0%}, line at {float(threshold):.0%}",
        *_wrapped(f"{'':<20}{'ready' if is_ready else 'NOT READY'}: {reason}"),
    ]
    if quality.get("pairwise_precision") is not None:
        lines.append(
            f"against the labels  precision {float(quality['pairwise_precision']):.4f}, "
            f"recall {float(quality['pairwise_recall']):.4f} (pairs of records, exact)"
        )
    return lines


def _segments(fetch) -> list[str]:
    """The first segments in the order of their codes, and how many more there are: a screen does not hold them all."""
    rows = fetch("select segment, size, requirement from segments.segments order by requirement, segment")
    rows = sorted(rows, key=lambda row: (int("".join(filter(str.isdigit, row[2])) or 999), row[0]))
    shown, more = rows[:SEGMENTS_SHOWN], len(rows) - SEGMENTS_SHOWN
    cells = [f"{segment:<26}{int(size):>9,}" for segment, size, _ in shown]
    half = (len(cells) + 1) // 2
    lines = ["-" * WIDTH, f"segments{f' (and {more} more)' if more > 0 else ''}"]
    for left, right in zip(cells[:half], [*cells[half:], *[""] * (half * 2 - len(cells))], strict=True):
        lines.append(f"  {left}    {right}".rstrip())
    return lines


def _next_steps(settings: Settings) -> list[str]:
    if settings.target == "postgres":
        warehouse = f"PostgreSQL {settings.pg_host}:{settings.pg_port}, database {settings.pg_dbname}"
        look = f"the schemas {READER_PREFIX}profiles, {READER_PREFIX}segments and so on in any BI tool (no personal data)"
    else:
        warehouse = _short(settings.duckdb_path)
        look = f"{_short(published_path(settings))} in any BI tool (read-only copy, no personal data)"
    return [
        "-" * WIDTH,
        *_wrapped(f"{'warehouse':<20}{warehouse}"),
        *_wrapped(f"{'read it':<20}{look}"),
        'try                 make query SQL="select * from segments.segments"',
        "your own data       TEKIL_LANDING=folder make build   (docs/landing.md)",
    ]


def _short(path: Path) -> str:
    """The path as one types it here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _wrapped(text: str, indent: int = 20) -> list[str]:
    """The text over as many lines as the screen needs; a path is never broken."""
    return textwrap.wrap(
        text,
        WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
