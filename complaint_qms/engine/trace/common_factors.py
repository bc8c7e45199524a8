"""What complained-about units have in common, against delivered units of the same items without such a complaint.

Public API::

    Group(stratum, cluster, units, cases, levels)
        delivered units that are alike in everything that is known of them, and how many of them are cases
    common_factors(groups) -> CommonFactors
        each value of each factor tested once, the surest first

Units are compared within their item (`stratum`) alone. What always occurs together is one test. Tests that could not come out whatever
happened are not made (Gilbert, Applied Statistics 2005), and those that are made share one false discovery rate: by Benjamini and
Hochberg for the exact test, by Benjamini and Yekutieli for what is called likely, because values of one factor exclude each other.

Pieces of one batch share more than is known of them, and batches differ by themselves. The exact test takes pieces as independent, so each
value is tested a second time with the variance that batches are seen to have (quasi-likelihood: McCullagh and Nelder, section 4.5), and
a find has to pass both. What is left of a find beside a surer one is tested within that one's strata.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from scipy import stats

from complaint_qms.engine.signals.fdr import adjust
from complaint_qms.engine.trace.exact_tables import ExactTest, OddsRatio, Table, risk_ratio
from complaint_qms.engine.trace.factor_sums import Sums

LEVEL: Final = 0.05
LEAST_CASES: Final = 3

# Verdicts
LIKELY: Final = "likely"
ONE_CLUSTER: Final = (
    "one_cluster"  # one batch alone has it, and with it anything else that is peculiar to that batch
)
EXPLAINED: Final = "explained"  # no more than chance beside a surer find
CLUSTERS_DIFFER: Final = (
    "clusters_differ"  # more than chance, but batches that differ by themselves could bring it
)
OPEN: Final = "open"  # chance does as well

Kind = tuple[str, ...]
Factor = tuple[Kind, str]
"""What is looked at, and its value."""


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are alike.

    Attributes:
        stratum: units are compared within it alone: the item.
        cluster: what was made together: the batch.
        units: delivered, cases included.
        levels: kind → values; a kind that is not there is not known of these units.
    """

    stratum: str
    cluster: str
    units: int
    cases: int
    levels: Mapping[Kind, frozenset[str]]


@dataclass(frozen=True, slots=True)
class FactorFinding:
    """A value of a factor, or several that always occur together.

    Attributes:
        cases, units: of those with it; `other_cases`, `other_units` of those without, in the same strata.
        ratio: how many times as often units with it are cases; inf where no others are.
        odds: odds ratio with its interval; None where `ratio` is no more than 1 or the find is far down.
        p: of the exact test, one-sided; `p_clusters` with the variance between batches.
        q: share of false finds among all whose larger p is no larger, under any dependence.
        clusters, case_clusters: how many batches have it, and of how many of those there are cases.
        explained_by: place of the surer finding beside which nothing is left.
    """

    factors: tuple[Factor, ...]
    cases: int
    units: int
    other_cases: int
    other_units: int
    ratio: float
    p: float
    p_clusters: float
    q: float = 1.0
    odds: OddsRatio | None = None
    verdict: str = OPEN
    clusters: int = 0
    case_clusters: int = 0
    explained_by: int | None = None


@dataclass
class CommonFactors:
    """The answer.

    Attributes:
        findings: the surest first.
        tests: how many were made; `too_small` more could not come out whatever happened.
        alike: values that all units of their items share, so that nothing can be compared.
        unknown: kind → (cases, units) of which it is not known, although it is of others of their item.
        is_enough: there are cases enough for any verdict.
    """

    units: int = 0
    cases: int = 0
    clusters: int = 0
    findings: list[FactorFinding] = field(default_factory=list)
    tests: int = 0
    too_small: int = 0
    alike: list[Factor] = field(default_factory=list)
    unknown: dict[Kind, tuple[int, int]] = field(default_factory=dict)
    is_enough: bool = False

    @property
    def likely(self) -> FactorFinding | None:
        """The surest find that stands on more than one batch; else the surest that does not."""
        found = [one for one in self.findings if one.verdict == LIKELY]
        found += [one for one in self.findings if one.verdict == ONE_CLUSTER]
        return found[0] if found else None


