"""Sums over groups of units, made once for many values: each value is then reckoned from its members alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Protocol

from complaint_qms.engine.trace.exact_tables import Table


class Counted(Protocol):
    """Units of a stratum and a cluster, and how many of them are cases."""

    @property
    def stratum(self) -> str: ...

    @property
    def cluster(self) -> str: ...

    @property
    def units(self) -> int: ...

    @property
    def cases(self) -> int: ...


class Spread:
    """Sums over the clusters of one side of a stratum: their number, units, and products of cases and units."""

    __slots__ = ("cases_squared", "count", "products", "units", "units_squared")

    def __init__(self) -> None:
        self.count = self.units = self.cases_squared = self.products = self.units_squared = 0

    def add(self, cases: int, units: int, sign: int = 1) -> None:
        self.count += sign
        self.units += sign * units
        self.cases_squared += sign * cases * cases
        self.products += sign * cases * units
        self.units_squared += sign * units * units


class Sums:
    """Sums over groups by stratum and cluster; all whole numbers, so that what is taken away leaves nothing behind."""

    def __init__(self, groups: Sequence[Counted], known: frozenset[int]) -> None:
        self.groups = groups
        self.strata: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.clusters: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        self.spreads: dict[str, Spread] = defaultdict(Spread)
        for at in sorted(known):
            group = groups[at]
            cluster = self.clusters[group.stratum, group.cluster]
            for sums in (self.strata[group.stratum], cluster):
                sums[0] += group.cases
                sums[1] += group.units
            cluster[2] += 1
        for (stratum, _cluster), (cases, units, _count) in self.clusters.items():
            self.spreads[stratum].add(cases, units)

    def tables(self, members: frozenset[int]) -> dict[str, Table]:
        """Stratum → table, of strata where members have units."""
        having: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for at in members:
            group = self.groups[at]
            having[group.stratum][0] += group.cases
            having[group.stratum][1] += group.units
        return {
            stratum: Table(cases, units, self.strata[stratum][0] - cases, self.strata[stratum][1] - units)
            for stratum, (cases, units) in sorted(having.items())
            if units
        }

    def spread(self, members: frozenset[int], strata: Mapping[str, Table]) -> dict[tuple[str, bool], Spread]:
        """(stratum, has it) → sums over its clusters, of these strata alone."""
        having: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for at in members:
            group = self.groups[at]
            if group.stratum in strata:
                sums = having[group.stratum, group.cluster]
                sums[0] += group.cases
                sums[1] += group.units
                sums[2] += 1
        found = {(stratum, side): Spread() for stratum in sorted(strata) for side in (True, False)}
        for stratum in strata:
            found[stratum, False] = copy(self.spreads[stratum])
        for key, (cases, units, count) in having.items():
            whole = self.clusters[key]
            found[key[0], True].add(cases, units)
            found[key[0], False].add(whole[0], whole[1], -1)
            if count < whole[2]:
                found[key[0], False].add(whole[0] - cases, whole[1] - units)
        return found
