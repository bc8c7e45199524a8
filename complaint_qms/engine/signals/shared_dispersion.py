"""How much counts of a portfolio vary beyond chance: what a rare series, which shows it late, borrows from the others.

Empirical Bayes, as the trade does for many short series of counts (Smyth, Statistical Applications in Genetics and Molecular
Biology 2004; Robinson and Smyth, Bioinformatics 2007): how many series have which dispersion is learned from all of them
together, without a shape laid down beforehand (Kiefer and Wolfowitz, Annals of Mathematical Statistics 1956; Efron,
Large-Scale Inference 2010), on the few values of ``DISPERSIONS``. What a series shows of its own is weighed against that:
where others vary by chance alone, so does one that has not shown otherwise; where a third of them are uneven, every rare one
may be.

Nothing looks ahead: what is lent in a period comes from the periods before it, of the series that were watched by then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

DISPERSIONS = np.array([1.0, 1.25, 1.5, 2.0, 2.5, 3.5, 5.0])
"""Variances over means that are told apart; the last stands for itself and, where a series shows more, for that."""
LEAST_SERIES = 20
"""Series that together make a portfolio."""
ASKED = 1200
"""Series that are asked at most, evenly among all."""
EVERY = 6
"""Periods after which the portfolio is looked at anew."""
DOUBT = 1.0
"""As many series as these are added to the portfolio, spread over all dispersions."""
ROUNDS = 25

PRIOR_PERIODS, PRIOR_DISPERSION = 30, 1.75
"""With nobody to borrow from, a baseline shorter than this many periods is filled up with ones that vary so many times as much
as chance."""
LENT = 4.0
"""As many complaints as these periods at least are lent then: what is rare shows its dispersion late."""
SKEWED = 65.0
"""Degrees of freedom at most of a series with one complaint a period and twice the variance of chance."""
_LEAST_OWN = 0.05
_LEAST_COUNT = 2.0
"""Complaints that a baseline needs to show a dispersion at all."""
_DISPERSED = DISPERSIONS[:, None]


@dataclass(frozen=True)
class Lent:
    """The share of the series of a portfolio that have each of ``DISPERSIONS``, (periods, dispersions): nan where there are too
    few of them."""

    shares: Array

    @classmethod
    def nothing(cls, periods: int) -> Lent:
        return cls(np.full((periods, len(DISPERSIONS)), np.nan))

    def known(self, period: int) -> bool:
        return not np.isnan(self.shares[period, 0])


def lent_dispersion(
    counts: Array,
    exposure: Array | None,
    watched: NDArray[np.bool_],
    baseline: int,
    guard: int,
    least: int,
) -> Lent:
    """What the watched series of counts (series, periods) have to lend in each period.

    ``baseline``, ``guard`` and ``least`` are those of the moving baseline, whose last periods each series is asked for.
    """
    size, periods = counts.shape
    lent = Lent.nothing(periods)
    if size < LEAST_SERIES:
        return lent
    for at in range(0, periods, EVERY):
        end = at - guard
        if end < least:
            continue
        rows = np.flatnonzero(watched[:, at])
        rows = rows[:: max(1, len(rows) // ASKED)]
        part = slice(max(0, end - baseline), end)
        y = counts[rows, part]
        known = ~np.isnan(y)
        units = np.ones(y.shape)
        if exposure is not None:
            # Time is the exposure of what had no units so far; a baseline that holds both tells nothing.
            given = np.nan_to_num(exposure[rows, part])
            measured = given.sum(axis=1, keepdims=True) > 0
            before = np.nan_to_num(exposure[rows, : part.start]).sum(axis=1, keepdims=True) > 0
            mixed = measured & ~before & ~(given[:, :1] > 0)
            known &= ((given > 0) | ~(measured | before)) & ~mixed
            units = np.where(given > 0, given, 1.0)
        y = np.where(known, y, 0.0)
        count, of, number = y.sum(axis=1), (units * known).sum(axis=1), known.sum(axis=1).astype(float)
        use = (number >= least) & (count >= _LEAST_COUNT)
        if use.sum() >= LEAST_SERIES:
            squares = (y * y / units).sum(axis=1)
            own = own_dispersion(count[use], of[use], squares[use], number[use])
            lent.shares[at : at + EVERY] = _shares(own, count[use], number[use])
    return lent


def own_dispersion(count: Array, exposure: Array, squares: Array, periods: Array) -> Array:
    """Pearson's dispersion Σ (y − λn)² / λn / (m − 1) from sums over m periods (``squares``: Σ y²/n): with λ = Σy / Σn it is
    (Σn / Σy · Σ y²/n − Σy) / (m − 1)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (exposure / count * squares - count) / (periods - 1)


