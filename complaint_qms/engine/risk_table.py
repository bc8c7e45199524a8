"""Risk of whole columns at once; one at a time: :mod:`complaint_qms.engine.risk`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
