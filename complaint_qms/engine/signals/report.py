"""A judged cell as a record: its baseline, its parameters and its arithmetic in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.detect import years_back
from complaint_qms.engine.signals.sentences import NOUNS, PERIOD_NAMES, SENTENCES, chance, once_in
from complaint_qms.engine.signals.series import Periods
from complaint_qms.engine.signals.types import Array, BaselineRecord, ScanResult, Settings, SignalRecord

EARS_GAP = 2
"""Periods that C2 leaves out between its baseline and the judged one."""


def signal_record(
    result: ScanResult,
    row: int,
    column: int,
    exposure: Array | None,
    rate: Array,
    periods: Periods | None,
) -> SignalRecord:
    s, cells, method = result.settings, result.cells, result.method_name(row)
    measured = exposure is not None and bool(np.any(np.nan_to_num(exposure[row]) > 0))
    at = (row, column)
    units: float | None
    if method == "maxsprt":
        units = float(cells.base_exposure[at])
    else:
        units = float(exposure[at]) if measured and exposure is not None else None
    baseline, parameters = _facts(result, row, column, measured, rate)
    values = {
        name: float(getattr(cells, name)[at])
        for name in ("observed", "expected", "statistic", "limit", "p", "spread")
    }
    words = _words(method, values, units, column, periods, s, parameters, baseline.periods)
    del values["spread"]
    return SignalRecord(
        key=result.keys[row],
        row=row,
        column=column,
        period=result.labels[column],
        method=method,
        parameters=parameters,
        baseline=baseline,
        exposure=units,
        q=float(result.q[at]),
        words=words,
        **values,
    )


def _facts(
    result: ScanResult, row: int, column: int, measured: bool, rate: Array
) -> tuple[BaselineRecord, dict[str, Any]]:
    """The baseline of a cell and the parameters that produced it."""
    s, cells, method = result.settings, result.cells, result.method_name(row)
    at = (row, column)
    parameters: dict[str, Any] = {"min_count": s.min_count}
    if not np.isnan(cells.p[at]):
        parameters |= {"fdr": s.fdr, "fdr_rule": s.fdr_rule, "family": s.family}
    first, last = max(0, column - s.guard - s.baseline), column - s.guard - 1
    count, units = float(cells.base_count[at]), float(cells.base_exposure[at]) if measured else None
    if method in ("poisson", "u", "laney", "cusum"):
        parameters |= {"baseline": s.baseline, "guard": s.guard, "min_baseline": s.min_baseline}
    if method == "poisson":
        parameters |= {"alpha": s.alpha}
    elif method == "u":
        parameters |= {"sigmas": s.sigmas}
    if method in ("poisson", "u"):
        parameters |= {"dispersion": float(cells.spread[at]), "dispersion_z": s.dispersion_z}
    if method == "laney":
        parameters |= {"sigmas": s.sigmas, "sigma_z": float(cells.spread[at])}
    elif method == "cusum":
        parameters |= {
            "ratio": s.cusum_ratio,
            "run_length": s.cusum_run_length,
            "reference": float(cells.spread[at]),
        }
    elif method == "ears":
        parameters |= {
            "variant": "C2",
            "alpha": s.alpha,
            "baseline": s.ears_baseline,
            "min_sd": s.ears_min_sd,
            "sd": float(cells.spread[at]),
        }
        first, last, units = column - EARS_GAP - s.ears_baseline, column - EARS_GAP - 1, None
    elif method == "maxsprt":
        parameters |= {
            "alpha": s.sprt_alpha,
            "sprt_min_count": s.sprt_min_count,
            "plan": float(cells.spread[at]),
            "reference_rate": float(rate[row]),
        }
        first, last = 0, column
        count, units = float("nan"), None
    elif method == "threshold":
        parameters |= {"window": s.threshold_window, "count": s.threshold_count}
        first, last = max(0, column - s.threshold_window + 1), column
        count, units = float("nan"), None
    elif method == "farrington":
        used = s.farrington
        years = int(years_back(column, used, result.frequency))
        parameters |= {
            "alpha": s.alpha,
            "years": years,
            "half_window": used.half_window,
            "threshold": used.threshold,
            "dispersion": float(cells.spread[at]),
        }
        first, last = max(0, column - result.frequency * years - used.half_window), column - used.skip - 1
        count, units = float("nan"), None
    record = BaselineRecord(result.labels[first], result.labels[last], last - first + 1, count, units)
    return record, parameters


def _words(
    method: str,
    values: dict[str, float],
    units: float | None,
    column: int,
    periods: Periods | None,
    s: Settings,
    parameters: dict[str, Any],
    baseline: int,
) -> tuple[Message, ...]:
    kind = periods.kind if periods is not None else "period"
    gap = EARS_GAP if method == "ears" else s.guard
    facts: dict[str, Any] = {
        **values,
        "period": _name(periods, column),
        "periods": NOUNS[kind],
        "exposure": units,
    }
    facts |= {"window": s.threshold_window, "years": parameters.get("years"), "baseline": baseline}
    facts |= {"sigma": values["spread"], "reference": values["spread"], "dispersion": values["spread"]}

    facts |= {"until": _name(periods, column - 1 - gap), "guard": gap}

    def say(key: str) -> Message:
        template = SENTENCES[key]
        return Message(template, {k: v for k, v in facts.items() if "{" + k + "}" in template})

    if method == "threshold":
        return (say("threshold"),)
    if method == "maxsprt":
        facts["once"] = once_in(values["p"])
        return (say("maxsprt"), say("maxsprt_chance"))
    opening = (
        "season" if method == "farrington" else "rate" if units is not None and method != "ears" else "time"
    )
    parts = [
        say(opening),
        *((say("guard"),) if opening == "time" and gap > 1 else ()),
        *chance(values["p"], kind),
    ]
    if method in ("laney", "farrington") and round(values["spread"], 3) <= 1:
        parts.append(say(f"{method}_even"))
    elif method in ("u", "laney", "ears", "cusum", "farrington"):
        parts.append(say(method))
    if method in ("poisson", "u") and round(values["spread"], 3) > 1:
        parts.append(say("dispersion"))
    return tuple(parts)


def _name(periods: Periods | None, column: int) -> Message:
    if periods is not None:
        return periods.name(column)
    return Message(PERIOD_NAMES["period"], {"position": column + 1})
