"""Two ways of sorting the same records, and in which cells there are more or fewer than the margins lead to expect.

Expected counts are those of independence, row total · column total / grand total. The residual of a cell is Haberman's adjusted one
(Biometrics 29 (1973) 205–220), which is a standard normal where the two ways have nothing to do with each other:

    (observed − expected) / √(expected · (1 − row share) · (1 − column share))

Its chance is taken from the normal distribution, and where the cell against all others has an expected count below 5 (Cochran, Biometrics 10
(1954) 417–451) from the hypergeometric one, both tails at twice the smaller (Yates, JRSS A 147 (1984) 426–463). Many cells are looked at, so
that some are surprising by chance alone: a cell counts as more or less than expected where its q-value (Benjamini & Hochberg, JRSS B 57 (1995)
289–300, over all cells that can say anything) is at most ``level``.

Cramér's V (Mathematical Methods of Statistics, 1946, section 21.9) says how strong the connection is, 0 … 1, whatever the size; of large
tables with few records it is too high by chance, which the second figure is corrected for (Bergsma, J. Korean Statistical Society 42 (2013)
323–328).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from complaint_qms.engine.signals.fdr import adjust
from complaint_qms.engine.signals.ranges import open_share

Array = NDArray[np.float64]

SPARSE: Final = 5.0
"""Expected count below which the exact distribution is used."""
_TAIL_TERMS: Final = 250
"""Terms of a tail that are added up: with fewer than 5 expected those after are below the last digit of a float."""


@dataclass(frozen=True)
class CrossTable:
    """Counts of a table of (rows, columns), and what independence would make of them.

    Attributes:
        expected, residual, p, q: one for each cell; nan where a cell can say nothing because its row or column is empty or holds everything.
        exact: whether the chance of the cell is the exact one.
        more, less: cells that are above or below the expected count beyond what chance explains.
        chi_square, degrees, p_value: Pearson's test of the whole table; p_value is nan without a degree of freedom.
        cramers_v, corrected_v: strength of the connection, 0 … 1; nan without a degree of freedom.
    """

    observed: Array
    expected: Array
    residual: Array
    p: Array
    q: Array
    exact: NDArray[np.bool_]
    more: NDArray[np.bool_]
    less: NDArray[np.bool_]
    chi_square: float
    degrees: int
    p_value: float
    cramers_v: float
    corrected_v: float


def cross_table(counts: ArrayLike, level: float = 0.05) -> CrossTable:
    """What is more than expected in a table of counts.

    Args:
        counts: (rows, columns), whole numbers of at least 0.
        level: share of false ones among the cells that are marked.

    Raises:
        ValueError: no table, or a count that is none.
    """
    observed = np.asarray(counts, dtype=float)
    open_share(level=level)
    if observed.ndim != 2:
        raise ValueError(f"counts must have rows and columns, not {observed.ndim} dimensions")
    if not np.all(np.isfinite(observed) & (observed >= 0) & (observed == np.floor(observed))):
        raise ValueError("counts must be whole numbers of at least 0")
    rows, columns, whole = observed.sum(axis=1), observed.sum(axis=0), float(observed.sum())
    expected = np.outer(rows, columns) / whole if whole else np.full(observed.shape, np.nan)
    if not whole:
        nothing, none = np.full(observed.shape, np.nan), np.zeros(observed.shape, dtype=bool)
        return CrossTable(
            observed, expected, nothing, nothing, nothing, none, none, none, 0.0, 0, math.nan, math.nan, math.nan
        )  # fmt: skip
    rest = np.outer(whole - rows, whole - columns) / whole
    variance = expected * rest / whole
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = np.where(variance > 0, (observed - expected) / np.sqrt(variance), np.nan)
    p = np.minimum(2 * special.ndtr(-np.abs(residual)), 1.0)
    smallest = np.minimum(
        np.outer(np.minimum(rows, whole - rows), np.minimum(columns, whole - columns)) / whole, np.inf
    )
    exact = (smallest < SPARSE) & (variance > 0)
    if exact.any():
        at_row, at_column = np.nonzero(exact)
        p[exact] = _exact_p(observed[exact], rows[at_row], columns[at_column], whole)
    q = adjust(p.ravel()).reshape(p.shape) if p.size else p
    marked = q <= level  # never where it is nan
    chi_square, degrees, v, corrected = _strength(observed, expected, rows, columns, whole)
    return CrossTable(
        observed=observed,
        expected=expected,
        residual=residual,
        p=p,
        q=q,
        exact=exact,
        more=marked & (residual > 0),
        less=marked & (residual < 0),
        chi_square=chi_square,
        degrees=degrees,
        p_value=float(special.chdtrc(degrees, chi_square)) if degrees else math.nan,
        cramers_v=v,
        corrected_v=corrected,
    )


def _strength(
    observed: Array, expected: Array, rows: Array, columns: Array, whole: float
) -> tuple[float, int, float, float]:
    """(chi square, degrees of freedom, Cramér's V, the corrected one) over the rows and columns that hold anything."""
    high, wide = int(np.count_nonzero(rows)), int(np.count_nonzero(columns))
    degrees = (high - 1) * (wide - 1)
    if degrees <= 0:
        return 0.0, 0, math.nan, math.nan
    held = expected > 0
    chi_square = float(np.sum((observed[held] - expected[held]) ** 2 / expected[held]))
    share = chi_square / whole
    v = min(math.sqrt(share / (min(high, wide) - 1)), 1.0)
    if whole <= 1:
        return chi_square, degrees, v, 0.0
    without_chance = max(share - degrees / (whole - 1), 0.0)
    sides = [side - (side - 1) ** 2 / (whole - 1) for side in (high, wide)]
    room = min(sides) - 1
    corrected = min(math.sqrt(without_chance / room), 1.0) if room > 0 else 0.0
    return chi_square, degrees, v, corrected


def _exact_p(seen: Array, rows: Array, columns: Array, whole: float) -> Array:
    """Twice the hypergeometric tail on the side of what was seen, not above 1."""
    # Turned so that the cell is the one with the smallest expected count, whose tail is short; that changes no chance.
    turn = rows > whole / 2
    seen, rows = np.where(turn, columns - seen, seen), np.where(turn, whole - rows, rows)
    turn = columns > whole / 2
    seen, columns = np.where(turn, rows - seen, seen), np.where(turn, whole - columns, columns)
    upward = seen >= rows * columns / whole
    term = np.exp(
        _log_choose(rows, seen)
        + _log_choose(whole - rows, columns - seen)
        - _log_choose(np.full(rows.shape, whole), columns)
    )
    tail, count = term.copy(), seen.copy()
    spare = whole - rows - columns
    for _ in range(_TAIL_TERMS):
        up = (rows - count) * (columns - count) / ((count + 1) * (spare + count + 1))
        down = count * (spare + count) / ((rows - count + 1) * (columns - count + 1))
        term = term * np.where(upward, up, down)
        if not term.any():
            break
        tail += term
        count = np.where(term > 0, count + np.where(upward, 1, -1), count)
    return np.minimum(2 * tail, 1.0)


def _log_choose(whole: Array, part: Array) -> Array:
    return np.asarray(
        special.gammaln(whole + 1) - special.gammaln(part + 1) - special.gammaln(whole - part + 1)
    )
