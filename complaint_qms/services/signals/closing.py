"""Weeks that are over are summed up by a job: years of history slice by slice at first, later what is new or no longer holds.

It may be stopped and goes on where it was; until then figures are counted from the documents.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from complaint_qms.services import marks
from complaint_qms.services.importing.run_lock import Overtaken, exclusive_run, is_running
from complaint_qms.services.signals import kept_weeks
from complaint_qms.services.transactions import without_deadlock

MANAGERS: Final = ("Quality Manager", "System Manager")
JOB_ID: Final = "complaint_qms_delivered_units"
_STOPPED: Final = "complaint_qms_delivered_units_stopped"
_AT_ONCE: Final = 4
"""Weeks of one transaction."""
_MADE_AGAIN: Final = 0.01
"""Share of all weeks, those made longest ago, that each run makes again: what somebody changed in the rows of a document that was
submitted, past the framework, shows in no head."""


def enqueue_weeks() -> None:
    """Have weeks summed up, unless somebody has stopped it."""
    if not is_stopped():
        frappe.enqueue(
            "complaint_qms.services.signals.closing.close_weeks",
            queue="long",
            timeout=6 * 60 * 60,
            job_id=JOB_ID,
            deduplicate=True,
        )


def close_weeks(today: date | None = None) -> int:
    """Sum up what is over and not kept as its documents are, the latest week first; commits after every few. How many weeks."""
    try:
        with exclusive_run(JOB_ID, overtaken=_("Deliveries are being summed up by another process.")):
            return _close(_this_week(today))
    except Overtaken:
        return 0


def stop() -> None:
    """No further weeks until somebody lets it go on; the few at work are finished."""
    marks.set_mark(_STOPPED, "1")


def go_on() -> None:
    marks.drop_marks([_STOPPED])
    enqueue_weeks()


def is_stopped() -> bool:
    return bool(marks.mark_of(_STOPPED))


def weeks_left(today: date | None = None) -> dict[str, Any]:
    """{weeks, left, running, stopped}: weeks with deliveries that are over, and how many of them are still to be summed up."""
    left, weeks = kept_weeks.out_of_date(_this_week(today))
    return {"weeks": weeks, "left": len(left), "running": is_running(JOB_ID), "stopped": is_stopped()}


def _close(before: date) -> int:
    frappe.db.commit()
    todo, every = kept_weeks.out_of_date(before)
    missing = set(todo)
    todo += [week for week in kept_weeks.kept_longest(math.ceil(every * _MADE_AGAIN)) if week not in missing]
    made = 0
    for begin in range(0, len(todo), _AT_ONCE):
        if is_stopped():
            break
        part = todo[begin : begin + _AT_ONCE]
        without_deadlock(partial(kept_weeks.keep_weeks, part, now_datetime()))
        frappe.db.commit()
        made += len(part)
    return made


def _this_week(today: date | None) -> date:
    day = today or getdate()
    return day - timedelta(days=day.weekday())
