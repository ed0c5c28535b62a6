"""Which sources have been silent for longer than is usual for them."""

from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import duckdb

from orchestration.lib.publish import READER_PREFIX, published_path
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import connect_postgres

LEAST = timedelta(hours=26)
TIMES_USUAL = 3

LOADS = (
    "select source, loaded_at from {schema}.load_files where rows_read > 0 group by source, loaded_at "
    "order by source, loaded_at"
)


def silent_sources(settings: Settings) -> dict[str, str]:
    """The last load of each source that is late, in UTC to the minute. A source that came once has no rhythm and is never late.

    Reads what readers read, so it never meets a build.
    """
    loads: dict[str, list[datetime]] = {}
    for source, loaded_at in _loads(settings):
        loads.setdefault(source, []).append(loaded_at)
    now = settings.clock()
    return {
        source: f"{times[-1]:%Y-%m-%d %H:%M}"
        for source, times in loads.items()
        if len(times) > 1 and now - times[-1] > patience(times)
    }


def patience(times: list[datetime]) -> timedelta:
    """How long a source with these loads, in order, may be silent."""
    pauses = [later - earlier for earlier, later in pairwise(times)]
    return max(LEAST, TIMES_USUAL * timedelta(seconds=median(pause.total_seconds() for pause in pauses)))


def _loads(settings: Settings) -> list[tuple[str, datetime]]:
    if settings.target == "postgres":
        connection = connect_postgres(settings)
        try:
            with connection.cursor() as cursor:
                cursor.execute("select to_regclass(%s)", [f"{READER_PREFIX}ops.load_files"])
                if cursor.fetchone()[0] is None:
                    return []
                cursor.execute(LOADS.format(schema=f"{READER_PREFIX}ops"))
                return cursor.fetchall()
        finally:
            connection.close()
    if not published_path(settings).exists():
        return []
    connection = duckdb.connect(str(published_path(settings)), read_only=True)
    try:
        return connection.execute(LOADS.format(schema="ops")).fetchall()
    finally:
        connection.close()
