"""Reads one clock of a complaint: when it is due, how it stands, and when the steps of the ladder are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.constants.clock import ON_TRACK, PAUSED, RUNNING
from complaint_qms.engine.sla import clock as sla_clock
from complaint_qms.engine.sla import ladder
from complaint_qms.engine.sla.clock import NoWorkingTime, Pause
from complaint_qms.engine.sla.steps import Ahead, Step
from complaint_qms.services.record.site_time import aware, stored
from complaint_qms.services.sop.plan import Limit, Plan


@dataclass(frozen=True)
class ClockReading:
    """One clock: due and warning as the database keeps them, standing, the next step of the sweep, and the steps of the ladder."""

    due: datetime | None = None
    warn: datetime | None = None
    status: str = ""
    next_step: datetime | None = None
    ladder: tuple[Ahead, ...] = ()


@dataclass(frozen=True)
class ClockStory:
    """What the three clocks have in common."""

    plan: Plan
    zone: ZoneInfo
    pauses: list[tuple[datetime, datetime | None]]
    now: datetime

    def read(
        self,
        limit: Limit | None,
        begin: datetime,
        finish: datetime | None,
        before: str | None,
        steps: Sequence[tuple[str, Step]] = (),
    ) -> ClockReading:
        """Reading of a clock that began at `begin`, has ended at `finish` (None: has not), stood at `before`.

        Args:
            steps: (key, step) of the ladder.
        """
        if not limit:
            return ClockReading()
        relevant = [pause for pause in self.pauses if finish is None or pause[0] < finish]
        early = [sla_clock.share(limit.budget, limit.warn)] if limit.warn else []
        climbed = [step.budget(limit.budget) for _key, step in steps] if finish is None else []
        due, *found = self._moments(begin, [limit.budget, *early], climbed, self._aware(relevant))
        warn = found[0] if early else None
        reached = zip(steps, found[len(early) :], strict=True) if climbed else ()
        ladder_steps = tuple(Ahead(key, at) for (key, _step), at in reached if at)
        if finish is not None:
            return ClockReading(due, warn, ladder.outcome(finish, due))
        held = bool(relevant) and relevant[-1][1] is None
        if due is None:
            return ClockReading(None, warn, PAUSED if held else "", ladder=ladder_steps)
        status = self._standing(before, warn, due, relevant)
        return ClockReading(due, warn, status, ladder.next_step((warn, due), status), ladder_steps)

    def used(self, begin: datetime, end: datetime) -> int:
        """Seconds of working time between two moments, without the pauses."""
        begin, end = aware(begin, self.zone), aware(end, self.zone)
        return int(sla_clock.used(begin, end, self.plan.calendar, self._aware(self.pauses)).total_seconds())

    def _aware(self, pauses: list[tuple[datetime, datetime | None]]) -> list[Pause]:
        return [(aware(low, self.zone), aware(high, self.zone) if high else None) for low, high in pauses]

    def _moments(
        self, begin: datetime, budgets: list[timedelta], steps: list[timedelta], pauses: list[Pause]
    ) -> list[datetime | None]:
        """When each budget is used up, those of the clock and then those of the ladder; None while on hold, and where the calendar never
        has so much time."""
        try:
            return self._walk(begin, [*budgets, *steps], pauses)
        except NoWorkingTime as error:
            if not steps:
                frappe.msgprint(_("The SOP gives no due time: {0}").format(escape_html(error)), alert=True)
                return [None] * len(budgets)
        # A step that lies beyond all calendars takes no due time away.
        return [
            *self._moments(begin, budgets, [], pauses),
            *(self._step(begin, one, pauses) for one in steps),
        ]

    def _step(self, begin: datetime, budget: timedelta, pauses: list[Pause]) -> datetime | None:
        try:
            return self._walk(begin, [budget], pauses)[0]
        except NoWorkingTime:
            return None

    def _walk(self, begin: datetime, budgets: list[timedelta], pauses: list[Pause]) -> list[datetime | None]:
        found = sla_clock.due_each(aware(begin, self.zone), budgets, self.plan.calendar, pauses)
        return [stored(moment, self.zone) if moment else None for moment in found]

    def _standing(
        self,
        before: str | None,
        warn: datetime | None,
        due: datetime,
        pauses: list[tuple[datetime, datetime | None]],
    ) -> str:
        """The standing that the sweep has reached for this clock, or a better one when the due time moved."""
        if before in RUNNING:
            reached = before
        elif pauses:  # it stood still: the time used is what it was when the last pause began
            reached = ladder.standing((warn, due), pauses[-1][0])
        else:
            reached = ON_TRACK
        return min(reached, ladder.standing((warn, due), self.now), key=RUNNING.index)
