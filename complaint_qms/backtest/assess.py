"""The engine over the history, in event order, chunk by chunk: risk (`risk_assessment`) and working time (`sop_times`)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from complaint_qms.backtest.history import History, fetch
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.risk_assessment import RiskAssessment
from complaint_qms.backtest.sop_times import SopTimes
from complaint_qms.backtest.store import Store

CHUNK = 20_000


def assess_history(
    store: Store, policy: Policy, history: History, as_of: np.datetime64, tick: Callable[[int], None]
) -> None:
    """Judge every complaint once; goes on after the last stored chunk."""
    start = store.done("assess")
    if start < 0:
        tick(len(history))
        return
    tick(start)
    risks = RiskAssessment(store, policy, history)
    times = SopTimes(store, policy, history, as_of)
    asked = {*risks.asks, *times.asks}
    read = tuple(sorted(asked & history.filled.keys()))
    while start < len(history):
        stop = min(start + CHUNK, len(history))
        facts: dict[str, tuple] = dict.fromkeys(asked, (None,) * (stop - start))
        if read:
            facts |= zip(read, zip(*fetch(store, history, start, stop, read), strict=True), strict=True)
        with store.transaction():
            risks.chunk(start, stop, facts)
            times.chunk(start, stop, facts)
            store.set_done("assess", stop)
        tick(stop - start)
        start = stop
    with store.transaction():
        store.set_done("assess", -1)
