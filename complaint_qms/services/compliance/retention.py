"""How long a complaint has to be kept (G8): what a site has settled, put to the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.constants.records import BY_DOCTYPE
from complaint_qms.constants.retention import EVENT, TERMS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.sop import Term, keep_until
from complaint_qms.services import writing

_AT_ONCE: Final = 500
_ASKED: Final = ("name", "received_at", "manufacturing_date", "expiry_date", "incident_date", "reportable")


def class_of(complaint: Document | Mapping[str, Any]) -> str:
    """Class of a complaint's keeping: about a reportable event, or about a product."""
    return EVENT if complaint.get("reportable") == "yes" else BY_DOCTYPE["Complaint"].retention


def of_complaint(complaint: Document | Mapping[str, Any]) -> date:
    """The last day on which a complaint has to be there, with the years of Complaint QMS Settings.

    Release is the manufacturing date where it is known, else the day the complaint was received, which is never earlier. One about a
    reportable event is kept for the term of both classes.
    """
    settings = frappe.get_cached_doc(SETTINGS)
    facts = {
        "released": _day(complaint.get("manufacturing_date")),
        "received": getdate(complaint.get("received_at")),
        "event": _day(complaint.get("incident_date")),
        "expiry": _day(complaint.get("expiry_date")),
        "life_years": settings.expected_life_years,
    }
    classes = {BY_DOCTYPE["Complaint"].retention, class_of(complaint)}
    return max(keep_until(facts, _term(key, settings)).until for key in classes)


def of_linked(doctype: str, received: date, ended: date) -> date:
    """The same of a record that rests on complaints, whose years count from the last day on which it changed."""
    settings = frappe.get_cached_doc(SETTINGS)
    facts = {"received": received, "ended": ended, "event": ended, "released": ended}
    return keep_until(facts, _term(BY_DOCTYPE[doctype].retention, settings)).until


def keep_term(complaint: Document) -> None:
    """A complaint has ended: until when it is kept, and as what."""
    complaint.retain_until, complaint.retention_class = of_complaint(complaint), class_of(complaint)


def fill_in_missing(most: int = 50_000) -> int:
    """Terms of complaints that ended before the app reckoned any, such as imported ones; how many. Does not commit.

    Args:
        most: complaints at once; the rest comes the next time.
    """
    filled = 0
    missing = {"stage": ("in", COMPLAINT_ENDED), "retention_class": ("is", "not set")}
    while filled < most:
        rows = frappe.get_all("Complaint", missing, list(_ASKED), order_by="name asc", limit=_AT_ONCE)
        if not rows:
            break
        values = {
            row.name: {"retain_until": of_complaint(row), "retention_class": class_of(row)} for row in rows
        }
        writing.set_many("Complaint", values, "term of keeping")
        filled += len(rows)
    return filled


def _term(key: str, settings: Document) -> Term:
    term = Term(**TERMS[key])
    return replace(term, years=max(settings.retention_years or 0, term.years))


def _day(value: Any) -> date | None:
    return getdate(value) if value else None
