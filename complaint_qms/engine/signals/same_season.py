"""The same time of past years by plain counts: what a seasonal regression is held against.

A regression that weighs its past down where it stands out takes mean and dispersion of skewed counts too low, and one
without a complaint in its past knows no chance at all. The counts themselves, without the outbreaks found in them, keep the
promised level; a period has to stand out against both. Where the regression says nothing (Noufaily et al., Statistics in Medicine
2013: fewer than five complaints in the last four periods) they are the exact conditional test by themselves (Przyborowski and
Wilenski, Biometrika 1940).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.baselines import Array, Baselines, count_tail
from complaint_qms.engine.signals.shared_dispersion import dispersion_of, own_dispersion
from complaint_qms.engine.signals.tails import smallest_count


@dataclass(frozen=True)
class SameSeason:
    """One period of some series: arrays of one length."""

    exposure: Array
    fitted: Array
    """Complaints of the windows as the regression, with its trend, would have them; and its dispersion."""
    fitted_dispersion: Array
    units: Array
    fitted_freedom: Array
    plain: Baselines
    """The quiet counts of the windows."""
    few: NDArray[np.bool_]
    """Too few complaints came of late for the regression: the quiet counts alone are compared with."""

    def tail(self, count: Array) -> Array:
        """P(X >= count): the larger of that of the regression, where there is one, and that of the quiet counts."""
        regression = count_tail(
            count, self.exposure, self.fitted, self.units, self.fitted_dispersion, self.fitted_freedom
        )
        plain = self.plain.tail(count)
        return np.where(self.few, plain, np.maximum(regression, plain))

    def limit(self, alpha: float) -> Array:
        return smallest_count(self.tail, alpha, self.exposure.shape)


def same_season(
    counts: Array,
    units: Array,
    outbreak: NDArray[np.bool_],
    column: int,
    expected: Array,
    fitted_dispersion: Array,
    windows: tuple[int, int, int],
    least: int,
    shares: Array,
    level: float,
) -> SameSeason:
    """The windows of a period of counts (series, periods), and what the regression expects of it.

    ``windows``: periods per year, periods on either side, years. Where fewer than ``least`` quiet periods lie in them, all
    count. ``shares``: the dispersions of the portfolio; ``level``: that of the test.
    """
    year, half, years = windows
    places = np.concatenate(
        [column - year * back + np.arange(-half, half + 1) for back in range(1, years + 1)]
    )
    places = places[places >= 0]
    y, n = counts[:, places], units[:, places]
    quiet = ~outbreak[:, places]
    quiet |= (quiet.sum(axis=1) < least)[:, None]
    count, exposure, squares, number = (
        np.where(quiet, values, 0.0).sum(axis=1) for values in (y, n, y**2 / n, np.ones_like(y))
    )
    own = own_dispersion(count, exposure, squares, number.astype(float))
    phi, freedom = dispersion_of(own, count, number, shares)
    whole, of_whole = y.sum(axis=1), n.sum(axis=1)
    now = units[:, column]
    usual = np.where(whole > 0, whole / of_whole * now, 1.0)
    fitted = np.where(whole > 0, whole * np.maximum(expected / usual, 1e-12), 0.0)
    left = np.full(len(y), max(1.0, len(places) - 2.0))
    plain = Baselines(
        now, count, exposure, number, own, phi, freedom, np.broadcast_to(shares, (len(y), len(shares))), level
    )
    return SameSeason(
        now, _known(fitted), _known(fitted_dispersion), of_whole, left, plain, np.isnan(expected)
    )


def _known(values: NDArray[np.float64]) -> Array:
    """Where the regression has no answer, nothing is judged; a number keeps the arithmetic going."""
    return np.nan_to_num(values, nan=1.0)
