"""A world and a place for each kind of destination."""

import itertools

import pytest

from tests.delivery.fakes import PLACES, LocalPlace
from tests.delivery.world import World

_numbers = itertools.count()


@pytest.fixture
def world():
    """An empty warehouse without dbt."""
    made = World()
    yield made
    made.close()


@pytest.fixture(params=[*PLACES, pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request, tmp_path):
    """Each kind of destination in turn, with a server behind it that can fail."""
    if request.param != "postgres":
        return PLACES[request.param](tmp_path)
    return PostgresPlace(request.getfixturevalue("postgres_database"))


class PostgresPlace(LocalPlace):
    """A table of a real PostgreSQL."""

    kind = "postgres"
    batch_size = 7

    def __init__(self, database: dict[str, str]):
        super().__init__()
        self.database = database
        self.connection = None

    def environment(self):
        host, port, name = (self.database[f"TEKIL_PG_{part}"] for part in ("HOST", "PORT", "DBNAME"))
        return {
            "DESTINATION_TEST_URL": f"postgresql://postgres@/{name}?host={host}&port={port}",
            "DESTINATION_TEST_TABLE": "public.people",
        }

    def expected(self, wanted):
        found = {}
        for key, fields in wanted.items():
            if self.address(key) not in self.poison:
                texts = {n: None if v is None else str(v) for n, v in fields.items()}
                found[self.address(key)] = texts | {"is_member": str(fields["is_member"]).lower()}
        return found

    def contents(self):
        from tests.support.tables import connect

        connection = connect(self.database | {"TEKIL_TARGET": "postgres"})
        try:
            cursor = connection.cursor()
            cursor.execute("select to_regclass('public.people')")
            if cursor.fetchone()[0] is None:
                return {}
            cursor.execute("select * from public.people")
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            connection.close()
        return {
            f"{row['row_key']}@posta.com.tr": {
                name: row[name].removesuffix(".0000") if name == "spend_amount" else row[name]
                for name in row
                if name != "row_key"
            }
            for row in rows
        }
