"""How uneven new batches are, from their siblings: a launch has no past of its own to learn it from.

MaxSPRT (Kulldorff et al., Sequential Analysis 2011) takes counts for Poisson. Where they vary φ times as much, its statistic is φ
times too large: the likelihood ratio of counts is divided by the dispersion, as quasi-likelihood does (Wedderburn, Biometrika
1974; McCullagh and Nelder, Generalized Linear Models 1989), and so many times as many complaints are asked for before the
first rejection.

Nothing looks ahead: each launch is measured by what all others drew up to the period that is judged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.sequential import log_likelihood_ratio

Array = NDArray[np.float64]

LEAST_EXPECTED = 10.0
"""Complaints that siblings led to expect from which on their dispersion is known; and how many that vary by chance are added."""
CLUMPS = 1.3
"""A dispersion above 1 is taken so many times as large: negative binomial counts have a longer tail than scaled Poisson ones."""


def launch_dispersion(counts: Array, each: Array, watched: NDArray[np.bool_], critical: float) -> Array:
    """The dispersion by which each launch (rows of ``counts``) is judged in each period; nan where siblings tell nothing yet.

    ``each``: complaints expected per period, 0 where not known. ``watched``: by cell; a launch is one of the siblings from then on. It is the sum of the squared differences of all other launches
    over the sum of what was expected of them, without those that were found before (``critical``).
    """
    size, periods = counts.shape
    out = np.full(counts.shape, np.nan)
    known = (each > 0) & ~np.isnan(counts)
    y, mean = np.where(known, counts, 0.0), np.where(known, each, 0.0)
    came, expected, apart = np.zeros(size), np.zeros(size), np.zeros(size)
    plain = np.ones(size, bool)
    for t in range(periods):
        came += y[:, t]
        expected += mean[:, t]
        apart += (y[:, t] - mean[:, t]) ** 2
        counted = plain & watched[:, t]
        others = expected[counted].sum() - expected * counted
        squares = apart[counted].sum() - apart * counted
        enough = others >= LEAST_EXPECTED
        phi = (squares[enough] + LEAST_EXPECTED) / (others[enough] + LEAST_EXPECTED)
        out[enough, t] = 1 + CLUMPS * np.maximum(phi - 1, 0.0)
        plain &= log_likelihood_ratio(came, expected) < critical * np.fmax(out[:, t], 1.0)
    return out
