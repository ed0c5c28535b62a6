"""What a destination can answer, and how it fails: four errors, each with its own consequence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What a destination said of one row: acknowledged, refused for good, or to be tried again. No personal data in it."""

    result: str
    text: str = ""


def acknowledged(receipt: str = "") -> Answer:
    return Answer("acknowledged", receipt)


def refused(reason: str) -> Answer:
    return Answer("refused", reason)


def again(reason: str) -> Answer:
    return Answer("again", reason)


class Transient(Exception):
    """Nobody knows whether the batch arrived, or it may work later: send the same batch again."""


class RateLimited(Transient):
    """Too many requests; `retry_after` is what the destination asked for in seconds, if it did."""

    def __init__(self, reason: str, retry_after: float | None = None):
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(Exception):
    """Something in the batch will never be taken: halve it until the row is found."""


class Closed(Exception):
    """The destination takes nothing from us now (credentials, address, disk): stop, and say so in this sentence."""
