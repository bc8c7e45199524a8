"""Groups of records that belong together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from complaint_qms.engine.similar.records import Pair, Settings


@dataclass(frozen=True, slots=True)
class Cluster:
    """``ids`` sorted; ``score`` is the mean score of the known pairs inside."""

    ids: tuple[str, ...]
    score: float


def clusters(
    pairs: Iterable[Pair],
    *,
    threshold: float | None = None,
    settings: Settings | None = None,
    cohesion: float = 0.5,
    certain: float = 0.95,
) -> list[Cluster]:
    """Union-find over pairs of at least ``threshold`` (default ``settings.duplicate``), strongest pairs first.

    Guard against chaining: a pair joins two groups only if at least the share ``cohesion`` of the smaller group is linked
    to the larger one and these links reach more than a single member of a larger group (``cohesion`` of up to three).
    A pair of at least ``certain`` joins in any case: copies of one story do not drift. Largest cluster first, then by
    first id.
    """
    least = (settings or Settings()).duplicate if threshold is None else threshold
    return _Joiner(pairs, least, cohesion, certain).result()


class _Joiner:
    def __init__(self, pairs: Iterable[Pair], least: float, cohesion: float, certain: float):
        links: dict[tuple[str, str], float] = {}
        for pair in pairs:
            if pair.score >= least and pair.left != pair.right:
                key = (min(pair.left, pair.right), max(pair.left, pair.right))
                links[key] = max(links.get(key, 0.0), pair.score)
        self.cohesion = cohesion
        self.certain = certain
        self.links = links
        self.near: dict[str, set[str]] = {}
        for one, other in links:
            self.near.setdefault(one, set()).add(other)
            self.near.setdefault(other, set()).add(one)
        self.members: dict[str, set[str]] = {name: {name} for name in self.near}
        self.group: dict[str, str] = {name: name for name in self.near}
        for (one, other), score in sorted(links.items(), key=lambda link: (-link[1], link[0])):
            self.join(one, other, score)

    def join(self, one: str, other: str, score: float) -> None:
        small, large = self.group[one], self.group[other]
        if small == large:
            return
        if (len(self.members[small]), large) > (len(self.members[large]), small):
            small, large = large, small
        target = self.members[large]
        if score < self.certain and not self.belong(small, target):
            return
        for name in self.members[small]:
            self.group[name] = large
        target |= self.members.pop(small)

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
