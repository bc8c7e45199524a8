"""Findings with their weeks on one axis, for the lead page and the cards."""

from __future__ import annotations

import json
from typing import Any

from complaint_qms.backtest.report.rows import rows
from complaint_qms.backtest.store import Store
from complaint_qms.engine.signals.findings.types import NO_RISE

LEADING, SHOWN, TABLED, CHANGES = 3, 12, 20, 8
LONG_AXIS = 160
"""Weeks from which the cards draw months."""


def findings(store: Store, grave: list[str]) -> dict[str, Any]:
    """``rises`` (the first ones whole, the rest without weeks), ``changes`` that are no rises, how many there are of both."""
    found = rows(store, "SELECT * FROM finding ORDER BY finding")
    for one in found:
        for name in ("parts", "traits", "signals", "spells"):
            one[name] = json.loads(one[name])
        one["shown"] = False
    rises = [one for one in found if one["change"] not in NO_RISE]
    changes = [one for one in found if one["change"] in NO_RISE]
    axis = _axis(store, rises[:SHOWN])
    for one in rises[:SHOWN]:
        one["shown"] = True
        same = [(s[0], s[1]) for o in found if o["parts"] == one["parts"] for s in o["spells"]]
        one["points"] = _points(store, one, axis, same)
        one |= _harm(store, one["finding"], grave)
        one["sources"] = _sources(store, one["signals"])
    return {
        "rises": rises,
        "changes": changes,
        "monthly": len(axis) > LONG_AXIS,
        "explained": sum(len(one["signals"]) for one in found),
    }


def _axis(store: Store, shown: list[dict[str, Any]]) -> list[str]:
    """The weeks that every card shows, so that the same week stands at the same place."""
    if not shown:
        return []
    return list(
        store.column(
            "SELECT period FROM finding_point WHERE finding = ? ORDER BY period", (shown[0]["finding"],)
        )
    )


def _points(
    store: Store, one: dict[str, Any], axis: list[str], stretches: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Weeks or months; those of any finding about the same complaints are marked, so that a week has one colour."""
    points = rows(
        store,
        "SELECT period, count, expected FROM finding_point WHERE finding = ? ORDER BY period",
        (one["finding"],),
    )
    for point in points:
        inside = any(first <= point["period"] <= last for first, last in stretches)
        point |= {"alarm": inside, "limit_value": None}
    if len(axis) <= LONG_AXIS:
        return points
    months: dict[str, dict[str, Any]] = {}
    for point in points:
        month = months.setdefault(
            point["period"][:7],
            {"period": point["period"][:7], "count": 0, "expected": 0.0, "alarm": False, "limit_value": None},
        )
        month["count"] += point["count"]
        month["expected"] += point["expected"] or 0.0
        month["alarm"] |= point["alarm"]
    return list(months.values())


def _harm(store: Store, number: int, grave: list[str]) -> dict[str, Any]:
    marks = ", ".join("?" * len(grave))
    severe, injured, deaths, still_open = store.db.execute(
        f"SELECT total(assessment.severity IN ({marks})), total(injured), total(deaths), count(open_stage) FROM found "
        "JOIN assessment ON assessment.seq = found.seq JOIN complaint ON complaint.row_id = assessment.row_id "
        "LEFT JOIN sop_time ON sop_time.seq = found.seq WHERE finding = ?",
        (*grave, number),
    ).fetchone()
    return {"severe": int(severe), "injured": int(injured), "deaths": int(deaths), "open": still_open}


def _sources(store: Store, signals: list[int]) -> list[dict[str, Any]]:
    """The series whose signals a finding explains, with how many each."""
    marks = ", ".join("?" * min(len(signals), 900))
    return rows(
        store,
        "SELECT kind, key, count(*) AS count, signal.method FROM signal JOIN series ON series.series = signal.series "
        f"WHERE signal IN ({marks}) GROUP BY kind, key ORDER BY count(*) DESC, kind, key",
        tuple(signals[:900]),
    )
