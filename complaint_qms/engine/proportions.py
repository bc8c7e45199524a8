"""A share of a count, with how far chance alone may have moved it."""

from __future__ import annotations

import math
from typing import NamedTuple

_Z_95 = 1.959963984540054


class Share(NamedTuple):
    """``share`` of a count, 0 … 1, and the ends of its interval."""

    share: float
    lower: float
    upper: float


def wilson(part: int, whole: int, z: float = _Z_95) -> Share | None:
    """Share with Wilson's score interval (Journal of the American Statistical Association, 1927), which also holds for a handful of
    answers; None of nothing. ``z`` is the normal quantile of the confidence, here 95 %."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}")
    if not whole:
        return None
    share, square = part / whole, z * z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    reach = z / (1 + square / whole) * math.sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    lower = 0.0 if part == 0 else middle - reach
    upper = 1.0 if part == whole else middle + reach
    return Share(share, lower, upper)
