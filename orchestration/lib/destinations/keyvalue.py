"""A key-value table in one SQLite file: written in one transaction a batch, read by anything while it is written."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestration.lib.destinations.base import Destination, Secrets, plain_fields
from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.answers import Answer, Closed, Transient, acknowledged
from orchestration.lib.outbox.ledger import Command
from orchestration.lib.outbox.rules import Rule


class KeyValueFile(Destination):
    """The common part of `onsite` and `files`; DESTINATION_<NAME>_PATH names the file."""

    batch_size = 10_000
    page_size = 50_000
    concurrency = 1
    requests_per_second = 0.0

    def __init__(self, rule: Rule, secrets: Secrets):
        super().__init__(rule, secrets)
        self.path = Path(secrets.need("PATH")).expanduser()
        if not self.path.is_absolute():
            raise TekilError(f"{secrets.name('PATH')} is no whole path: write it from the root on.")
        self._connection: sqlite3.Connection | None = None

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.path

    def key(self, command: Command) -> str:
        """What a reader asks for."""
        return command.address

    async def open(self) -> None:
        """Open the store, its owner's alone when it is made here."""
        try:
            self.store.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.store, os.O_WRONLY | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(self.store, timeout=30, isolation_level=None)
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = full")
            self._connection.execute(
                "create table if not exists entries (key text primary key, value text not null) without rowid"
            )
        except (OSError, sqlite3.Error) as problem:
            raise TekilError(
                f"The file of '{self.rule.destination}' cannot be written ({type(problem).__name__}): "
                f"correct {self.secrets.name('PATH')}, or the rights of its folder."
            ) from None

    async def close(self) -> None:
        """Close the store."""
        if self._connection is not None:
            self._connection.close()

    async def send(self, batch: Sequence[Command]) -> list[Answer]:
        """All rows of the batch, or none."""
        rows = [(self.key(one), json.dumps(plain_fields(one), ensure_ascii=False)) for one in batch]
        try:
            self._connection.execute("begin immediate")
            try:
                if batch[0].is_delete:
                    self._connection.executemany(
                        "delete from entries where key = ?", [row[:1] for row in rows]
                    )
                else:
                    self._connection.executemany(
                        "insert into entries (key, value) values (?, ?)"
                        " on conflict (key) do update set value = excluded.value",
                        rows,
                    )
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise
        except sqlite3.OperationalError as problem:
            if "locked" in str(problem) or "busy" in str(problem):
                raise Transient("the file is locked") from None
            raise Closed(
                f"The file of '{self.rule.destination}' cannot be written ({type(problem).__name__}): free some disk space."
            ) from None
        return [acknowledged("committed") for _ in batch]

    def entries(self) -> Iterator[tuple[str, dict]]:
        """Everything in the store, by key."""
        for key, value in self._connection.execute("select key, value from entries order by key"):
            yield key, json.loads(value)