def common_factors(groups: Iterable[Group], level: float = LEVEL, most_intervals: int = 40) -> CommonFactors:
    """Test every value of every factor.

    Args:
        level: largest share of false finds.
        most_intervals: how many of the surest get their odds ratio.
    """
    merged = _merged(groups)
    made = CommonFactors(
        units=sum(one.units for one in merged),
        cases=sum(one.cases for one in merged),
        clusters=len({(one.stratum, one.cluster) for one in merged}),
    )
    made.is_enough = made.cases >= LEAST_CASES
    index = _Index(merged)
    made.unknown = index.unknown()
    tested: list[tuple[_Value, ExactTest]] = []
    for value in index.values():
        test = ExactTest(value.tables.values())
        if not test.tables:
            made.alike += value.factors
        elif test.least_p > level:
            made.too_small += 1
        else:
            tested.append((value, test))
    made.tests = len(tested)
    if not tested:
        return made
    findings = [_finding(index, value, test) for value, test in tested]
    shares = adjust([max(one.p, one.p_clusters) for one in findings], rule="by")
    exact = adjust([one.p for one in findings])
    order = sorted(range(made.tests), key=lambda at: _surest(findings[at], float(shares[at]), level))
    leaders: list[tuple[int, frozenset[int]]] = []
    for place, at in enumerate(order):
        (value, test), finding = tested[at], replace(findings[at], q=float(shares[at]))
        if made.is_enough and finding.ratio > 1 and exact[at] <= level:
            finding = replace(finding, **_judged(index, value, finding, leaders, level))
            if finding.verdict in (LIKELY, ONE_CLUSTER):
                leaders.append((place, value.members))
        if finding.ratio > 1 and place < most_intervals:
            finding = replace(finding, odds=test.odds_ratio())
        made.findings.append(finding)
    return made


def _surest(finding: FactorFinding, share: float, level: float) -> tuple:
    """Finds before what is none; among each by the exact test, then by cases and by how far it is from chance."""
    return (share > level, finding.p, -finding.cases, -finding.ratio, finding.factors)


@dataclass
class _Value:
    factors: list[Factor]
    members: frozenset[int]
    known: frozenset[int]
    tables: dict[str, Table]


