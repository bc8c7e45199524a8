"""Working times of a finished store against their limits: what was late, and what is open, stage by stage and as a whole."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import Store
from complaint_qms.engine.sla.covered import first_covered, joint_limits
from complaint_qms.engine.sla.ladder import passed
from complaint_qms.tabular.fields import STAGES

CLOCKS = ("first_response", *STAGES, "total")
_UNKNOWN = len(STAGES)


def sop(store: Store, policy: Policy) -> dict[str, Any]:
    """Per clock: how many, median, 90th percentile, share over the limit; ladder counts; what is open.

    A time that covers several stages, because the ends of some are unknown, is a clock of its own with their limits
    together (`first` is the first of them); so no complaint is late in a stage for time that was spent in another.
    """
    section = policy.data["sop"]
    stage_limits = [None if (hours := section["stage_hours"].get(s)) is None else hours * 60 for s in STAGES]
    minutes, open_stage, here, whole = _times(store)
    first = first_covered(~np.isnan(minutes[:, 1:-1]))
    late = np.zeros(len(minutes), bool)
    clocks = []
    for column, clock in enumerate(CLOCKS):
        place = column - 1 if clock in STAGES else None
        if place is None:
            limit = section["first_response_hours" if not column else "total_hours"] * 60
            groups = [(None, np.ones(len(minutes), bool), limit)]
        else:
            begins = np.unique(first[~np.isnan(minutes[:, column]), place])[::-1]
            groups = [
                (STAGES[b], first[:, place] == b, float(joint_limits(b, place, stage_limits))) for b in begins
            ]
        for begin, members, limit in groups:
            taken = minutes[:, column]
            late |= members & passed(taken, limit, finished=True)
            known = taken[members & ~np.isnan(taken)]
            if len(known):
                clocks.append(_clock(clock, begin, known, limit))
    last = np.where((open_stage >= 0) & (open_stage < _UNKNOWN), open_stage, -1)
    limit = joint_limits(first[:, -1], last, stage_limits)
    total = section["total_hours"] * 60
    over_whole = passed(whole, total)
    over = passed(here, limit) | over_whole
    at_risk = passed(here, limit, section["warn_at"]) | passed(whole, total, section["warn_at"])
    stages = [c for c in clocks if c["clock"] in STAGES]
    return {
        "clocks": clocks,
        "ladder": _ladder(store),
        "open": _standing(open_stage, first[:, -1]),
        "open_over": int(over.sum()),
        "open_over_whole": int(over_whole.sum()),
        "open_at_risk": int((at_risk & ~over).sum()),
        "late": int((late | over).sum()),
        "late_seqs": (np.flatnonzero(late | over) + 1).tolist(),
        "worst": max(stages, key=lambda c: c["share"], default=None),
    }


def _clock(clock: str, begin: str | None, known: np.ndarray, limit: float) -> dict[str, Any]:
    low, median, high = (float(v) for v in np.percentile(known, (10, 50, 90)))
    limited = not np.isnan(limit)
    beyond = int(passed(known, limit, finished=True).sum()) if limited else 0
    return {
        "clock": clock,
        "first": begin,
        "count": len(known),
        "p10": low,
        "median": median,
        "p90": high,
        "limit": limit if limited else None,
        "over": beyond,
        "share": beyond / len(known),
        "at_once": float((known < 0.5).mean()),
    }


def _ladder(store: Store) -> list[dict[str, Any]]:
    names = ("stage", "at", "told", "count")
    found = store.db.execute('SELECT stage, "at", told, count FROM ladder ORDER BY stage, "at"')
    return [dict(zip(names, row, strict=True)) for row in found]


def _standing(open_stage: np.ndarray, reached: np.ndarray) -> list[dict[str, Any]]:
    """Open complaints by where they are, in the order of the procedure: somewhere from `first` to `stage`."""
    rows = np.flatnonzero(open_stage >= 0)
    places, counts = np.unique(
        np.stack([open_stage[rows], np.minimum(reached[rows], open_stage[rows])]), axis=1, return_counts=True
    )
    names = (*STAGES, "unknown")
    return [
        {"stage": names[last], "first": names[last if last == _UNKNOWN else first], "count": int(count)}
        for last, first, count in zip(*places.tolist(), counts.tolist(), strict=True)
    ]


def _times(store: Store) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Working minutes of every complaint by clock, float32, nan where not known; stage of the open ones (-1: not open), their
    minutes there and in all."""
    asked = ", ".join(f"coalesce({name}, -1)" for name in (*CLOCKS, "open_minutes", "open_total"))
    stages = " ".join(f"WHEN '{stage}' THEN {place}" for place, stage in enumerate((*STAGES, "unknown")))
    width = len(CLOCKS) + 3
    cursor = store.db.execute(
        f"SELECT {asked}, CASE open_stage {stages} ELSE -1 END FROM sop_time ORDER BY seq"
    )
    parts = [np.empty((0, width), np.float32)]
    while batch := cursor.fetchmany(20_000):
        values = np.fromiter(chain.from_iterable(batch), np.float32, len(batch) * width)
        parts.append(values.reshape(-1, width))
    table = np.concatenate(parts)
    stage = table[:, -1].astype(np.int64)
    table[table < 0] = np.nan
    return table[:, : len(CLOCKS)], stage, table[:, -3], table[:, -2]
