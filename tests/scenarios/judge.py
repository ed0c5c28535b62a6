"""Something simpler judges the clever part: union-find over evidence, in thirty lines, without guards."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

Partition = set[frozenset[Hashable]]


def union_find(evidence: Iterable[Iterable[Hashable]]) -> Partition:
    """Group everything that any piece of evidence names together; the answer is who is with whom, labels aside."""
    parent: dict[Hashable, Hashable] = {}

    def find(node: Hashable) -> Hashable:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for names in evidence:
        first, *rest = names
        parent.setdefault(first, first)
        for other in rest:
            parent.setdefault(other, other)
            parent[find(other)] = find(first)
    groups: dict[Hashable, set[Hashable]] = {}
    for node in parent:
        groups.setdefault(find(node), set()).add(node)
    return set(map(frozenset, groups.values()))


def partition(labelled: Iterable[tuple[Hashable, Hashable]]) -> Partition:
    """The same form from (member, label) pairs."""
    groups: dict[Hashable, set[Hashable]] = {}
    for member, label in labelled:
        groups.setdefault(label, set()).add(member)
    return set(map(frozenset, groups.values()))
