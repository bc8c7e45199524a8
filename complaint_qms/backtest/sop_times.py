"""Working time of first response, stages and the whole, and the ladder that would have been climbed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import NamedTuple

import numpy as np

from complaint_qms.backtest.history import History
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import SOP_COLUMNS, Store
from complaint_qms.engine.sla.covered import first_covered, joint_limits
from complaint_qms.engine.sla.ladder import passed
from complaint_qms.engine.sla.table import build_table, due_many, used_many
from complaint_qms.tabular.fields import STAGES

MINUTE = 60_000_000
UNKNOWN = "unknown"
"""Stage of an open complaint of a file that tells of no stages; its age counts against the whole."""
FINAL_STAGES = ("execute", "review")
"""A complaint that has such a stage behind it is at its end; after an earlier one it only goes on unseen."""
_CLOSED = {
    "en": "closed|resolved|done|completed|complete|solved|finished|rejected|cancelled|canceled|void|duplicate",
    "zh": "已关闭|关闭|已结案|结案|已完成|完成|已解决|作废|已撤销|办结|已办结|完结|已完结",
    "de": "geschlossen|abgeschlossen|erledigt|gelöst|beendet|fertig|abgelehnt|storniert",
    "fr": "fermé|fermée|clôturé|clôturée|clos|close|terminé|terminée|résolu|résolue|annulé|annulée|rejeté|rejetée",
    "es": "cerrado|cerrada|resuelto|resuelta|terminado|terminada|finalizado|finalizada|anulado|anulada|rechazado|rechazada",
    "pt": "encerrado|encerrada|fechado|fechada|resolvido|resolvida|concluído|concluída|cancelado|cancelada|rejeitado|rejeitada",
    "ja": "完了|終了|解決|解決済み|対応済み|クローズ",
}
"""Statuses of a complaint that is at its end, in the languages whose headings are read."""
_CLOSED_WORDS = frozenset("|".join(_CLOSED.values()).split("|"))


class Climb(NamedTuple):
    """A clock of every complaint of a chunk: working minutes so far (nan: none), where it began, its limit in hours (nan:
    none), and whether it has ended."""

    stage: str
    minutes: np.ndarray
    begin: np.ndarray
    limit: np.ndarray
    finished: bool


class SopTimes:
    """Fills ``sop_time`` and ``escalation``; `asks` names the fields of the complaint table it wants of each chunk."""

    asks = ("status",)

    def __init__(self, store: Store, policy: Policy, history: History, as_of: np.datetime64) -> None:
        self.store, self.history = store, history
        self.zone = policy.timezone
        sop = policy.data["sop"]
        self.hours = {
            "first_response": sop["first_response_hours"],
            "total": sop["total_hours"],
        }
        self.stage_hours = [sop["stage_hours"].get(stage) for stage in STAGES]
        self.ladder = [(step["at"], step["to"]) for step in sop["ladder"]]
        self.as_of = as_of
        self.stages = [s for s in STAGES if f"{s}_done" in history.times]
        # Whole years around everything that is asked, with room for due times that lie far ahead.
        first, last = (
            history.received[0],
            max([history.received[-1], as_of, *_latest(history.times)]),
        )
        begin = first.item().replace(tzinfo=timezone.utc) - timedelta(days=40)
        end = last.item().replace(tzinfo=timezone.utc) + timedelta(days=1100)
        self.table = build_table(policy.calendar, begin, end) if history.times else None

    def chunk(self, start: int, stop: int, facts: Mapping[str, tuple]) -> None:
        """SOP times and escalations of one chunk."""
        if self.table is None:
            return
        size = stop - start
        received = self.utc(self.history.received[start:stop])
        times = {key: self.utc(column[start:stop]) for key, column in self.history.times.items()}
        done_of = [times.get(f"{stage}_done") for stage in STAGES]
        first = first_covered(
            np.stack([np.zeros(size, bool) if d is None else ~np.isnat(d) for d in done_of], axis=1)
        )
        climbs: list[Climb] = []
        used: dict[str, np.ndarray] = {}
        if "first_response" in times:
            used["first_response"] = self._used(received, times["first_response"])
            climbs.append(self._climb("first_response", used["first_response"], received))
        at = received
        for place, (stage, done) in enumerate(zip(STAGES, done_of, strict=True)):
            if done is None:
                continue
            used[stage] = self._used(at, done)
            limit = joint_limits(first[:, place], np.full(size, place), self.stage_hours)
            climbs.append(Climb(stage, used[stage], at, limit, True))
            at = np.where(np.isnat(done), at, np.maximum(done, at))
        reached = first[:, -1]
        closed = times.get("closed")
        ended = closed if closed is not None else np.full(size, "NaT", "datetime64[s]")
        if closed is None and self.stages and self.stages[-1] in FINAL_STAGES:
            over = reached == STAGES.index(self.stages[-1]) + 1
            ended = np.where(over, at, np.datetime64("NaT", "s"))
        used["total"] = self._used(received, ended)
        climbs.append(self._climb("total", used["total"], received))
        open_stage, here, whole = self._open(start, received, at, reached, ended, facts["status"])
        self._store_times(start, size, used, open_stage, here, whole)
        known = np.where(open_stage < len(STAGES), open_stage, -1)
        limit = joint_limits(reached, known, self.stage_hours)
        climbs += [
            Climb(s, np.where(open_stage == n, here, np.nan), at, limit, False) for n, s in enumerate(STAGES)
        ]
        climbs.append(self._climb("total", whole, received, finished=False))
        self._store_ladder(start, climbs)

    def utc(self, local: np.ndarray) -> np.ndarray:
        """Wall time of the policy's zone as UTC; NaT stays."""
        if self.zone == "UTC":
            return local
        import pandas as pd  # imported late: without a zone nothing here needs it

        series = pd.Series(local.astype("datetime64[ns]"))
        aware = series.dt.tz_localize(
            self.zone, ambiguous=np.ones(len(series), bool), nonexistent="shift_forward"
        )
        return aware.dt.tz_convert(None).to_numpy().astype("datetime64[s]")

    def local(self, moments: np.ndarray) -> np.ndarray:
        if self.zone == "UTC":
            return moments
        import pandas as pd

        series = pd.Series(moments.astype("datetime64[ns]")).dt.tz_localize("UTC")
        return series.dt.tz_convert(self.zone).dt.tz_localize(None).to_numpy().astype("datetime64[s]")

    def _climb(self, clock: str, minutes: np.ndarray, begin: np.ndarray, finished: bool = True) -> Climb:
        return Climb(clock, minutes, begin, np.full(len(minutes), self.hours.get(clock, np.nan)), finished)

    def _open(
        self,
        start: int,
        received: np.ndarray,
        at: np.ndarray,
        reached: np.ndarray,
        ended: np.ndarray,
        status: tuple,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Stage that an unfinished complaint has at most come to (index into STAGES, -1: none, len(STAGES): not known),
        its minutes since the last known stage, and since receipt."""
        size = len(at)
        is_open = np.isnat(ended)
        if "status" in self.history.filled:
            unsettled = np.array([(s or "").strip().lower() not in _CLOSED_WORDS for s in status])
            if self.history.overtaken is not None:  # a status of today says nothing of the day then
                unsettled |= self.history.overtaken[start : start + len(status)]
            is_open &= unsettled
        stage = np.where(is_open, self._following()[reached], -1)
        until = np.maximum(at, self.utc(np.array([self.as_of], dtype="datetime64[s]"))[0])
        here, whole = np.full(size, np.nan), np.full(size, np.nan)
        rows = np.flatnonzero(stage >= 0)
        if len(rows):
            whole[rows] = self._used(received[rows], until[rows])
            here[rows] = self._used(at[rows], until[rows])
        here[stage == len(STAGES)] = np.nan
        return stage, here, whole

    def _following(self) -> np.ndarray:
        """By how many stages are known to be over: the next stage whose end the file would tell."""
        closing = "closed" in self.history.times
        if not self.stages:
            return np.full(len(STAGES) + 1, len(STAGES) if closing else -1)
        told = [STAGES.index(s) for s in self.stages]
        last = STAGES.index("review") if closing else -1
        return np.array([next((t for t in told if t >= n), last) for n in range(len(STAGES) + 1)])

    def _used(self, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Working minutes, NaN where the end is not known."""
        minutes = np.full(len(begin), np.nan)
        before = end.astype("datetime64[D]") < begin.astype(
            "datetime64[D]"
        )  # an end before its begin is a mistake, no time
        rows = np.flatnonzero(~np.isnat(end) & ~before)
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
        open_total: np.ndarray,
    ) -> None:
        empty = np.full(size, np.nan)
        names = np.array([*STAGES, UNKNOWN, None], dtype=object)
        columns = [_plain(used.get(key, empty)) for key in SOP_COLUMNS[1:-3]]
        numbers = range(start + 1, start + size + 1)
        rows = zip(
            numbers,
            *columns,
            names[open_stage].tolist(),
            _plain(open_minutes),
            _plain(open_total),
            strict=True,
        )
        self.store.insert("sop_time", rows, len(SOP_COLUMNS))

    def _store_ladder(self, start: int, climbs: list[Climb]) -> None:
        """Steps of the ladder that working times passed, with the moment each would have been told, in order of time."""
        stages = sorted({climb.stage for climb in climbs})
        found: list[tuple[np.ndarray, ...]] = []
        for climb in climbs:
            for step, (at, _told) in enumerate(self.ladder):
                rows = np.flatnonzero(passed(climb.minutes, climb.limit * 60, at, finished=climb.finished))
                if not len(rows):
                    break
                seconds = np.rint(climb.limit[rows] * 3600 * at).astype(np.int64)
                due = self.local(due_many(climb.begin[rows], seconds, self.table))
                place = np.full(len(rows), stages.index(climb.stage))
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
