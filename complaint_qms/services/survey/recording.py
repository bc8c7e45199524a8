"""Every rating is a survey, whatever way it came: what a customer has said is told from one place."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from complaint_qms.constants.survey import ANSWERED, DOCTYPE, WAITS
from complaint_qms.services import writing
from complaint_qms.services.events import Event
from complaint_qms.services.survey import second_look
from complaint_qms.services.survey.sending import closing_key, kept_of


def of_surveyed(events: list[Event]) -> None:
    """Customers have rated how their complaint was handled: one who did by another way than the survey has answered it as well, and
    somebody looks after those who are not content."""
    for event in events:
        complaint = frappe.get_doc("Complaint", event.name)
        name = event.data["survey"] or _recorded(complaint, event)
        second_look.look_after(complaint, frappe.get_doc(DOCTYPE, name))


def _recorded(complaint: Document, event: Event) -> str:
    values = {
        "state": ANSWERED,
        "road": event.data["road"],
        "answered_at": event.at,
        "csat": event.data["csat"],
        "comment": event.data["comment"] or None,
    }
    asked = {"closing_key": closing_key(complaint), "state": WAITS}
    if name := frappe.db.get_value(DOCTYPE, asked, "name", for_update=True):
        writing.set_values(DOCTYPE, name, values, "answered by another way")
        return name
    survey = frappe.get_doc(
        {"doctype": DOCTYPE, **kept_of(complaint), "language": complaint.language, **values}
    )
    return survey.insert(ignore_permissions=True).name
