"""The exact conditional test of a two-by-two table in several strata, with its odds ratio.

Given the margins of each stratum, the number of cases with a factor is a sum of independent hypergeometric variables (Birch, JRSS B 1964;
Mehta, Patel and Gray, JASA 1985; with one stratum it is Fisher's exact test). Its distribution is computed whole, so that no table is too
small and no stratum too many.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln, logsumexp

_FARTHEST: Final = 60.0
"""Largest logarithm of an odds ratio that is looked for."""


class Table(NamedTuple):
    """One stratum: cases and units that have the factor, and those that have it not."""

    cases: int
    units: int
    other_cases: int
    other_units: int

    @property
    def compares(self) -> bool:
        """Whether it says anything: both sides have units, and some but not all units are cases."""
        return bool(
            self.units
            and self.other_units
            and 0 < self.cases + self.other_cases < self.units + self.other_units
        )


class OddsRatio(NamedTuple):
    """Conditional maximum likelihood estimate and its exact interval (Cornfield; both tails at half of what is left)."""

    odds: float
    lower: float
    upper: float


class ExactTest:
    """The distribution of the number of cases with the factor, given all margins.

    Attributes:
        seen: that number.
        least, most: between which it can lie.
    """

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables = [one for one in tables if one.compares]
        self.seen = sum(one.cases for one in self.tables)
        self.least = 0
        chances: NDArray[np.float64] = np.ones(1)
        for one in self.tables:
            first, part = _hypergeometric(one)
            self.least += first
            chances = np.convolve(chances, part)
        self._chances = chances / chances.sum()
        self.most = self.least + len(chances) - 1
        self._counts = np.arange(self.least, self.most + 1, dtype=float)

    @property
    def p(self) -> float:
        """Chance of as many or more if the factor makes no difference."""
        return float(min(self._chances[self.seen - self.least :].sum(), 1.0))

    @property
    def least_p(self) -> float:
        """The smallest `p` that these margins allow; it does not depend on what was seen."""
        return float(self._chances[-1])

    @property
    def mean(self) -> float:
        """What chance alone would bring."""
        return float(self._counts @ self._chances)

    @property
    def variance(self) -> float:
        return float((self._counts - self.mean) ** 2 @ self._chances)

    def odds_ratio(self, confidence: float = 0.95) -> OddsRatio:
        """nan where nothing compares."""
        if self.least == self.most:
            return OddsRatio(math.nan, 0.0, math.inf)
        # A chance that is too small for a float counts as the smallest one.
        weights = np.log(np.maximum(self._chances, np.finfo(float).tiny))
        counts = self._counts
        at, tail = self.seen - self.least, math.log((1 - confidence) / 2)

        def log_share(log_odds: float, part: slice) -> float:
            tilted = weights + counts * log_odds
            return float(logsumexp(tilted[part]) - logsumexp(tilted))

        def mean_gap(log_odds: float) -> float:
            tilted = weights + counts * log_odds
            return float(np.exp(tilted - logsumexp(tilted)) @ counts) - self.seen

        lower = upper = odds = math.nan
        if self.seen == self.least:
            lower, odds = 0.0, 0.0
        else:
            lower = _root(lambda value: log_share(value, slice(at, None)) - tail)
        if self.seen == self.most:
            upper, odds = math.inf, math.inf
        else:
            upper = _root(lambda value: log_share(value, slice(None, at + 1)) - tail)
        if math.isnan(odds):
            odds = _root(mean_gap)
        return OddsRatio(odds, lower, upper)


def risk_ratio(tables: Iterable[Table]) -> float:
    """How many times as often units with the factor are cases, over strata by Mantel and Haenszel's weights (Greenland and Robins,
    Biometrics 1985); inf where no other unit is one, nan of nothing."""
    with_it = without = 0.0
    for one in tables:
        if one.compares:
            whole = one.units + one.other_units
            with_it += one.cases * one.other_units / whole
            without += one.other_cases * one.units / whole
    if not without:
        return math.inf if with_it else math.nan
    return with_it / without


def _hypergeometric(table: Table) -> tuple[int, NDArray[np.float64]]:
    """The smallest count that is possible, and the chance of each from there on."""
    drawn, others = table.units, table.other_units
    cases = table.cases + table.other_cases
    first, last = max(0, cases - others), min(cases, drawn)
    count = np.arange(first, last + 1, dtype=float)
    logs = _choose(drawn, count) + _choose(others, cases - count) - _choose(drawn + others, cases)
    return first, np.exp(logs)


def _choose(whole: float, part: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return gammaln(whole + 1) - gammaln(np.asarray(part) + 1) - gammaln(whole - np.asarray(part) + 1)


def _root(function: object) -> float:
    return float(math.exp(brentq(function, -_FARTHEST, _FARTHEST, xtol=1e-10)))
