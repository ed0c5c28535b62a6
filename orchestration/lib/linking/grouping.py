"""Which links would join two people through a third record: a father and a son through a record without a birth date."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

Pair = tuple[int, int]


def components(links: Iterable[Pair]) -> list[list[int]]:
    """The groups that links make, each in order."""
    parent: dict[int, int] = {}

    def root(record: int) -> int:
        while parent.setdefault(record, record) != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for left, right in links:
        parent[root(left)] = root(right)
    groups = defaultdict(list)
    for record in sorted(parent):
        groups[root(record)].append(record)
    return list(groups.values())


def contested(links: Sequence[Pair], vetoes: Iterable[Pair], absolute: bool = False) -> set[Pair]:
    """The links, given strongest first, that would join two groups between which as many pairs are vetoed as are linked.

    With `absolute` one vetoed pair is enough. Groups grow from the strongest link down, so a record without a birth date goes to the nearer of father and son and keeps them apart.
    """
    linked, vetoed = defaultdict(set), defaultdict(set)
    for table, pairs in ((linked, links), (vetoed, vetoes)):
        for left, right in pairs:
            table[left].add(right)
            table[right].add(left)
    group: dict[int, set[int]] = {}
    refused = set()
    for left, right in links:
        small, large = sorted((group.get(left, {left}), group.get(right, {right})), key=len)
        if small is large:
            continue
        against = sum(len(vetoed[record] & large) for record in small)
        if against and (absolute or against >= sum(len(linked[record] & large) for record in small)):
            refused.add((left, right))
            continue
        large |= small
        for record in small:
            group[record] = large
        group[left] = group[right] = large
    return refused
