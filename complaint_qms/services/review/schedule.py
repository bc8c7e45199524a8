"""Drafts of reviews that nobody has to ask for: on the first working day after a period, for each company that has complaints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import frappe
from frappe.utils import getdate

from complaint_qms.constants.review import DOCTYPE, SWITCHES
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence.working_days import company_working_day
from complaint_qms.services.review.spans import last_whole


def make_due_reviews(today: date | None = None) -> list[str]:
    """Make the drafts that are due and not there yet, in the name and by the rights of the user that the settings name; their names. Where
    that user may not make one of a company, there is none."""
    day = today or getdate()
    settings = frappe.get_cached_doc(SETTINGS)
    owner = settings.review_owner
    kinds = [kind for kind, switch in SWITCHES.items() if settings.get(switch)]
    if not kinds or not owner or not frappe.db.get_value("User", owner, "enabled"):
        return []
    language = settings.review_language or frappe.db.get_value("User", owner, "language") or frappe.local.lang
    made = []
    for company, kind, first in _due(kinds, day):
        frappe.db.savepoint("review")
        try:
            with messages_dropped_on(frappe.PermissionError), acting_as(owner):
                doc = frappe.new_doc(DOCTYPE)
                doc.update(
                    {"company": company, "period_kind": kind, "from_date": first, "language": language}
                )
                doc.flags.by_schedule = True
                made.append(doc.insert().name)
        except frappe.PermissionError:
            frappe.db.rollback(save_point="review")
    return made


def _due(kinds: list[str], day: date) -> Iterator[tuple[str, str, date]]:
    """Company, kind of period, first day of it."""
    for kind in kinds:
        first, last = last_whole(kind, day)
        there = set(frappe.get_all(DOCTYPE, {"period_kind": kind, "from_date": first, "docstatus": ("<", 2)}, pluck="company", order_by="company asc"))  # fmt: skip
        for company in sorted(_companies(last) - there):
            if day >= company_working_day(company, datetime.combine(last, time()), 1):
                yield company, kind, first


def _companies(last: date) -> set[str]:
    table = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(table)
        .select(table.company)
        .distinct()
        .where(table.received_at < last + timedelta(days=1))
    )
    return {name for name in query.run(pluck=True) if name}
