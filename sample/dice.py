"""Chance that is the same on every machine.

Only `Random.random()` is promised to be stable between Python versions, so everything is made of it; no
logarithms or roots, whose last digit may differ between machines.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Roll = Callable[[], float]


def roll(*words: object) -> Roll:
    """Return a source of numbers in [0, 1) for the given words: the same words, the same numbers."""
    return Random("/".join(map(str, words))).random


def between(r: Roll, low: int, high: int) -> int:
    """Return a whole number from low to high, both included."""
    return low + int(r() * (high - low + 1))


def pick(r: Roll, items: Sequence) -> Any:
    """Return one of the items, all alike."""
    return items[int(r() * len(items))]


def steps(pairs: Sequence) -> list[tuple[float, Any]]:
    """Turn (item, weight) pairs into running totals that `weighted` reads."""
    total, run, out = sum(w for _, w in pairs), 0.0, []
    for item, w in pairs:
        run += w / total
        out.append((run, item))
    out[-1] = (1.0, out[-1][1])
    return out


def weighted(r: Roll, table: list[tuple[float, Any]]) -> Any:
    """Return one item of a table made by `steps`."""
    x = r()
    for limit, item in table:
        if x < limit:
            return item
    return table[-1][1]


def quantile(r: Roll, at: Sequence[float], values: Sequence[float]) -> float:
    """Return a number from the distribution with the given quantiles (straight lines between them)."""
    x = r()
    for i in range(1, len(at)):
        if x < at[i]:
            return values[i - 1] + (values[i] - values[i - 1]) * (x - at[i - 1]) / (at[i] - at[i - 1])
    return values[-1]
