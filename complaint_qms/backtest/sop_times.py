"""Working time of first response, stages and the whole, and the ladder that would have been climbed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone

import numpy as np
import pandas as pd

from complaint_qms.backtest.history import History
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import SOP_COLUMNS, Store
from complaint_qms.engine.sla.ladder import passed
from complaint_qms.engine.sla.table import build_table, due_many, used_many
from complaint_qms.tabular.fields import STAGES

MINUTE = 60_000_000
FINAL_STAGES = ("execute", "review")
"""A complaint that has such a stage behind it is at its end; after an earlier one it only goes on unseen."""
_CLOSED_WORDS = frozenset(
    [
        "closed",
        "resolved",
        "done",
        "completed",
        "complete",
        "solved",
        "finished",
        "rejected",
        "cancelled",
        "canceled",
        "void",
        "duplicate",
        "已关闭",
        "关闭",
        "已结案",
        "结案",
        "已完成",
        "完成",
        "已解决",
        "作废",
        "已撤销",
    ]
)


class SopTimes:
    """Fills ``sop_time`` and ``escalation``; `asks` names the fields of the complaint table it wants of each chunk."""

    asks = ("status",)

    def __init__(self, store: Store, policy: Policy, history: History, as_of: np.datetime64) -> None:
        self.store, self.history = store, history
        self.zone = policy.timezone
        sop = policy.data["sop"]
        self.hours = {
            "first_response": sop["first_response_hours"],
            **sop["stage_hours"],
            "total": sop["total_hours"],
        }
        self.ladder = [(step["at"], step["to"]) for step in sop["ladder"]]
        self.as_of = as_of
        self.stages = [s for s in STAGES if f"{s}_done" in history.times]
        # Whole years around everything that is asked, with room for due times that lie far ahead.
        first, last = (
            history.received[0],
            max([history.received[-1], as_of, *_latest(history.times)]),
        )
        begin = pd.Timestamp(first).to_pydatetime().replace(tzinfo=timezone.utc) - timedelta(days=40)
        end = pd.Timestamp(last).to_pydatetime().replace(tzinfo=timezone.utc) + timedelta(days=1100)
        self.table = build_table(policy.calendar, begin, end) if history.times else None

    def chunk(self, start: int, stop: int, facts: Mapping[str, tuple]) -> None:
        """SOP times and escalations of one chunk."""
        if self.table is None:
            return
        size = stop - start
        received = self.utc(self.history.received[start:stop])
        times = {key: self.utc(column[start:stop]) for key, column in self.history.times.items()}
        used: dict[str, np.ndarray] = {}
        begins: dict[str, np.ndarray] = {}
        if "first_response" in times:
            used["first_response"] = self._used(received, times["first_response"])
            begins["first_response"] = received
        at = received
        reached = np.zeros(size, dtype=int)  # how many of the mapped stages each complaint has behind it
        for number, stage in enumerate(self.stages):
            done = times[f"{stage}_done"]
            used[stage], begins[stage] = self._used(at, done), at
            there = ~np.isnat(done)
            at = np.where(there, np.maximum(done, at), at)
            reached = np.where(there, number + 1, reached)
        closed = times.get("closed")
        ended = closed if closed is not None else np.full(size, "NaT", "datetime64[s]")
        if closed is None and self.stages and self.stages[-1] in FINAL_STAGES:
            ended = np.where(reached == len(self.stages), at, np.datetime64("NaT", "s"))
        used["total"], begins["total"] = self._used(received, ended), received
        open_stage, open_minutes = self._open(start, at, reached, ended, facts["status"])
        self._store_times(start, size, used, open_stage, open_minutes)
        climbs = [(stage, minutes, begins[stage], True) for stage, minutes in used.items()]
        climbs += [
            (s, np.where(open_stage == n, open_minutes, np.nan), at, False) for n, s in enumerate(STAGES)
        ]
        self._store_ladder(start, climbs)

    def utc(self, local: np.ndarray) -> np.ndarray:
        """Wall time of the policy's zone as UTC; NaT stays."""
        if self.zone == "UTC":
            return local
        series = pd.Series(local.astype("datetime64[ns]"))
        aware = series.dt.tz_localize(
            self.zone, ambiguous=np.ones(len(series), bool), nonexistent="shift_forward"
        )
        return aware.dt.tz_convert(None).to_numpy().astype("datetime64[s]")

    def local(self, moments: np.ndarray) -> np.ndarray:
        if self.zone == "UTC":
            return moments
        series = pd.Series(moments.astype("datetime64[ns]")).dt.tz_localize("UTC")
        return series.dt.tz_convert(self.zone).dt.tz_localize(None).to_numpy().astype("datetime64[s]")

    def _open(
        self, start: int, at: np.ndarray, reached: np.ndarray, ended: np.ndarray, status: tuple
    ) -> tuple[np.ndarray, np.ndarray]:
        """Stage an unfinished complaint stands in (index into STAGES, -1: none) and its minutes so far."""
        following = [STAGES.index(s) for s in self.stages]
        last = STAGES.index("review") if "closed" in self.history.times else -1
        is_open = np.isnat(ended)
        if "status" in self.history.filled:
            unsettled = np.array([(s or "").strip().lower() not in _CLOSED_WORDS for s in status])
            if self.history.overtaken is not None:  # a status of today says nothing of the day then
                unsettled |= self.history.overtaken[start : start + len(status)]
            is_open &= unsettled
        stage = np.where(is_open, np.array([*following, last])[reached], -1)
        until = np.maximum(at, self.utc(np.array([self.as_of], dtype="datetime64[s]"))[0])
        minutes = np.full(len(at), np.nan)
        rows = np.flatnonzero(stage >= 0)
        if len(rows):
            minutes[rows] = used_many(at[rows], until[rows], self.table).astype(np.int64) / MINUTE
        return stage, minutes

    def _used(self, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Working minutes, NaN where the end is not known."""
        minutes = np.full(len(begin), np.nan)
        rows = np.flatnonzero(~np.isnat(end))
        if len(rows):
            minutes[rows] = used_many(begin[rows], end[rows], self.table).astype(np.int64) / MINUTE
        return minutes

    def _store_times(
        self,
        start: int,
        size: int,
        used: Mapping[str, np.ndarray],
        open_stage: np.ndarray,
        open_minutes: np.ndarray,
    ) -> None:
        empty = np.full(size, np.nan)
        names = np.array([*STAGES, None], dtype=object)
        columns = [_plain(used.get(key, empty)) for key in SOP_COLUMNS[1:-2]]
        numbers = range(start + 1, start + size + 1)
        rows = zip(numbers, *columns, names[open_stage].tolist(), _plain(open_minutes), strict=True)
        self.store.insert("sop_time", rows, len(SOP_COLUMNS))

    def _store_ladder(self, start: int, climbs: list[tuple[str, np.ndarray, np.ndarray, bool]]) -> None:
        """Steps of the ladder that working times passed, with the moment each would have been told, in order of time.

        `climbs`: stage, working minutes so far (NaN: none) and begin, of every complaint of the chunk; whether it is over.
        """
        stages = sorted({stage for stage, *_ in climbs})
        found: list[tuple[np.ndarray, ...]] = []
        for stage, minutes, begin, finished in climbs:
            limit = self.hours.get(stage)
            for step, (at, _told) in enumerate(self.ladder if limit is not None else ()):
                rows = np.flatnonzero(passed(minutes, limit * 60, at, finished=finished))
                if not len(rows):
                    break
                due = self.local(due_many(begin[rows], np.int64(limit * 3600 * at), self.table))
                place = np.full(len(rows), stages.index(stage))
                found.append((rows, place, np.full(len(rows), step), due.astype("datetime64[m]")))
        if not found:
            return
        rows, place, step, due = map(np.concatenate, zip(*found, strict=True))
        self._count_steps(stages, place, step)
        order = np.lexsort((place, step, due, rows))
        rows, place, step, due = rows[order], place[order], step[order], due[order]
        at, told = (np.array(column, dtype=object) for column in zip(*self.ladder, strict=True))
        self.store.insert(
            "escalation",
            zip(
                (rows + start + 1).tolist(), np.array(stages, dtype=object)[place].tolist(), at[step].tolist(),
                told[step].tolist(), minute_texts(due), strict=True,
            ),
            5,
        )  # fmt: skip

    def _count_steps(self, stages: list[str], place: np.ndarray, step: np.ndarray) -> None:
        counts = np.bincount(place * len(self.ladder) + step)
        for code in np.flatnonzero(counts).tolist():
            number, taken = divmod(code, len(self.ladder))
            self.store.count_escalations(stages[number], *self.ladder[taken], int(counts[code]))


def minute_texts(moments: np.ndarray) -> list[str]:
    """``2024-03-01 08:15`` of datetime64[m]."""
    texts = np.datetime_as_string(moments)
    letters = texts.view(np.uint32).reshape(len(texts), -1)
    letters[letters == ord("T")] = ord(" ")
    return texts.tolist()


def _latest(times: Mapping[str, np.ndarray]) -> list[np.datetime64]:
    known = (column[~np.isnat(column)] for column in times.values())
    return [column.max() for column in known if len(column)]


def _plain(values: np.ndarray) -> list[float]:
    """Rounded to hundredths of a minute; SQLite stores NaN as NULL."""
    return np.round(values, 2).tolist()
