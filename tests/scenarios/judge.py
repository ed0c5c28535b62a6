"""Something simpler judges the clever part: plain Python over evidence, no SQL.

`union_find` groups without guards, in thirty lines. `judge` knows the guards too: it refuses identifiers, offers links and
joins the strongest first, one at a time. Labels are no part of the answer: it is who is with whom, what was refused, what links.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import NamedTuple

Partition = set[frozenset[Hashable]]
Identifier = tuple[str, str]
WINDOWS = {
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}


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


@dataclass(frozen=True)
class Evidence:
    """Identifiers seen together, as one record or one kind of call names them."""

    name: str
    identifiers: tuple[Identifier, ...]
    seen_at: datetime | None = None
    given_name: str | None = None
    own: Identifier | None = None
    birth_date: date | None = None
    record: tuple[str, str, str] | None = None


class Kind(NamedTuple):
    """What identifier_types says of a type."""

    trust_rank: int
    max_per_customer: int | None
    is_known_person: bool
    is_standalone: bool


class Override(NamedTuple):
    """One hand-written decision on a pair of identifiers."""

    action: str
    left: Identifier
    right: Identifier
    decided_at: datetime
    reason: str = "told by a person"


@dataclass
class Rules:
    """The opinions, as data: what stands in seeds/rules, and who is asked for keys."""

    types: dict[str, Kind]
    limits: list[tuple[str, str, str, int]] = field(default_factory=list)
    denylist: list[tuple[str, str, str]] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    key: Callable[[Identifier], str] = lambda identifier: key_of(identifier)

    def rank(self, identifier: Identifier) -> int:
        return self.types[identifier[0]].trust_rank

    def holding(self, action: str) -> list[tuple[Identifier, Identifier]]:
        """Of each pair the newest decision; at one moment exclude comes before withdraw before include."""
        newest: dict[frozenset, Override] = {}
        strictness = ["include", "withdraw", "exclude"].index
        for told in sorted(self.overrides, key=lambda o: (o.decided_at, strictness(o.action))):
            newest[frozenset((told.left, told.right))] = told
        return [(o.left, o.right) for o in newest.values() if o.action == action and o.left != o.right]


class Link(NamedTuple):
    """What one link offers; links are compared in this order, the strongest first."""

    not_included: bool
    weaker_rank: int
    stronger_rank: int
    minus_evidence_count: int
    left_node: int
    right_node: int
    left: Identifier
    right: Identifier


class Verdict(NamedTuple):
    """Who is with whom, which identifiers a guard refuses, and what became of each link."""

    groups: Partition
    refused: dict[Identifier, str]
    refused_pairs: set[tuple[Identifier, Identifier]]
    accepted: set[frozenset[Identifier]]
    vetoed: set[frozenset[Identifier]]


def judge(evidence: Iterable[Evidence], rules: Rules) -> Verdict:
    """Group identifiers by the evidence, under the guards."""
    evidence = list(evidence)
    everything = {identifier for told in evidence for identifier in told.identifiers}
    refused = refuse(evidence, rules)
    included = {end for pair in rules.holding("include") for end in pair}
    mapped = {
        identifier
        for identifier in everything
        if identifier in included
        or refused.get(identifier) is None
        or stands_alone(identifier, refused, rules)
    }
    links, refused_pairs = offer(evidence, refused, rules, mapped)
    groups = join_the_strongest(mapped, links, vetoes(evidence, rules, mapped), rules)
    label = {identifier: number for number, group in enumerate(groups) for identifier in group}
    pairs = {frozenset((link.left, link.right)) for link in links}
    accepted = {pair for pair in pairs if len({label[end] for end in pair}) == 1}
    return Verdict(groups, refused, refused_pairs, accepted, pairs - accepted)


def stands_alone(identifier: Identifier, refused: dict[Identifier, str], rules: Rules) -> bool:
    """A shared cookie or payment card keeps a customer of its own; what the denylist names keeps none."""
    kind = rules.types[identifier[0]]
    return refused[identifier] != "denylist" and kind.is_standalone and not kind.is_known_person


def refuse(evidence: list[Evidence], rules: Rules) -> dict[Identifier, str]:
    """The identifiers that may not link, with the guard that says so."""
    denied: dict[Identifier, str] = {}
    for identifier in {identifier for told in evidence for identifier in told.identifiers}:
        for kind, match, value in rules.denylist:
            hit = value == identifier[1] if match == "exact" else re.search(value, identifier[1])
            if kind == identifier[0] and hit:
                denied[identifier] = "denylist"
    first_beside: dict[tuple[Identifier, str], dict[Hashable, datetime | None]] = defaultdict(dict)
    for told in evidence:
        allowed = [identifier for identifier in told.identifiers if identifier not in denied]
        counted = [(other[0], other) for other in allowed]
        # one letter tells nothing
        counted += [("given_name", told.given_name[:2])] if len(told.given_name or "") > 1 else []
        for identifier in allowed:
            for kind, value in counted:
                seen = first_beside[identifier, kind]
                seen[value] = earliest(seen.get(value), told.seen_at)
    guards: dict[Identifier, set[str]] = defaultdict(set)
    for (identifier, kind), seen in first_beside.items():
        for limited, counted_kind, window, max_count in rules.limits:
            if (limited, counted_kind) == (identifier[0], kind) and fullest(seen, window) > max_count:
                guards[identifier].add("bad_value" if kind == "given_name" else "limit")
    return {identifier: min(found) for identifier, found in guards.items()} | denied


def earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def fullest(seen: dict[Hashable, datetime | None], window: str) -> int:
    """How many values, or the most that were first seen within one stretch of the window's length."""
    if window == "ever":
        return len(seen)
    moments = [moment for moment in seen.values() if moment is not None]
    return max(
        (sum(end - WINDOWS[window] < moment <= end for moment in moments) for end in moments), default=0
    )


