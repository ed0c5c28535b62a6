"""Run macro files as they stand, on a plain connection, without dbt: hundreds of graphs in the time of one dbt start.

`Macros(connection, "duckdb", [paths])` reads the files into one Jinja template with dbt's own words (`run_query`, `var`,
`log`, `adapter.dispatch`, `exceptions`); `macros.call("find_components", ...)` runs a macro and returns the text it renders.
Only what our macros use is there, so a macro that needs more fails at once with Jinja's own words.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from types import SimpleNamespace

import jinja2

ROOT = Path(__file__).resolve().parents[2]
COMPONENT_MACROS = tuple(
    ROOT / "macros" / f"{name}.sql"
    for name in (
        "cross_db/gather_statistics",
        "cross_db/hex_integer",
        "identity/find_components",
        "identity/hook_and_shortcut",
        "identity/renew_components",
    )
)


class CompilationError(RuntimeError):
    """What `exceptions.raise_compiler_error` raises here."""


class Macros:
    """The macros of some files, bound to one connection of one engine."""

    def __init__(self, connection, engine: str, paths=COMPONENT_MACROS, **variables) -> None:
        self.connection = connection
        self.engine = engine
        self.variables = {"max_component_rounds": 60} | variables
        self.logged: list[str] = []
        self.statements: list[tuple[float, str]] = []
        environment = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)
        template = environment.from_string(
            "\n".join(path.read_text(encoding="utf-8") for path in paths),
            globals={
                "run_query": self.run_query,
                "var": self.variables.__getitem__,
                "log": lambda text, info=False: self.logged.append(text) or "",
                "target": SimpleNamespace(
                    type=engine, settings=SimpleNamespace(checkpoint_threshold="256MB")
                ),
                "adapter": SimpleNamespace(dispatch=self.dispatch, commit=lambda: connection.commit() and ""),
                "graph": {},
                "exceptions": SimpleNamespace(raise_compiler_error=self.refuse),
            },
        )
        self.module = template.make_module()

    def call(self, macro: str, *arguments, **named) -> str:
        """Run a macro; returns the text it renders."""
        return str(getattr(self.module, macro)(*arguments, **named))

    def dispatch(self, macro: str, namespace: str = ""):
        """The macro of this engine, else the default one."""
        return getattr(self.module, f"{self.engine}__{macro}", None) or getattr(
            self.module, f"default__{macro}"
        )

    def refuse(self, message: str):
        """Raise as dbt would."""
        raise CompilationError(re.sub(r"\s+", " ", message))

    def run_query(self, sql: str):
        """Run one statement; `rows` of what comes back, as dbt gives them, and the time it took is kept."""
        started = time.perf_counter()
        cursor = self.connection.cursor() if self.engine == "postgres" else self.connection
        cursor.execute(sql)
        rows = cursor.fetchall() if cursor.description else []
        self.statements.append((time.perf_counter() - started, sql))
        return SimpleNamespace(rows=rows)
