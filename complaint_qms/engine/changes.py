"""Which of many counts changed from one period to the next: exact tests that allow for what all lines scatter, and for how many are looked at.

Given the sum of both counts the later one is binomial, with the share of its period where nothing changed. Complaints come in clusters, so that
counts scatter more than that: by how much is learned from all lines together, as genomic control does (Devlin and Roeder, Biometrics 55 (1999)
997–1004), from their scatter around what they have in common, without the quarter that scatters most, which may be what is looked for. Both
counts are divided by it (quasi-likelihood; Wedderburn, Biometrika 61 (1974) 439–447), with the binomial's tails as the beta distribution goes on
between whole numbers. Of the lines that stand out one in twenty at most is expected to be wrong (Benjamini and Hochberg, JRSS B 57 (1995) 289–300,
over all lines that can say anything).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.signals.fdr import adjust
from complaint_qms.engine.signals.ranges import open_share

Array = NDArray[np.float64]

LEVEL: Final = 0.05
LEAST_LINES: Final = 10
"""Lines that together tell how much counts scatter; fewer are taken to scatter by chance alone."""
LEAST_COUNT: Final = 10
"""Complaints in both periods from which on a line tells of it."""
_KEPT: Final = 0.75
"""Share of the lines, those that scatter least, that tell it."""


def changed(before: ArrayLike, now: ArrayLike, level: float = LEVEL) -> NDArray[np.int_]:
    """Of each line 1 for a rise, -1 for a fall, 0 where chance may be all; two periods of the same length."""
    open_share(level=level)
    earlier, later = np.asarray(before, float), np.asarray(now, float)
    if not len(later):
        return np.zeros(0, int)
    p = p_values(earlier, later, scatter(earlier, later))
    # However its complaints are divided, a line with so few cannot stand out: it is no test.
    both = earlier + later
    p[2 * 0.5**both > level] = np.nan
    stands = adjust(p) <= level
    return np.where(stands, np.sign(later - earlier), 0).astype(int)


def p_values(before: Array, now: Array, dispersion: float = 1.0) -> Array:
    """Chance of a split as uneven or more, both tails at twice the smaller."""
    earlier, later = before / dispersion, now / dispersion
    rise = np.where(now > 0, special.betainc(np.maximum(later, 1e-300), earlier + 1, 0.5), 1.0)
    fall = np.where(before > 0, special.betainc(np.maximum(earlier, 1e-300), later + 1, 0.5), 1.0)
    return np.minimum(2 * np.minimum(rise, fall), 1.0)


def scatter(before: Array, now: Array) -> float:
    """Variance of the counts over that of chance, at least 1."""
    both = before + now
    use = both >= LEAST_COUNT
    if use.sum() < LEAST_LINES:
        return 1.0
    later, both = now[use], both[use]
    common = float(np.clip(np.median(later / both), 0.02, 0.98))
    squares = np.sort((later - both * common) ** 2 / (both * common * (1 - common)))
    kept = squares[: int(np.ceil(_KEPT * len(squares)))]
    return max(float(kept.mean()) / _EXPECTED, 1.0)


_LIMIT: Final = float(special.chdtri(1, 1 - _KEPT))
_EXPECTED: Final = float(special.chdtr(3, _LIMIT)) / _KEPT
"""Mean of the kept part of squares that are chance alone: E[x; x < q] = P(χ²₃ < q)."""
