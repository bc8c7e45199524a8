"""What staff enters for customers of a field action: what they said by phone, calls in vain, what came back and was destroyed."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from complaint_qms.constants.field_action import BY_PHONE, LONGEST_NAME, LONGEST_REMARK, QUANTITIES
from complaint_qms.services.field_action import answering, customers
from complaint_qms.services.record import timeline
from complaint_qms.services.record.input_validation import refuse, too_long
from complaint_qms.services.record.timeline import Text, line


def log_call(name: str, reached: bool, contact: str, note: str) -> None:
    """Note a call. Who was reached has been told, and has acknowledged it.

    Raises:
        frappe.ValidationError: the action is not under way, nobody is named who was told, or the contact or note is too long.
    """
    doc, action = customers.open_customer(name)
    if action.stage != "under_way" or cint(action.is_mock):
        refuse(_("Customers are phoned once the field action is under way."))
    if wrong := too_long(_("Contact"), contact, LONGEST_NAME) + too_long(_("Note"), note, LONGEST_REMARK):
        refuse(*wrong)
    if reached and not contact.strip():
        refuse(_("Who Answered: enter the name of who was told."))
    now = now_datetime()
    contact = contact.strip() or doc.contact_name or ""
    doc.calls = cint(doc.calls) + 1
    doc.last_call_at, doc.last_call_by = now, frappe.session.user
    if reached:
        # Who acknowledged it first, when and by which way belong together.
        if not doc.acknowledged_at:
            doc.acknowledged_at, doc.answered_by_name = now, contact[:140] or None
            doc.road, doc.recorded_by = BY_PHONE, frappe.session.user
        doc.to_phone_since = None
        if note.strip():
            doc.note = note.strip()
    customers.store(doc)
    customers.refresh_figures(action.name)
    who, said = Text(doc.customer_name), Text(" ".join(filter(None, (contact, note.strip()))))
    if reached:
        timeline.note_on(action, line("{0} was phoned and told: {1}", who, said))
    else:
        timeline.note_on(action, line("{0} was phoned and not reached. {1}", who, said))


def record_quantities(name: str, quantities: list[dict[str, Any]], note: str) -> None:
    """Note what became of the product at a customer. It counts from then on, whatever the customer says by the link afterwards. A note without
    an amount that is other than what counts already enters no amounts.

    Raises:
        frappe.ValidationError: naming what is wrong, or there is nothing to note.
    """
    doc, action = customers.open_customer(name)
    if action.stage != "under_way":
        refuse(_("Quantities are entered once the field action is under way."))
    answering.check_said(doc, doc.customer_name or "-", quantities, note, QUANTITIES)
    changed = answering.put_quantities(doc, quantities, QUANTITIES)
    if not changed and not note.strip():
        refuse(_("Nothing is other than what counts already. Enter what has changed, or a note."))
    if note.strip():
        doc.note = note.strip()
    if changed:
        doc.quantities_by, doc.quantities_at = frappe.session.user, now_datetime()
    customers.store(doc)
    customers.refresh_figures(action.name)
    who = Text(doc.customer_name or doc.customer)
    if changed:
        timeline.note_on(action, line("Quantities of {0} were entered: {1}", who, changed))
    if note.strip():
        timeline.note_on(action, line("Note on {0}: {1}", who, Text(note.strip())))
