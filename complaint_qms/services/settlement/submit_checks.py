"""What a settlement must be before it may be saved and submitted: agreed, added up, granted by somebody who may."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model import no_value_fields
from frappe.model.document import Document
from frappe.utils import escape_html, flt, now_datetime

from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services.compliance import contributors
from complaint_qms.services.settlement import rejection
from complaint_qms.services.settlement.approval_limits import granted_before, limit_of, refusal
from complaint_qms.services.settlement.lines import Lines
from complaint_qms.services.settlement.submit_lock import lock_drafting
from complaint_qms.services.settlement.totals import add_up


def check_settlement(doc: Document) -> None:
    """Fill and check a settlement; called at every save.

    Raises:
        frappe.ValidationError: with every problem found, each naming its field or row and the way out.
    """
    doc.set("documents", [])  # filled by submitting, whatever a request sends
    doc.approved_by = doc.approved_at = doc.approved_role = None  # likewise
    _check_agreement(doc)
    submitting = doc.docstatus.is_submitted()
    if submitting:
        lock_drafting()
    lines = Lines(doc, locked=submitting)
    if lines.problems:
        _refuse(lines.problems)
    doc.flags.checked_lines = lines
    add_up(doc, {source: header.conversion_rate for source, header in lines.sold.headers.items()})
    _name_proposer(doc)


def keep_as_submitted(doc: Document) -> None:
    """Cancelling saves what a request sends along and validates nothing: put back what was submitted."""
    before = doc.get_doc_before_save()
    for field in doc.meta.get("fields", {"fieldtype": ("not in", no_value_fields)}):
        doc.set(field.fieldname, before.get(field.fieldname))
    for field in doc.meta.get_table_fields():
        doc.set(field.fieldname, before.get(field.fieldname))


def check_right(doc: Document) -> None:
    """Refuse when the session's user may not grant this much, or proposed it (Gate G6)."""
    # Under the lock that lets one drafting through at a time, so nobody grants the same again meanwhile.
    (granted,) = granted_before([doc], locked=True)
    user = frappe.session.user
    limit = limit_of(user, doc.company)
    if reason := refusal(doc, user, granted, limit):
        frappe.throw(escape_html(reason), frappe.PermissionError, title=_("Settlement Not Submitted"))
    doc.approved_by, doc.approved_role = user, limit.role
    doc.approved_at = now_datetime()


def _check_agreement(doc: Document) -> None:
    if not doc.complaint:
        _refuse([_("Complaint: choose the complaint that is settled.")])
    complaint = frappe.db.get_value(
        "Complaint", doc.complaint, ["customer", "company", "stage"], as_dict=True
    )
    problems = []
    if complaint.stage in COMPLAINT_ENDED:
        problems.append(
            _("Complaint: {0} has ended, reopen it before settling anything.").format(
                escape_html(doc.complaint)
            )
        )
    if not complaint.customer:
        problems.append(
            _("Complaint: {0} has no customer in the system, choose one there first.").format(
                escape_html(doc.complaint)
            )
        )
    elif not doc.customer:
        problems.append(
            _("Customer: choose the customer of the complaint, {0}.").format(escape_html(complaint.customer))
        )
    elif complaint.customer != doc.customer:
        problems.append(
            _("Customer: {0} is not the customer of the complaint, {1}.").format(
                escape_html(doc.customer), escape_html(complaint.customer)
            )
        )
    if not doc.company:
        problems.append(
            _("Company: choose the company of the complaint, {0}.").format(escape_html(complaint.company))
        )
    elif complaint.company != doc.company:
        problems.append(
            _("Company: {0} is not the company of the complaint, {1}.").format(
                escape_html(doc.company), escape_html(complaint.company)
            )
        )
    if problems:
        _refuse(problems)


def _name_proposer(doc: Document) -> None:
    """Whoever last changed what is granted proposes it; everybody who did is kept, so that no edit gets round Gate G6."""
    before = doc.get_doc_before_save()
    same = bool(before) and _terms(before) == _terms(doc)
    doc.proposed_by = before.proposed_by if same else frappe.session.user
    contributors.keep_contributors(doc, wrote=not same)
    rejection.set_status(doc, revised=bool(before) and not same)


def _terms(doc: Document) -> tuple:
    """Everything that decides who is granted what on which sale."""
    head = ("complaint", "customer", "company", "currency", "sales_invoice", "delivery_note")
    return tuple(doc.get(field) or "" for field in head), [_terms_of_line(line) for line in doc.lines]


def _terms_of_line(line: Document) -> tuple:
    words = (
        "remedy",
        "item_code",
        "sales_invoice",
        "sales_invoice_item",
        "delivery_note",
        "delivery_note_item",
        "batch_no",
        "serial_no",
        "warehouse",
    )
    figures = ("qty", "rate", "amount", "goods_come_back")
    return *[line.get(field) or "" for field in words], *[flt(line.get(field), 6) for field in figures]


def _refuse(problems: list[str]) -> None:
    frappe.throw("<br>".join(problems), title=_("Please Check the Settlement"))
