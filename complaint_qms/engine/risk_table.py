"""Risk of whole columns at once; one at a time: :mod:`complaint_qms.engine.risk`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from complaint_qms.constants.risk import RATE, UPPER
from complaint_qms.engine.occurrence import CONFIDENCE, Band
from complaint_qms.engine.risk import RiskError


def occurrence_bands(
    complaints_per_unit: np.ndarray, bands: Sequence[tuple[str, float, float | None]]
) -> np.ndarray:
    """``risk.occurrence_of_rate`` of many rates at once: the place in ``bands``, int64 of the same shape; -1 when no band
    holds the rate or the rate is not known (NaN).

    Raises:
        RiskError: a negative rate.
    """
    rates = np.asarray(complaints_per_unit)
    if (rates < 0).any():
        raise RiskError(f"A complaint rate must not be negative: {rates[rates < 0][0]!r}")
    found = np.full(rates.shape, -1, dtype=np.int64)
    for place, (_key, low, high) in reversed(list(enumerate(bands))):  # the first band that fits is to win
        inside = low <= rates
        found[inside & (rates < high) if high else inside] = place
    return found


def upper_limits(counts: np.ndarray, units: np.ndarray, confidence: float = CONFIDENCE) -> np.ndarray:
    """Upper limit of the exact interval (Garwood) of many rates at once, as ``rates.garwood`` gives of one; nan where no unit is known."""
    known = np.asarray(units, float) > 0
    exposure = np.where(known, units, np.nan)
    return special.gammainccinv(np.asarray(counts, float) + 1, (1 - confidence) / 2) / exposure


def proposed_levels(
    counts: np.ndarray, units: np.ndarray, bands: Sequence[Band], basis: str = RATE
) -> list[str | None]:
    """``occurrence.read_occurrence`` of many at once: the level of each, None where no unit is known or no band holds the rate."""
    exposure = np.where(np.asarray(units, float) > 0, units, np.nan)
    rates = upper_limits(counts, exposure) if basis == UPPER else np.asarray(counts, float) / exposure
    places = occurrence_bands(rates, bands)
    return [bands[place][0] if place >= 0 else None for place in places]