def dispersion_of(
    own: Array, count: Array, periods: Array, shares: Array | None = None
) -> tuple[Array, Array]:
    """The dispersion of baselines, at least 1, and the degrees of freedom that it is worth, from what each shows of its own and
    what the portfolio lends (``shares``) or, without one, a cautious guess."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = count / periods
        if shares is None or np.isnan(shares[0]):
            more = np.maximum(np.maximum(PRIOR_PERIODS - (periods - 1), LENT * periods / count), 0.0)
            phi = (own * (periods - 1) + more * PRIOR_DISPERSION) / (periods - 1 + more)
            phi = np.where(phi > 1, phi, 1.0)
            freedom = 2 * (periods - 1 + more / 2) / _scatter(phi, mean)
        else:
            common = float(shares @ DISPERSIONS)
            between = float(shares @ (DISPERSIONS - common) ** 2) / common**2
            worth = np.nan_to_num((periods - 1) / _scatter(common, mean))
            lends = 1 / max(between, 0.001)
            phi = np.maximum((worth * np.nan_to_num(own) + lends * common) / (worth + lends), 1.0)
            # Sums of skewed counts go further than those of evenly spread ones of the same variance.
            freedom = np.minimum(2 * (worth + lends), SKEWED * mean / (phi - 1))
    return phi, np.clip(np.nan_to_num(freedom, nan=1.0), 1.0, 1000.0)


def weights_of(own: Array, count: Array, periods: Array, shares: Array) -> tuple[Array, Array]:
    """How likely each dispersion is for each of some baselines, and the dispersions: (dispersions, baselines).

    ``shares`` (baselines, dispersions), as lent in the period that is judged.
    """
    phi = np.broadcast_to(_DISPERSED, (len(DISPERSIONS), len(own))).copy()
    phi[-1] = np.fmax(phi[-1], own)
    logs = _log_likelihood(np.nan_to_num(own, nan=1.0), count, periods, phi)
    logs -= logs.max(axis=0)
    weights = np.exp(logs) * shares.T
    return weights / weights.sum(axis=0), phi


def _scatter(phi: Array | float, mean: Array) -> Array:
    """Relative variance of a dispersion times its degrees of freedom. Counts scatter more than normal values do, so m periods
    tell less of their variance than m − 1 degrees of freedom: by the kurtosis of the negative binomial (mean μ, variance φμ)
    2 + 6(φ − 1)/μ + 1/(φμ)."""
    return 2 + 6 * (phi - 1) / mean + 1 / (phi * mean)


def _log_likelihood(own: Array, count: Array, periods: Array, phi: Array) -> Array:
    """Of an own dispersion, where the true one is ``phi``: gamma with its mean and variance given the sum of all counts."""
    mean, variance = _moments(count, periods, phi)
    shape = mean * mean / variance
    own = np.maximum(own, _LEAST_OWN)
    logs = shape * np.log(shape * own / mean) - special.gammaln(shape) - shape * own / mean - np.log(own)
    return np.where(count >= _LEAST_COUNT, logs, 0.0)


def _moments(count: Array, periods: Array, phi: Array) -> tuple[Array, Array]:
    """Mean and variance of the own dispersion of negative binomial counts, given their sum.

    Given it they are a multinomial compounded with a Dirichlet distribution, whose factorial moments are known (Mosimann,
    Biometrika 1962): E[(yᵢ)ₐ (yⱼ)ᵦ] = (c)ₐ₊ᵦ · r⁽ᵃ⁾ r⁽ᵝ⁾ / R⁽ᵃ⁺ᵝ⁾ with r = μ / (φ − 1) for each of m periods and R = m r.
    """
    count = np.maximum(count, _LEAST_COUNT)
    whole = count / np.maximum(phi - 1, 1e-6)
    each = whole / periods
    pair = each * (each + 1)
    below = whole * (whole + 1)
    two = count * (count - 1) / below
    three = two * (count - 2) / (whole + 2)
    four = three * (count - 3) / (whole + 3)
    pairs = periods * pair * two
    squared = periods * pair * ((each + 2) * (each + 3) * four + 4 * (each + 2) * three + 2 * two)
    squared += periods * (periods - 1) * pair * pair * four
    scale = periods / count / (periods - 1)
    return scale * (pairs + count) - count / (periods - 1), np.maximum(
        scale * scale * (squared - pairs * pairs), 1e-9
    )


def _shares(own: Array, count: Array, periods: Array) -> Array:
    """The shares of the dispersions that make what the series show most likely (EM)."""
    logs = _log_likelihood(own, count, periods, _DISPERSED)
    likely = np.exp(logs - logs.max(axis=0))
    size = len(DISPERSIONS)
    shares = np.full(size, 1 / size)
    for _ in range(ROUNDS):
        weights = likely * shares[:, None]
        weights /= weights.sum(axis=0)
        shares = (weights.sum(axis=1) + DOUBT / size) / (len(own) + DOUBT)
    return shares
