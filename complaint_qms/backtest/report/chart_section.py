"""Control charts of the whole history, for reading and not for alarms: a moving average of the weeks, the time between
complaints with harm, and whether the level has shifted.

They look at all that they show, the latest weeks too; what a week knew at its time is what the signals say.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.report import svg
from complaint_qms.backtest.store import Store
from complaint_qms.engine.signals import ewma_chart, runs, t_chart

LEAST_WEEKS = 20
"""Weeks, or complaints with harm, that make a chart."""
LEAST_EVENTS = 12
LEAST_OFF_THE_MEDIAN = 10
"""Weeks that do not lie on the median itself, with which runs and crossings say something."""
MOST_POINTS = 104
CHANCE = 0.05
"""That chance alone marks anything in a history whose level is even."""
SPANS = (1, 2, 4, 8)
"""How many times between complaints are looked at together."""


def charts(store: Store, language: str) -> list[dict[str, str]]:
    """Title, sentence and picture of each chart that the history has enough for."""
    found = (_weeks(store), _harm(store))
    return [
        {
            "title": phrase(chart["title"], language),
            "sentence": phrase(chart["sentence"], language, **chart["values"]),
            "wide": _picture(chart, language, 1040, 240, 9),
            "narrow": _picture(chart, language, 380, 200, 4),
        }
        for chart in found
        if chart
    ]


def closer_than_chance(days: np.ndarray) -> np.ndarray:
    """Which times between complaints lie in a run of them that is too short for an even level, whose sums are gamma distributed."""
    closer = np.zeros(len(days), bool)
    for span in SPANS:
        sums = np.convolve(days, np.ones(span), "valid")
        rare = special.gammainc(span, sums / days.mean()) < CHANCE / (len(SPANS) * len(days))
        for first in np.flatnonzero(rare):
            closer[first : first + span] = True
    return closer


def _picture(chart: dict[str, Any], language: str, width: int, height: int, labels: int) -> str:
    title = phrase(chart["title"], language)
    sentence = phrase(chart["sentence"], language, **chart["values"])
    return svg.column_chart(chart["points"], width, height, title, sentence, labels)


def _weeks(store: Store) -> dict[str, Any] | None:
    rows = store.db.execute(
        "SELECT period, count FROM point JOIN series ON series.series = point.series WHERE kind = 'all' ORDER BY period"
    ).fetchall()[-MOST_POINTS:]
    if len(rows) < LEAST_WEEKS:
        return None
    counts = np.array([count for _period, count in rows], float)
    chart, lines = ewma_chart(counts), runs(counts)
    return {
        "title": "chart_ewma",
        "sentence": "runs_few"
        if lines.useful < LEAST_OFF_THE_MEDIAN
        else "runs_shift"
        if lines.shift
        else "runs_above"
        if chart.above.any()
        else "runs_even",
        "values": {
            "off": int(lines.useful),
            "weeks": len(rows),
            "above": int(chart.above.sum()),
            "longest": int(lines.longest),
            "most": int(lines.longest_limit),
            "crossings": int(lines.crossings),
            "least": int(lines.crossings_limit),
        },
        "points": [
            _point(period, value, float(chart.center), limit, bool(alarm))
            for (period, _count), value, limit, alarm in zip(
                rows, chart.value.tolist(), chart.upper.tolist(), chart.above, strict=True
            )
        ],
    }


def _harm(store: Store) -> dict[str, Any] | None:
    rows = store.db.execute(
        "SELECT received FROM assessment JOIN complaint ON complaint.row_id = assessment.row_id WHERE assessment.harm <> 'none' ORDER BY seq"
    ).fetchall()
    moments = np.array([moment for (moment,) in rows], "datetime64[s]")
    days = (np.diff(moments) / np.timedelta64(86_400, "s")).astype(float)
    if (moments == moments.astype("datetime64[D]")).all():
        days = np.maximum(days, 0.5)  # on the same day, at a time that nobody wrote down
    # Several a day are better counted than timed.
    if len(days) < LEAST_EVENTS or days.mean() < 1:
        return None
    chart = t_chart(days)
    shown = slice(max(0, len(days) - MOST_POINTS), None)
    closer = closer_than_chance(days)
    return {
        "title": "chart_harm",
        "sentence": "harm_closer" if closer[shown].any() else "harm_even",
        "values": {
            "count": len(moments),
            "days": f"{float(chart.center):.3g}",
            "times": int(closer[shown].sum()),
            "last": str(moments[shown][-1])[:10],
        },
        "points": [
            _point(str(moment)[:10], value, float(chart.center), limit, bool(alarm))
            for moment, value, limit, alarm in zip(
                moments[1:][shown],
                days[shown].tolist(),
                chart.upper[shown].tolist(),
                closer[shown],
                strict=True,
            )
        ],
    }


def _point(period: str, value: float, center: float, limit: float, alarm: bool) -> dict[str, Any]:
    return {"period": period, "count": value, "expected": center, "limit_value": limit, "alarm": alarm}
