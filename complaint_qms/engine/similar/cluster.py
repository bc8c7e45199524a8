"""Groups of records that belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from complaint_qms.engine.similar.records import Pair, Settings

UNKNOWN = 0
"""Code of a value that a record does not name."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """``ids`` sorted; ``score`` is the mean score of the known pairs inside."""

    ids: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What a record may hold against being in a group with another one.

    ``day``: number of the day it came in, None where that is not known. ``single``: codes of what a group has one of (batch, order,
    serial number), ``UNKNOWN`` where not named. ``several``: codes of what may differ in a pair that is known, but tells those
    apart that are not (customer, region).
    """

    day: int | None = None
    single: Sequence[int] = ()
    several: Sequence[int] = ()


def clusters(
    pairs: Iterable[Pair],
    *,
    threshold: float | None = None,
    settings: Settings | None = None,
    cohesion: float = 0.5,
    certain: float = 0.95,
    facts: Callable[[str], Facts] | None = None,
    days: int | None = None,
) -> list[Cluster]:
    """Union-find over pairs of at least ``threshold`` (default ``settings.duplicate``), strongest pairs first.

    Guard against chaining: a pair joins two groups only if at least the share ``cohesion`` of the smaller group is linked
    to the larger one and these links reach more than a single member of a larger group (``cohesion`` of up to three).
    A pair of at least ``certain`` needs no such links: copies of one story do not drift.

    With ``facts`` a group holds for each two of its members: from its first to its last no more than ``days`` lie, no two name another
    batch, order or serial number (``Facts.single``), and where two groups name different customers or regions (``several``) they
    are joined only if each member of one is a known pair with each member of the other.

    Largest cluster first, then by first id.
    """
    least = (settings or Settings()).duplicate if threshold is None else threshold
    return _Joiner(pairs, least, cohesion, certain, facts or (lambda _name: _NOTHING), days).result()


_NOTHING = Facts()


class _Shared:
    """What the members of a group have said together."""

    def __init__(self, facts: Facts) -> None:
        self.first = self.last = facts.day
        self.single = list(facts.single)
        self.several = [{code} - {UNKNOWN} for code in facts.several]

    def holds_with(self, other: _Shared, days: int | None) -> bool:
        """Whether nothing that members of both say forbids one group."""
        known = [day for day in (self.first, self.last, other.first, other.last) if day is not None]
        if days is not None and known and max(known) - min(known) > days:
            return False
        return all(
            one == there or UNKNOWN in (one, there)
            for one, there in zip(self.single, other.single, strict=True)
        )

    def differs_from(self, other: _Shared) -> bool:
        return any(len(one | there) > 1 for one, there in zip(self.several, other.several, strict=True))

    def take(self, other: _Shared) -> None:
        known = [day for day in (self.first, self.last, other.first, other.last) if day is not None]
        self.first, self.last = min(known, default=None), max(known, default=None)
        self.single = [max(pair) for pair in zip(self.single, other.single, strict=True)]
        self.several = [one | there for one, there in zip(self.several, other.several, strict=True)]


class _Joiner:
    def __init__(
        self,
        pairs: Iterable[Pair],
        least: float,
        cohesion: float,
        certain: float,
        facts: Callable[[str], Facts],
        days: int | None,
    ):
        links: dict[tuple[str, str], float] = {}
        for pair in pairs:
            if pair.score >= least and pair.left != pair.right:
                key = (min(pair.left, pair.right), max(pair.left, pair.right))
                links[key] = max(links.get(key, 0.0), pair.score)
        self.cohesion = cohesion
        self.certain = certain
        self.days = days
        self.links = links
        self.near: dict[str, set[str]] = {}
        for one, other in links:
            self.near.setdefault(one, set()).add(other)
            self.near.setdefault(other, set()).add(one)
        self.members: dict[str, set[str]] = {name: {name} for name in self.near}
        self.group: dict[str, str] = {name: name for name in self.near}
        self.shared = {name: _Shared(facts(name)) for name in self.near}
        for (one, other), score in sorted(links.items(), key=lambda link: (-link[1], link[0])):
            self.join(one, other, score)

    def join(self, one: str, other: str, score: float) -> None:
        small, large = self.group[one], self.group[other]
        if small == large:
            return
        if (len(self.members[small]), large) > (len(self.members[large]), small):
            small, large = large, small
        target = self.members[large]
        if not self.shared[large].holds_with(self.shared[small], self.days):
            return
        if self.shared[large].differs_from(self.shared[small]) and not self.all_known(small, target):
            return
        if score < self.certain and not self.belong(small, target):
            return
        for name in self.members[small]:
            self.group[name] = large
        target |= self.members.pop(small)
        self.shared[large].take(self.shared.pop(small))

    def all_known(self, small: str, target: set[str]) -> bool:
        return all(target <= self.near[name] for name in self.members[small])

    def belong(self, small: str, target: set[str]) -> bool:
        linked = sum(1 for name in self.members[small] if self.near[name] & target)
        anchors = {near for name in self.members[small] for near in self.near[name] if near in target}
        enough = self.cohesion * min(len(target), 3)
        return linked >= self.cohesion * len(self.members[small]) and len(anchors) >= enough

    def result(self) -> list[Cluster]:
        scores: dict[str, list[float]] = {}
        for (one, other), score in sorted(self.links.items()):
            if self.group[one] == self.group[other]:
                scores.setdefault(self.group[one], []).append(score)
        found = [
            Cluster(tuple(sorted(names)), sum(scores[root]) / len(scores[root]))
            for root, names in self.members.items()
            if len(names) > 1
        ]
        return sorted(found, key=lambda cluster: (-len(cluster.ids), cluster.ids))