def offer(
    evidence: list[Evidence], refused: dict[Identifier, str], rules: Rules, mapped: set[Identifier]
) -> tuple[list[Link], set[tuple[Identifier, Identifier]]]:
    """The links that evidence and people offer, and the pairs whose first end a guard refuses."""
    named: dict[str, set[Identifier]] = defaultdict(set)
    for told in evidence:
        named[told.name].update(told.identifiers)
    counts: Counter[frozenset[Identifier]] = Counter()
    refused_pairs = set()
    for identifiers in named.values():
        most_trusted, *others = sorted(identifiers, key=lambda i: (i in refused, rules.rank(i), rules.key(i)))
        for other in others:
            if other in refused:
                refused_pairs.add((other, most_trusted))
            else:
                counts[frozenset((most_trusted, other))] += 1
    included = {frozenset(pair) for pair in rules.holding("include") if mapped.issuperset(pair)}
    links = []
    for pair in counts.keys() | included:
        left, right = sorted(pair, key=lambda i: int(rules.key(i)[:15], 16))
        ranks = [0, 0] if pair in included else [rules.rank(left), rules.rank(right)]
        nodes = [int(rules.key(end)[:15], 16) for end in (left, right)]
        count = counts[pair] + (pair in included)
        links.append(Link(pair not in included, max(ranks), min(ranks), -count, *nodes, left, right))
    return sorted(links), refused_pairs


def vetoes(evidence: list[Evidence], rules: Rules, mapped: set[Identifier]) -> dict[frozenset, bool]:
    """Pairs that may not be one customer, and whether even an included link must keep off."""
    born: dict[Identifier, set[date]] = defaultdict(set)
    for told in evidence:
        if told.own in mapped and told.birth_date:
            born[told.own].add(told.birth_date)
    found = {
        frozenset(pair): False
        for pair in combinations(born, 2)
        if any(cannot_be_one(one, other) for one in born[pair[0]] for other in born[pair[1]])
    }
    return found | {frozenset(pair): True for pair in rules.holding("exclude")}


def cannot_be_one(one: date, other: date) -> bool:
    """Two of year, month and day differ; the first of January only says a year, and day and month are swapped at times."""
    if (1, 1) in {(one.month, one.day), (other.month, other.day)}:
        return False
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return False
    return (one.year != other.year) + (one.month != other.month) + (one.day != other.day) >= 2


