"""AIAG & VDA action priority of a complaint: severity, occurrence and detection rated from 1 to 10.

Severity is the rating that its level carries, occurrence that of its level or else what the level's band of rates is rated,
detection what somebody entered. A complaint that nobody rated counts as not detected by any control: the customer found it.
"""

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.risk import UNDETECTED
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.risk import action_priority
from complaint_qms.services import writing
from complaint_qms.services.risk.matrix import level_ratings

_KEYS: Final = {"H": "high", "M": "medium", "L": "low"}
_RATINGS: Final = range(1, 11)
_RATED: Final = ("severity", "occurrence", "detection")
_FIELD_OF: Final = {"Risk Severity": "severity", "Risk Occurrence": "occurrence"}
_AT_ONCE: Final = 2_000


def set_priority(doc: Document) -> None:
    """Set the action priority of a complaint; blank while its severity or occurrence is, or has no rating. What it was when the
    complaint ended stays.

    Raises:
        frappe.ValidationError: a detection that is no rating.
    """
    before = doc.get_doc_before_save()
    if before and before.stage in COMPLAINT_ENDED:
        return
    if doc.detection and doc.detection not in _RATINGS:
        frappe.throw(
            _("{0}: enter a rating from 1 to 10, or nothing.").format(_(doc.meta.get_label("detection")))
        )
    doc.action_priority = priority_of(doc.severity, doc.occurrence, doc.detection)["priority"]


def priority_of(severity: str | None, occurrence: str | None, detection: int | None) -> dict[str, Any]:
    """{priority: high, medium, low or None, severity, occurrence, detection: the ratings, assumed: whether nobody rated detection}."""
    ratings = level_ratings()
    rated = {
        "severity": ratings["Risk Severity"].get(severity or ""),
        "occurrence": ratings["Risk Occurrence"].get(occurrence or ""),
        "detection": detection or UNDETECTED,
    }
    known = rated["severity"] and rated["occurrence"]
    priority = _KEYS[action_priority(**rated)] if known else None
    return {"priority": priority, **rated, "assumed": not detection}


def rate_open(level: Document | None = None) -> None:
    """Set the action priority of the complaints that have not ended anew: of those of a level whose rating has changed, or of all."""
    last = ""
    while rows := _open_complaints(level, last):
        rated = {row.name: priority_of(*(row[field] for field in _RATED))["priority"] for row in rows}
        changed = (row.name for row in rows if (row.action_priority or None) != rated[row.name])
        updates = {name: {"action_priority": rated[name]} for name in changed}
        writing.set_many("Complaint", updates, "a rating changed")
        last = rows[-1].name


def check_rating(level: Document) -> None:
    """Raises:
    frappe.ValidationError: the rating of a level is none from 1 to 10.
    """
    if level.get("fmea_rating") and level.fmea_rating not in _RATINGS:
        frappe.throw(
            _("{0}: enter a rating from 1 to 10, or nothing.").format(_(level.meta.get_label("fmea_rating")))
        )


def _open_complaints(level: Document | None, after: str) -> list[Any]:
    complaint = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(complaint)
        .select(complaint.name, complaint.action_priority, *(complaint[field] for field in _RATED))
        .where(complaint.stage.notin(COMPLAINT_ENDED) & (complaint.name > after))
        .orderby(complaint.name)
        .limit(_AT_ONCE)
    )
    if level:
        query = query.where(complaint[_FIELD_OF[level.doctype]] == level.name)
    return query.run(as_dict=True)
