"""How rare a count is against its baseline, whose rate and dispersion are themselves estimates."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import special

from complaint_qms.engine.signals.shared_dispersion import weights_of
from complaint_qms.engine.signals.tails import negbin_tail, smallest_count

Array = NDArray[np.float64]

CAUTION = 0.8
"""Part of the degrees of freedom that a tail is read with: outbreaks that leave the baseline take some spread along."""
TAKEN_ALONG = 1.1
"""For the same reason the part of a dispersion above 1 is taken so many times as large."""
ORDINARY = 10.0
"""A count that chance alone brings about more often than so many times the level is ordinary whatever the dispersion: its p is 1."""


@dataclass(frozen=True)
class Baselines:
    """Some cells and what each is compared with: arrays of one length."""

    units: Array
    """Exposure of the cell."""
    count: Array
    exposure: Array
    periods: Array
    own: Array
    """Pearson's dispersion of the baseline itself."""
    dispersion: Array
    freedom: Array
    shares: Array
    """(cells, dispersions): what the portfolio lends, nan where there is none."""
    level: float
    """That of the test: far above it a p is not worked out."""

    def tail(self, count: Array) -> Array:
        """P(X >= count), 1 for an ordinary count where a portfolio lends its dispersion.

        The conditional binomial where chance alone explains the baseline. With a portfolio the mean over the dispersions that the
        baseline may have, each by how likely it is; without one :func:`count_tail`.
        """
        alone = np.isnan(self.shares[:, 0])
        if alone.all():
            return count_tail(count, self.units, self.count, self.exposure, self.dispersion, self.freedom)
        out = conditional(count, self.units, self.count, self.exposure)
        if alone.any():
            out[alone] = self.part(alone).tail(count[alone])
        chance = ~alone & (count > 0)
        ordinary = out > ORDINARY * self.level
        out[chance & ordinary] = 1.0
        at = np.flatnonzero(chance & ~ordinary)
        if at.size:
            some = self.part(at)
            weights, phi = weights_of(some.own, some.count, some.periods, some.shares)
            # A mean that is known from few complaints may be larger: one more, as the conditional test has it.
            mean = (some.count + 1) / some.exposure * some.units
            extra = (1 + TAKEN_ALONG * (phi[1:] - 1)) * (1 + some.units / some.exposure) - 1
            wide = special.betainc(count[at], mean / extra, extra / (1 + extra))
            out[at] = weights[0] * out[at] + (weights[1:] * np.maximum(wide, out[at])).sum(axis=0)
        return out

    def limit(self, alpha: float) -> Array:
        """The smallest count whose tail is at most ``alpha``."""
        return smallest_count(self.tail, alpha, self.units.shape)

    def part(self, at: NDArray[np.bool_] | NDArray[np.int64]) -> Baselines:
        arrays = {
            field.name: getattr(self, field.name)[at] for field in fields(self) if field.name != "level"
        }
        return Baselines(**arrays, level=self.level)


def conditional(count: Array, units: Array, base_count: Array, base_exposure: Array) -> Array:
    """P(X >= count) given the sum of both counts, where chance alone is at work."""
    out = special.betainc(np.maximum(count, 1.0), base_count + 1, units / (units + base_exposure))
    return np.where(count <= 0, 1.0, out)


def count_tail(
    count: Array, exposure: Array, base_count: Array, base_exposure: Array, dispersion: Array, freedom: Array
) -> Array:
    """P(X >= count) against a baseline whose rate, and whose dispersion where it is above 1, are themselves estimates.

    The conditional binomial where chance alone explains the baseline. Else the larger of it and the negative binomial with
    the variance of count and mean together, whose normal score is read in Student's distribution.
    """
    out = conditional(count, exposure, base_count, base_exposure)
    wide = np.flatnonzero((dispersion > 1) & (base_count > 0) & (count > 0))
    if wide.size:
        mean = base_count[wide] / base_exposure[wide] * exposure[wide]
        phi = dispersion[wide] * (1 + exposure[wide] / base_exposure[wide])
        score = special.ndtri(negbin_tail(count[wide], mean, phi))
        out[wide] = np.maximum(out[wide], special.stdtr(CAUTION * freedom[wide], score))
    return out
