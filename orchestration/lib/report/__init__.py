"""`make report`: one HTML page, without a network and without JavaScript, made from the public tables. See docs/report.md."""

import contextlib
import os
import re
from pathlib import Path

import jinja2

from orchestration.lib.errors import TekilError
from orchestration.lib.report.reading import read
from orchestration.lib.settings import Settings

HERE = Path(__file__).parent


def make_report(settings: Settings) -> Path:
    """Write the report of the published tables; returns its path. The same tables give the same bytes.

    Raises TekilError when nothing is published yet, or the file cannot be written.
    """
    text = rendered(settings)
    path = settings.report_path
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    except OSError as problem:
        raise TekilError(
            f"The report could not be written to {path} ({problem.strerror or type(problem).__name__}): "
            "free some disk space, or set TEKIL_REPORT_PATH to a file you may write."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return path


def rendered(settings: Settings) -> str:
    """The page as text."""
    # altair and vl-convert take a second to import: only who draws pays it
    from orchestration.lib.report import figures

    answers = read(settings)
    page = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    ).get_template("page.html.j2")
    text = page.render(
        **answers["clock"][0],
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        currency=settings.currency,
        timezone=settings.timezone,
        tiles=figures.tiles(answers, settings.currency),
        sections=figures.sections(answers, settings.currency),
    )
    return numbered_anew(text)


def numbered_anew(text: str) -> str:
    """The ids of clip paths as they come: the renderer counts on from chart to chart as long as the process lives."""
    seen: dict[str, str] = {}
    return re.sub(r"\bclip\d+\b", lambda found: seen.setdefault(found[0], f"clip-{len(seen) + 1}"), text)
