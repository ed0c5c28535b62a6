"""What every destination is, and its secrets: they come from DESTINATION_<NAME>_... alone and are never shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from orchestration.lib.errors import TekilError
from orchestration.lib.outbox.answers import Answer
from orchestration.lib.outbox.ledger import Command
from orchestration.lib.outbox.pacing import Pace
from orchestration.lib.outbox.rules import Rule

# fields that hold several texts, joined by commas in the warehouse
LISTS = ("segments",)


@dataclass(frozen=True)
class Secrets:
    """The variables DESTINATION_<NAME>_* of one destination."""

    destination: str
    environment: Mapping[str, str] = field(repr=False)

    def name(self, what: str) -> str:
        return f"DESTINATION_{self.destination.upper()}_{what}"

    def get(self, what: str, default: str = "") -> str:
        return self.environment.get(self.name(what), "").strip() or default

    def need(self, what: str) -> str:
        """One variable. Raises TekilError that names it when it is not set."""
        value = self.get(what)
        if not value:
            raise TekilError(
                f"{self.name(what)} is not set, which '{self.destination}' needs: set it in the environment of the delivery "
                "(docs/destinations.md), or write is_enabled false in seeds/rules/destinations.csv."
            )
        return value


class Destination:
    """A place rows go. A class says how one batch is sent and how an answer is read; the engine does the rest.

    `send` gets commands of which each is either a write (insert, update) or a deletion, never both in one batch, and gives one
    answer each. Sending a batch twice must have the effect of sending it once. It raises Transient, RateLimited, Refused or Closed.
    """

    kind: ClassVar[str]
    batch_size: int = 1
    page_size: int = 0  # 0: by pace
    concurrency: int = 4
    requests_per_second: float = 10.0

    def __init__(self, rule: Rule, secrets: Secrets):
        self.rule = rule
        self.secrets = secrets
        if rule.batch_size:
            if rule.batch_size > self.batch_size:
                raise TekilError(
                    f"seeds/rules/destinations.csv: '{rule.destination}' has the batch_size {rule.batch_size}, "
                    f"but {self.kind} takes {self.batch_size} at most: write that or less, or 0."
                )
            self.batch_size = rule.batch_size
        self.pace = Pace(float(rule.requests_per_second) or self.requests_per_second)

    async def open(self) -> None:
        """Before the first batch."""

    async def close(self) -> None:
        """After the last, also when something went wrong."""

    async def send(self, batch: Sequence[Command]) -> list[Answer]:
        """Carry a batch; one answer for each command, in their order."""
        raise NotImplementedError

    async def finish_page(self) -> None:
        """Before the acknowledgements of a page count. Raises Closed when they do not."""


def plain_fields(command: Command) -> dict[str, Any]:
    """The fields as JSON knows them: decimals and dates in one spelling, lists as lists."""
    return {name: plain(name, value) for name, value in command.fields.items()}


def plain(name: str, value: Any) -> Any:
    """One value as JSON knows it."""
    if name in LISTS:
        return value.split(",") if value else []
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return value