def join_the_strongest(
    mapped: set[Identifier], links: list[Link], vetoed: dict[frozenset, bool], rules: Rules
) -> Partition:
    """Kruskal: link by link, the strongest first; one that would break a veto joins nothing."""
    cluster = {identifier: {identifier} for identifier in mapped}
    opponents: dict[Identifier, list[tuple[Identifier, bool]]] = defaultdict(list)
    for pair, is_absolute in vetoed.items():
        for one, other in (tuple(pair), tuple(pair)[::-1]):
            opponents[one].append((other, is_absolute))
    amount = {id(members): Counter(kind for kind, _ in members) for members in cluster.values()}
    for link in links:
        small, large = sorted((cluster[link.left], cluster[link.right]), key=len)
        if small is large:
            continue
        by_hand = not link.not_included
        if any(
            other in large and (is_absolute or not by_hand)
            for one in small
            for other, is_absolute in opponents[one]
        ):
            continue
        together = [
            (kind, count + amount[id(large)][kind])
            for kind, count in amount[id(small)].items()
            if amount[id(large)][kind]
        ]
        limits = ((count, rules.types[kind].max_per_customer) for kind, count in together)
        if not by_hand and any(limit is not None and count > limit for count, limit in limits):
            continue
        large |= small
        amount[id(large)] += amount[id(small)]
        cluster.update(dict.fromkeys(small, large))
    return set(map(frozenset, {id(members): members for members in cluster.values()}.values()))


@functools.cache
def key_of(identifier: Identifier, salt: str = "salt of the tests") -> str:
    """The key under which an identifier is known outside the vault."""
    inner = hashlib.sha256(f"{salt}:{identifier[0]}:{identifier[1]}".encode()).hexdigest()
    return hashlib.sha256(f"{salt}:{inner}".encode()).hexdigest()[:32]


def founded_by(key: str) -> str:
    """The customer id that an identifier founds."""
    return "cus_" + hashlib.md5(f"customer:{key}".encode()).hexdigest()[:20]


def name_customers(groups: Partition, before: dict[str, str], order: list[str], build: int) -> dict[str, str]:
    """Customer ids of keys: an id goes with its founder, else with most of those that had it; the one founded first survives a merge.

    `groups` are keys, `before` says which id each key had, `order` lists all keys by foundation, `build` counts the builds.
    """
    place = {key: number for number, key in enumerate(order)}
    founder = {founded_by(key): key for key in order}
    claims: dict[str, list[tuple]] = defaultdict(list)
    for group in groups:
        for old, count in Counter(before[key] for key in group if key in before).items():
            oldest = min(place[key] for key in group if before.get(key) == old)
            has_founder = founder.get(old) in group and before.get(founder.get(old)) == old
            claims[old].append((-has_founder, -count, oldest, group))
    kept: dict[frozenset, list[tuple]] = defaultdict(list)
    for old, claiming in claims.items():
        _, _, oldest, group = min(claiming, key=lambda claim: claim[:3])
        kept[group].append((place.get(founder.get(old), len(order)), oldest, old))
    living = {min(ids)[2] for ids in kept.values()}
    named = {}
    for group in groups:
        first = min(group, key=place.__getitem__)
        fresh = founded_by(first) if founded_by(first) not in living else founded_by(f"{first}:{build}")
        named |= dict.fromkeys(group, min(kept[group])[2] if group in kept else fresh)
    return named


def heirs(ever: dict[str, set[str]], now: dict[str, str]) -> dict[str, str | None]:
    """Where every retired id lives on: with its founder, else with most of those that ever had it, else nowhere."""
    found: dict[str, str | None] = {}
    for old in ever.keys() - set(now.values()):
        counts = Counter(now[key] for key in ever[old] if key in now)
        has_founder = {now[key] for key in ever[old] if key in now and founded_by(key) == old}
        found[old] = min(counts, key=lambda new: (new not in has_founder, -counts[new], new), default=None)
    return found