class _Index:
    """Groups by what is known of them."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self.members: dict[Factor, set[int]] = defaultdict(set)
        self.known: dict[Kind, set[int]] = defaultdict(set)
        for at, group in enumerate(groups):
            for kind, levels in group.levels.items():
                self.known[kind].add(at)
                for one in levels:
                    self.members[kind, one].add(at)
        self.sums: dict[frozenset[int], Sums] = {}

    def of(self, known: frozenset[int]) -> Sums:
        """Sums over some groups, made once: each value is then reckoned from its members alone."""
        if known not in self.sums:
            self.sums[known] = Sums(self.groups, known)
        return self.sums[known]

    def values(self) -> list[_Value]:
        """Values of factors; those that the same units have, of the same units that are known, as one."""
        found: dict[tuple, _Value] = {}
        known = {kind: frozenset(places) for kind, places in self.known.items()}
        for factor in sorted(self.members):
            members = frozenset(self.members[factor])
            tables = self.of(known[factor[0]]).tables(members)
            key = (members, tuple(tables.items()))
            value = found.setdefault(key, _Value([], members, known[factor[0]], tables))
            value.factors.append(factor)
        return list(found.values())

    def tables(
        self, members: frozenset[int], known: frozenset[int], leaders: Sequence[frozenset[int]] = ()
    ) -> dict:
        """Stratum → table; strata are divided by which of the leaders their units have."""
        sums: dict = defaultdict(lambda: [0, 0, 0, 0])
        for at in sorted(known):
            group = self.groups[at]
            key = (group.stratum, *(at in leader for leader in leaders)) if leaders else group.stratum
            side = 0 if at in members else 2
            sums[key][side] += group.cases
            sums[key][side + 1] += group.units
        return {key: Table(*four) for key, four in sums.items() if four[1]}

    def unknown(self) -> dict[Kind, tuple[int, int]]:
        found = {}
        for kind, known in self.known.items():
            strata = {self.groups[at].stratum for at in known}
            lacking = [
                group
                for at, group in enumerate(self.groups)
                if at not in known and group.stratum in strata and group.units
            ]
            if lacking:
                found[kind] = (sum(one.cases for one in lacking), sum(one.units for one in lacking))
        return dict(sorted(found.items()))


def _merged(groups: Iterable[Group]) -> list[Group]:
    """Groups that are alike in everything, as one."""
    sums: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    levels: dict[tuple, Mapping[Kind, frozenset[str]]] = {}
    for one in groups:
        if not 0 <= one.cases <= one.units:
            raise ValueError(f"{one.cases} of {one.units} units cannot be cases")
        key = (one.stratum, one.cluster, frozenset(one.levels.items()))
        levels[key] = one.levels
        sums[key][0] += one.units
        sums[key][1] += one.cases
    return [Group(key[0], key[1], units, cases, levels[key]) for key, (units, cases) in sums.items() if units]


def _finding(index: _Index, value: _Value, test: ExactTest) -> FactorFinding:
    groups = [index.groups[at] for at in value.members]
    return FactorFinding(
        factors=tuple(value.factors),
        cases=sum(one.cases for one in test.tables),
        units=sum(one.units for one in test.tables),
        other_cases=sum(one.other_cases for one in test.tables),
        other_units=sum(one.other_units for one in test.tables),
        ratio=risk_ratio(test.tables),
        p=test.p,
        p_clusters=_between_clusters(index, value, test),
        clusters=len({(one.stratum, one.cluster) for one in groups}),
        case_clusters=len({(one.stratum, one.cluster) for one in groups if one.cases}),
    )


def _between_clusters(index: _Index, value: _Value, test: ExactTest) -> float:
    """The score test with the variance that batches are seen to have around the rates with and without the factor: mean and a share of
    its square, as where each batch has a rate of its own. 1 where there are no batches to see it by."""
    compared = {stratum: table for stratum, table in value.tables.items() if table.compares}
    spreads = index.of(value.known).spread(value.members, compared)
    surplus = squares = 0.0
    clusters = sum(one.count for one in spreads.values())
    free = clusters - 2 * len(test.tables)
    if free < 1:
        return 1.0
    scale = clusters / free
    fitted = []
    for (stratum, has_it), one in spreads.items():
        table = compared[stratum]
        of, among = (table.cases, table.units) if has_it else (table.other_cases, table.other_units)
        rate = of / among
        off = one.cases_squared - 2 * rate * one.products + rate**2 * one.units_squared
        surplus += scale * off - one.units * rate * (1 - rate)
        squares += rate**2 * one.units_squared
        whole = table.units + table.other_units
        share = (table.cases + table.other_cases) / whole
        weight = (table.other_units if has_it else -table.units) / whole
        fitted.append((weight, one, share))
    between = max(surplus / squares, 0.0) if squares else 0.0
    by_chance = sum(weight**2 * one.units * share * (1 - share) for weight, one, share in fitted)
    by_batches = sum(weight**2 * one.units_squared * share**2 for weight, one, share in fitted) * between
    variance = max(by_chance + by_batches, test.variance)
    if not variance:
        return 1.0
    p = float(stats.t.sf((test.seen - test.mean - 0.5) / math.sqrt(variance), free))
    # Counts of batches that differ are skewed: their sum is taken as negative binomial, with a variance between batches that the one
    # seen exceeds in one case of ten.
    variance = max(by_chance + by_batches * free / float(stats.chi2.ppf(0.1, free)), test.variance)
    if by_batches and variance > test.mean:
        share = test.mean / variance
        p = max(p, float(stats.nbinom.sf(test.seen - 1, test.mean * share / (1 - share), share)))
    return min(p, 1.0)


def _judged(
    index: _Index, value: _Value, finding: FactorFinding, leaders: Sequence[tuple[int, frozenset[int]]], level: float
) -> dict:  # fmt: skip
    if leaders:
        strata = index.tables(value.members, value.known, [members for _place, members in leaders])
        left = ExactTest(strata.values())
        if not left.tables or left.p > level:
            return {"verdict": EXPLAINED, "explained_by": _nearest(index, value, leaders)}
    if finding.q > level:
        return {"verdict": CLUSTERS_DIFFER}
    if finding.clusters < 2:
        return {"verdict": ONE_CLUSTER}
    return {"verdict": LIKELY if _without_heaviest(index, value) <= level else CLUSTERS_DIFFER}


def _without_heaviest(index: _Index, value: _Value) -> float:
    """The larger p once the batch that has most of its cases is left out."""
    heaviest: dict[tuple[str, str], int] = defaultdict(int)
    for at in sorted(value.members):
        group = index.groups[at]
        heaviest[group.stratum, group.cluster] += group.cases
    worst = max(heaviest, key=lambda one: heaviest[one])
    known = frozenset(
        at for at in value.known if (index.groups[at].stratum, index.groups[at].cluster) != worst
    )
    rest = replace(value, known=known, members=value.members & known)
    rest.tables = index.tables(rest.members, known)
    test = ExactTest(rest.tables.values())
    return max(test.p, _between_clusters(index, rest, test)) if test.tables else 1.0


def _nearest(index: _Index, value: _Value, leaders: Sequence[tuple[int, frozenset[int]]]) -> int:
    """The leader that has most of its cases."""
    return max(
        leaders, key=lambda one: (sum(index.groups[at].cases for at in value.members & one[1]), -one[0])
    )[0]
