"""Divides an amount so that the parts add up to it to the last unit."""

from __future__ import annotations

import math
from collections.abc import Sequence


def shares(amount: float, weights: Sequence[float], places: int = 2) -> list[float]:
    """Parts of `amount` in proportion to `weights`, by the method of the largest remainder (Hamilton).

    Args:
        amount: what is divided, not negative.
        weights: not negative; when all are 0 the first gets everything.
        places: decimals of the smallest unit, 2 for cents.

    Returns:
        As many parts as weights, each a whole number of units; empty without weights. Of equal remainders the first
        gets the unit.
    """
    if not weights:
        return []
    whole, unit = sum(weights), 10**places
    if whole <= 0:
        return [round(amount, places), *[0.0] * (len(weights) - 1)]
    units = round(amount * unit)
    # Rounded, so that a quota that is whole but for the error of floating point is not cut down by one unit.
    quotas = [round(units * weight / whole, 6) for weight in weights]
    parts = [math.floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(weights)), key=lambda index: (parts[index] - quotas[index], index))
    for index in by_remainder[: units - sum(parts)]:
        parts[index] += 1
    return [part / unit for part in parts]
