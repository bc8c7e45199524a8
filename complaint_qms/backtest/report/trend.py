"""Complaints over time, for the first chart: whole weeks as they were judged, or months when the history is long."""

from __future__ import annotations

from typing import Any

import numpy as np

from complaint_qms.backtest.store import Store

LONG_HISTORY_WEEKS = 200
Point = dict[str, Any]


def trend(store: Store, until: str) -> dict[str, Any]:
    """`points` with ``period``, ``count``, ``expected``, ``limit_value``, ``alarm`` and ``part`` (not over on the day
    `until`); how many weeks were judged, and the days after the last of them."""
    cursor = store.db.execute(
        "SELECT period, count, expected, limit_value FROM point JOIN series ON series.series = point.series "
        "WHERE kind = 'all' ORDER BY period"
    )
    weeks = [_point(*row) for row in cursor]
    alarms = {
        r[0]
        for r in store.db.execute(
            "SELECT period FROM signal JOIN series ON series.series = signal.series WHERE kind = 'all'"
        )
    }
    method = store.db.execute("SELECT method FROM series WHERE kind = 'all'").fetchone()
    for point in weeks:
        point["alarm"] = point["period"] in alarms
    rest = _rest(store, weeks, until)
    monthly = len(weeks) > LONG_HISTORY_WEEKS
    points = _months(store, until, alarms) if monthly else [*weeks, *rest]
    return {
        "points": points if weeks else [],
        "monthly": monthly,
        "weeks": len(weeks),
        "alarms": len(alarms),
        "method": method[0] if method else "none",
        "rest": rest[0]["count"] if rest else 0,
        "rest_days": rest[0]["days"] if rest else 0,
        "part": bool(points) and points[-1]["part"],
    }


def _point(period: str, count: int, expected: float | None = None, limit: float | None = None) -> Point:
    return {
        "period": period,
        "count": count,
        "expected": expected,
        "limit_value": limit,
        "alarm": False,
        "part": False,
    }


def _rest(store: Store, weeks: list[Point], until: str) -> list[Point]:
    """The week that is not over, if the history ends within one."""
    if not weeks:
        return []
    monday = np.datetime64(weeks[-1]["period"]) + 7
    days = int((np.datetime64(until) - monday).astype(int)) + 1
    if days < 1:
        return []
    count = store.db.execute("SELECT count(*) FROM complaint WHERE received >= ?", (str(monday),)).fetchone()[
        0
    ]
    return [{**_point(str(monday), count), "days": days, "part": True}]


def _months(store: Store, until: str, alarms: set[str]) -> list[Point]:
    """Every month from the first complaint to `until`, by the day of receipt."""
    counts = dict(
        store.db.execute(
            "SELECT substr(received, 1, 7), count(*) FROM complaint GROUP BY 1 ORDER BY 1"
        ).fetchall()
    )
    last = np.datetime64(until)
    months = np.arange(np.datetime64(min(counts)), last.astype("datetime64[M]") + 1).astype(str).tolist()
    red = {period[:7] for period in alarms}
    points = [{**_point(month, counts.get(month, 0)), "alarm": month in red} for month in months]
    points[-1]["part"] = bool((last + 1).astype("datetime64[M]") == last.astype("datetime64[M]"))
    return points
