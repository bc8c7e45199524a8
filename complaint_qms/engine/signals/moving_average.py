"""EWMA: an exponentially weighted moving average, for small lasting shifts (Roberts, Technometrics 1959; NIST 6.3.2.4).

E_t = λ x_t + (1 − λ) E_(t−1) from E_0 = centre. Of measurements as well as of counts and rates: give the mean that is
expected and its standard deviation, of each period where the exposure changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from complaint_qms.engine.signals.charts import Chart
from complaint_qms.engine.signals.measurement_charts import i_chart


def ewma_chart(
    values: ArrayLike,
    *,
    weight: float = 0.2,
    center: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    baseline: ArrayLike | None = None,
    sigmas: float = 3.0,
    steady: bool = False,
) -> Chart:
    """The moving average of values (…, periods) with its limits; ``value`` of the chart is the average.

    Args:
        weight: λ of a new value, above 0 and at most 1.
        center, sigma: mean and standard deviation of a value, one or per series; ``sigma`` also per period. Else of the
            ``baseline``, as of ``i_chart``.
        steady: the limits that are reached in the long run, from the first period on (NIST's way); else those of each
            period, narrower at the beginning.

    A value that is unknown (nan) leaves the average where it was, and has no point.
    """
    if not 0 < weight <= 1:
        raise ValueError("weight must be above 0 and at most 1")
    values = np.asarray(values, float)
    plain = i_chart(values, baseline=baseline)
    middle = (
        plain.center if center is None else np.broadcast_to(np.asarray(center, float), plain.center.shape)
    )
    if sigma is None:
        with np.errstate(invalid="ignore"):
            spread = np.broadcast_to(((plain.upper - plain.lower) / 6), values.shape)
    else:
        given = np.asarray(sigma, float)
        spread = np.broadcast_to(given if given.shape == values.shape else given[..., None], values.shape)
        if np.any(spread < 0):
            raise ValueError("sigma cannot be negative")
    average = np.array(middle, float)
    variance = np.zeros(average.shape)
    value, width = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for place in range(values.shape[-1]):
        new, known = values[..., place], ~np.isnan(values[..., place])
        average = np.where(known, weight * new + (1 - weight) * average, average)
        own = spread[..., place] ** 2
        variance = np.where(known, weight**2 * own + (1 - weight) ** 2 * variance, variance)
        value[..., place] = np.where(known, average, np.nan)
        shown = own * weight / (2 - weight) if steady else variance
        width[..., place] = np.where(known, np.sqrt(shown), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (value - middle[..., None]) / width
    z = np.where((width == 0) & (value == middle[..., None]), 0.0, z)
    lower, upper = middle[..., None] - sigmas * width, middle[..., None] + sigmas * width
    return Chart("ewma", value, np.array(middle, float), lower, upper, z, np.ones(average.shape), sigmas)
