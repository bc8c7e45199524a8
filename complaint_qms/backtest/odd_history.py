"""What is odd about a whole history and easily overlooked: told on the screen when a replay is done."""

from __future__ import annotations

import numpy as np

from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.store import Store

MANY = 0.05
"""Share of the complaints from which ends before their receipt are no slips."""
LONG_AFTER = 60
"""Days after the last complaint from which the day that a history is to end on is told."""


def remarks(store: Store, asked: str | None, language: str) -> list[str]:
    """Sentences; ``asked``: the day that the history was to end on, if one was given."""
    found = []
    complaints = store.count("complaint")
    for key, count in store.db.execute(
        "SELECT field, sum(rows) FROM quality WHERE reason = 'before_received' GROUP BY field ORDER BY 2 DESC, 1"
    ):
        if count >= max(1, MANY * complaints):
            field = phrase(f"field_{key}", language)
            found.append(
                phrase(
                    "many_before_received", language, field=field, count=f"{count:,}", all=f"{complaints:,}"
                )
            )
    last, until = store.meta("last"), store.meta("as_of")[:10]
    days = int((np.datetime64(until) - np.datetime64(last)).astype(int))
    if asked is not None and days > LONG_AFTER:
        found.append(phrase("as_of_long_after", language, date=until, last=last, days=f"{days:,}"))
    return found
