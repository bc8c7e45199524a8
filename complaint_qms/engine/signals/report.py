"""A judged cell as a record: its baseline, its parameters and its arithmetic in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.detect import Judged, years_back
from complaint_qms.engine.signals.sentences import NOUNS, PERIOD_NAMES, SENTENCES, chance, once_in
from complaint_qms.engine.signals.series import Periods
from complaint_qms.engine.signals.shared_dispersion import DISPERSIONS
from complaint_qms.engine.signals.types import BaselineRecord, ScanResult, Settings, SignalRecord

EARS_GAP = 2
"""Periods that C2 leaves out between its baseline and the judged one."""
_EXACT = ("poisson", "u", "laney", "cusum")


def signal_records(
    result: ScanResult,
    again: Callable[[ScanResult, NDArray[np.int64]], Judged],
    periods: Periods | None,
) -> Iterator[SignalRecord]:
    """The signals of a scan by period, then by series. ``again`` judges some series once more: a scan does not keep
    of every cell from where to where its baseline went."""
    chosen, columns = np.nonzero(result.signal)
    if not chosen.size:
        return
    rows, place = np.unique(chosen, return_inverse=True)
    found = again(result, rows)
    for i in np.lexsort((chosen, columns)):
        yield _record(result, found, int(place[i]), int(chosen[i]), int(columns[i]), periods)


def _record(
    result: ScanResult, found: Judged, place: int, row: int, column: int, periods: Periods | None
) -> SignalRecord:
    s, cells, method = result.settings, result.cells, result.method_name(row, column)
    at = (row, column)
    given = 0.0 if result.exposure is None else float(np.nan_to_num(result.exposure[at]))
    # units are known and were not what it was judged by: time was
    by_units = given > 0 and float(found.units[place, column]) == given
    units = float(cells.base_exposure[at]) if method == "maxsprt" else given if by_units else None
    baseline, parameters, first, last = _facts(result, found, place, row, column, units is not None)
    values = {
        name: float(getattr(cells, name)[at])
        for name in ("observed", "expected", "statistic", "critical", "limit", "p", "spread")
    }
    words = _words(method, values, units, column, periods, s, parameters, (first, last, baseline.periods))
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
    result: ScanResult, found: Judged, place: int, row: int, column: int, measured: bool
) -> tuple[BaselineRecord, dict[str, Any], int, int]:
    """The baseline of a cell, the parameters that produced it, and from which period to which it goes."""
    s, cells, past = result.settings, result.cells, found.past
    method, at, here = result.method_name(row, column), (row, column), (place, column)
    spread = float(cells.spread[at])
    parameters: dict[str, Any] = {"min_count": s.min_count}
    if not np.isnan(cells.p[at]):
        parameters |= {"alpha": s.alpha, "fdr": s.fdr, "fdr_rule": s.fdr_rule, "family": s.family}
    count, units = float("nan"), None
    if method in _EXACT:
        first, last, number = int(past.first[here]), int(past.last[here]), int(past.periods[here])
        count = float(past.count[here])
        units = float(past.exposure[here]) if measured else None
        parameters |= {"baseline": s.baseline, "guard": s.guard, "min_baseline": s.min_baseline}
        parameters |= {"dispersion": float(past.dispersion[here]), "freedom": float(past.freedom[here])}
        came = float(np.nansum(result.counts[row, first : last + 1]))
        parameters |= {"left_out_periods": last - first + 1 - number, "left_out_count": came - count}
        if result.lent.known(column):
            parameters |= {
                "own_dispersion": float(past.own[here]), "dispersions": tuple(DISPERSIONS.tolist()),
                "lent_shares": tuple(result.lent.shares[column].round(6).tolist()),
            }  # fmt: skip
    if method in ("u", "laney"):
        parameters |= {"sigmas": s.sigmas}
    if method == "laney":
        parameters |= {"sigma_z": spread}
    elif method == "cusum":
        since = int(past.since[here])
        units_since = found.units[place, since : column + 1]
        parameters |= {
            "ratio": s.cusum_ratio, "run_length": s.cusum_run_length, "reference": spread,
            "since": result.labels[since], "since_column": since,
            "observed_since": float(np.nansum(result.counts[row, since : column + 1])),
            "expected_since": float(cells.expected[at] / found.units[place, column] * units_since.sum()),
        }  # fmt: skip
    elif method == "ears":
        parameters |= {
            "variant": "C2", "baseline": s.ears_baseline, "min_sd": s.ears_min_sd, "sd": spread,
        }  # fmt: skip
        first, last, number = column - EARS_GAP - s.ears_baseline, column - EARS_GAP - 1, s.ears_baseline
        count = float(cells.base_count[at])
    elif method == "maxsprt":
        known = np.flatnonzero(~np.isnan(np.broadcast_to(result.rate[row], result.counts.shape[1])))
        parameters |= {
            "alpha": s.sprt_alpha, "sprt_min_count": s.sprt_min_count, "plan": spread,
            "reference_rate": float(np.broadcast_to(result.rate[row], result.counts.shape[1])[column]),
            "dispersion": float(np.broadcast_to(result.uneven[row], result.counts.shape[1])[column]),
        }  # fmt: skip
        first, last = int(known[0]), column
        number = last - first + 1
    elif method == "threshold":
        parameters |= {"window": s.threshold_window, "count": s.threshold_count}
        first, last = max(0, column - s.threshold_window + 1), column
        number = last - first + 1
    elif method == "farrington":
        used = s.farrington
        years = int(years_back(column, used, result.frequency))
        parameters |= {
            "years": years, "half_window": used.half_window, "threshold": used.threshold, "dispersion": spread,
            "regression": float(cells.critical[at]) == 1,
        }  # fmt: skip
        first, last = max(0, column - result.frequency * years - used.half_window), column - used.skip - 1
        number = last - first + 1
    record = BaselineRecord(result.labels[max(first, 0)], result.labels[last], number, count, units)
    return record, parameters, first, last


def _words(
    method: str,
    values: dict[str, float],
    units: float | None,
    column: int,
    periods: Periods | None,
    s: Settings,
    parameters: dict[str, Any],
    baseline: tuple[int, int, int],
) -> tuple[Message, ...]:
    kind = periods.kind if periods is not None else "period"
    first, last, number = baseline
    gap = column - 1 - last
    left_out = last - first + 1 > number or gap > (EARS_GAP if method == "ears" else s.guard)
    facts: dict[str, Any] = {
        **values,
        "period": _name(periods, column),
        "periods": NOUNS[kind],
        "exposure": units,
    }
    facts |= {"window": s.threshold_window, "years": parameters.get("years"), "baseline": number}
    facts |= {"sigma": values["spread"], "reference": values["spread"], "dispersion": values["spread"]}

    facts |= {"until": _name(periods, last), "guard": gap}

    def say(key: str) -> Message:
        template = SENTENCES[key]
        return Message(template, {k: v for k, v in facts.items() if "{" + k + "}" in template})

    if method == "threshold":
        return (say("threshold"),)
    facts |= {f"left_{name}": parameters.get(f"left_out_{name}", 0) for name in ("periods", "count")}
    taken_out = (say("left_out" if units is None else "left_out_units"),) if facts["left_count"] >= 1 else ()
    if method == "cusum":
        facts |= {name: parameters[name] for name in ("observed_since", "expected_since")}
        facts["since"] = _name(periods, parameters["since_column"])
        return (say("rise"), say("cusum"), *taken_out)
    if method == "maxsprt":
        facts["once"] = once_in(values["p"])
        facts["dispersion"] = parameters["dispersion"]
        told = (say("maxsprt"), say("maxsprt_limit"), say("maxsprt_chance"))
        if np.isnan(facts["dispersion"]):
            return (*told, say("siblings_unknown"))
        uneven = round(facts["dispersion"], 1) > 1
        return (*told, *((say("siblings"),) if uneven else ()))
    opening = (
        "season" if method == "farrington" else "rate" if units is not None and method != "ears" else "time"
    )
    few = method == "farrington" and not parameters["regression"]
    facts |= {"least": s.farrington.min_cases, "latest": s.farrington.min_periods}
    parts = [
        say(opening),
        *((say("season_few"),) if few else ()),
        *((say("quiet" if left_out else "guard"),) if opening == "time" and gap > 1 else ()),
        *taken_out,
        *chance(values["p"], kind),
    ]
    if method in ("laney", "farrington") and round(values["spread"], 3) <= 1:
        parts.append(say(f"{method}_even"))
    elif method in ("u", "laney", "ears", "farrington"):
        parts.append(say(method))
    if method in ("poisson", "u") and round(values["spread"], 3) > 1:
        parts.append(say("dispersion"))
    return tuple(parts)


def _name(periods: Periods | None, column: int) -> Message:
    if periods is not None:
        return periods.name(column)
    return Message(PERIOD_NAMES["period"], {"position": column + 1})
