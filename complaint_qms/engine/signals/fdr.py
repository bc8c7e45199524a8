"""False discovery rate over many tests at once."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from complaint_qms.engine.signals.ranges import open_share

Rule = Literal["bh", "by"]


def adjust(p: ArrayLike, axis: int = 0, rule: Rule = "bh") -> NDArray[np.float64]:
    """Adjusted p-values (q-values) of the tests along ``axis``; nan marks a test that was not made.

    ``bh``: Benjamini and Hochberg, JRSS B 1995, q(i) = min over j >= i of p(j) · m / j; holds for independent and
    for positively dependent tests. ``by``: Benjamini and Yekutieli, Annals of Statistics 2001, larger by
    1 + 1/2 + … + 1/m; holds under any dependence. m counts the tests that were made. Rejecting every q <= level
    keeps the expected share of false discoveries at or below the level.
    """
    values = np.asarray(p, float)
    if values.ndim == 0:
        raise ValueError("adjust needs at least one dimension of tests")
    if rule not in ("bh", "by"):
        raise ValueError(f"rule must be 'bh' or 'by', not {rule!r}")
    if np.any((values < 0) | (values > 1)):
        raise ValueError("p-values must lie between 0 and 1")
    moved = np.moveaxis(values, axis, 0)
    order = np.argsort(moved, axis=0)  # nan sorts last
    ranked = np.take_along_axis(moved, order, axis=0)
    made = np.sum(~np.isnan(moved), axis=0, keepdims=True).astype(float)
    rank = np.arange(1, len(moved) + 1, dtype=float).reshape((-1,) + (1,) * (moved.ndim - 1))
    ranked *= made / rank
    if rule == "by":
        harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, len(moved) + 1))])
        ranked *= harmonic[made.astype(int)]
    # The running minimum from the largest p down; fmin steps over the tests that were not made.
    running = np.fmin.accumulate(ranked[::-1], axis=0)[::-1]
    running[np.isnan(ranked)] = np.nan
    out = np.empty_like(moved)
    np.put_along_axis(out, order, np.minimum(running, 1.0), axis=0)
    return np.moveaxis(out, 0, axis)


def discoveries(p: ArrayLike, level: float = 0.05, axis: int = 0, rule: Rule = "bh") -> NDArray[np.bool_]:
    """Which tests are rejected with the false discovery rate held at ``level``; never a test that was not made."""
    open_share(level=level)
    return adjust(p, axis, rule) <= level
