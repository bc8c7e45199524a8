"""The demo's own present: what is done inside `at` happens, for Frappe and ERPNext, at a moment of the past.

Every stamp of the framework and of ERPNext comes from `frappe.utils.now_datetime`, which hundreds of modules hold by
name. Giving this single function another body for a while dates documents, comments, versions and workflow stamps
alike, which no number of arguments could; where it takes the time from differs from version to version.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import frappe
from frappe.utils import now_datetime

DAY_BEGINS, DAY_ENDS = 9, 17


@contextmanager
def at(moment: datetime, user: str | None = None) -> Iterator[None]:
    """Run the block from `moment` on (a time of the site; the clock goes on ticking) and, when given, as `user`."""
    outer, before = frappe.flags.complaint_qms_present, frappe.session.user
    body, began = now_datetime.__code__, time.monotonic()
    frappe.flags.complaint_qms_present = lambda: moment + timedelta(seconds=time.monotonic() - began)
    now_datetime.__code__ = _present.__code__
    _become(user or before)
    try:
        yield
    finally:
        now_datetime.__code__, frappe.flags.complaint_qms_present = body, outer
        _become(before)


def working(start: datetime, hours: float) -> datetime:
    """`hours` of office time (9 to 17, Monday to Friday) after `start`."""
    left, moment = timedelta(hours=hours), into_office(start)
    while True:
        end = moment.replace(hour=DAY_ENDS, minute=0, second=0)
        if moment + left <= end:
            return moment + left
        left -= end - moment
        moment = into_office(end)


def into_office(moment: datetime) -> datetime:
    """The moment itself during office time, else the next time the office opens."""
    if moment.hour >= DAY_ENDS:
        moment = (moment + timedelta(days=1)).replace(hour=DAY_BEGINS, minute=moment.minute % 20, second=0)
    elif moment.hour < DAY_BEGINS:
        moment = moment.replace(hour=DAY_BEGINS, minute=moment.minute % 20, second=0)
    while moment.weekday() > 4:
        moment = (moment + timedelta(days=1)).replace(hour=DAY_BEGINS)
    return moment


def _present() -> datetime:
    """The body that `now_datetime` has inside `at`; run among the names of its own module, of which it needs `frappe`."""
    return frappe.flags.complaint_qms_present()


def _become(user: str) -> None:
    """Act as `user`. `frappe.set_user` would also forget every cached DocType, at each of a thousand steps."""
    if user != frappe.session.user:
        frappe.local.session.user = frappe.local.session.sid = user
        frappe.local.role_permissions, frappe.local.new_doc_templates = {}, {}
        frappe.local.user_perms = None
