"""Settling a complaint: check the agreed remedies, draft ERPNext's documents once, and keep both sides true.

Everything a submission does happens in the one transaction that also sets the settlement to submitted, so a worker
that dies in the middle leaves all or nothing.
"""

from __future__ import annotations

import copy
import time
from collections import defaultdict
from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, get_link_to_form, now_datetime

from complaint_qms.constants.settlement import (
    CREDIT,
    CREDIT_NOTE,
    DELETED,
    DRAFT,
    GOODS_RETURN,
    GOODWILL,
    OPEN,
    REPAIR,
    REPLACEMENT,
    RETURN_CREDIT,
    RETURN_WITH_CREDIT,
    SUBMITTED,
)
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.integrations.erpnext import drafted
from complaint_qms.integrations.erpnext.drafting import Marks
from complaint_qms.integrations.erpnext.remaining import INVOICE, NOTE, lock
from complaint_qms.integrations.erpnext.replacements import Fresh, draft_repair, draft_replacement
from complaint_qms.integrations.erpnext.returns import (
    Back,
    Grant,
    draft_credit_note,
    draft_goods_return,
    draft_goodwill_note,
)
from complaint_qms.integrations.erpnext.tracking import split_serials
from complaint_qms.services.settlement_limits import refusal
from complaint_qms.services.settlement_lines import Lines, Tied

DOCTYPE = "Complaint Settlement"
SETTINGS = "Complaint QMS Settings"
ATTEMPTS = 4


# Checking ------------------------------------------------------------------------------------------------------------


def check(doc: Document) -> None:
    """Fill and check a settlement; called at every save.

    Raises:
        frappe.ValidationError: with every problem found, each naming its field or row and the way out.
    """
    doc.set("documents", [])  # filled by submitting, whatever a request sends
    _check_agreement(doc)
    submitting = doc.docstatus.is_submitted()
    if submitting:
        _hold_drafting()
    lines = Lines(doc, locked=submitting)
    if lines.problems:
        _refuse(lines.problems)
    doc.flags.checked_lines = lines
    _add_up(doc, lines)
    _name_proposer(doc)


def _check_agreement(doc: Document) -> None:
    complaint = frappe.db.get_value(
        "Complaint", doc.complaint, ["customer", "company", "stage"], as_dict=True
    )
    problems = []
    if complaint.stage in COMPLAINT_ENDED:
        problems.append(
            _("Complaint: {0} has ended, reopen it before settling anything.").format(doc.complaint)
        )
    if not complaint.customer:
        problems.append(
            _("Complaint: {0} has no customer in the system, choose one there first.").format(doc.complaint)
        )
    elif complaint.customer != doc.customer:
        problems.append(
            _("Customer: {0} is not the customer of the complaint, {1}.").format(
                doc.customer, complaint.customer
            )
        )
    if complaint.company != doc.company:
        problems.append(
            _("Company: {0} is not the company of the complaint, {1}.").format(doc.company, complaint.company)
        )
    if problems:
        _refuse(problems)


def _add_up(doc: Document, lines: Lines) -> None:
    """Totals; each line is converted at the exchange rate its own document was booked with."""
    total = base_total = 0.0
    for tied in lines.tied:
        line = tied.line
        source = (INVOICE, line.sales_invoice) if line.sales_invoice else (NOTE, line.delivery_note)
        rate = flt(lines.sold.headers[source].conversion_rate) or 1.0
        if line.idx == 1:
            doc.conversion_rate = rate
        total += flt(line.amount)
        base_total += flt(line.amount) * rate
    doc.total_amount = flt(total, doc.precision("total_amount"))
    doc.base_total_amount = flt(base_total, doc.precision("base_total_amount"))


def _name_proposer(doc: Document) -> None:
    """Whoever last changed what is granted proposes it, so that editing does not get round Gate G6."""
    before = doc.get_doc_before_save()
    same = before and _terms(before) == _terms(doc)
    doc.proposed_by = before.proposed_by if same else frappe.session.user


def _terms(doc: Document) -> list[tuple]:
    fields = ("remedy", "item_code", "sales_invoice_item", "delivery_note_item")
    figures = ("qty", "rate", "amount")
    return [
        (*[line.get(field) or "" for field in fields], *[flt(line.get(field), 6) for field in figures])
        for line in doc.lines
    ]


def check_right(doc: Document) -> None:
    """Refuse when the session's user may not grant this much, or proposed it (Gate G6)."""
    if reason := refusal(doc, frappe.session.user):
        frappe.throw(reason, frappe.PermissionError, title=_("Settlement Not Submitted"))
    doc.approved_by = frappe.session.user
    doc.approved_at = now_datetime()


def _refuse(problems: list[str]) -> None:
    frappe.throw("<br>".join(problems), title=_("Please Check the Settlement"))


# Submitting ----------------------------------------------------------------------------------------------------------


def _hold_drafting() -> None:
    """One settlement of the site is drafted at a time, until its transaction ends.

    Counting returns with locking reads also locks the gaps in which others insert theirs; two drafts at once would
    block each other even for different invoices. ERPNext's naming series let one document through at a time anyhow.
    """
    lock("DocType", [DOCTYPE])


def finish(doc: Document, step: Callable[[], Document]) -> Document:
    """Run `step`, the save that submits or cancels; again when the database gave it up for a deadlock or a long wait.

    A second click or a retry finds the step already done and gets the settled document back instead of an error.
    Only when nothing else was written in the transaction: a caller's own work must not be lost silently.
    """
    if frappe.db.transaction_writes or doc.flags.trying_again:
        # Before the settlement's own row is locked: whoever drafts already may have to read it.
        _hold_drafting()
        return step()
    sent, target = doc.as_dict(), int(doc.docstatus)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if attempt > 1:
                return _again(doc, sent)
            _hold_drafting()
            return step()
        except frappe.TimestampMismatchError:
            frappe.db.rollback()
            if frappe.db.get_value(doc.doctype, doc.name, "docstatus") != target:
                raise
            frappe.clear_messages()
            doc.reload()
            frappe.msgprint(_("{0} was submitted or cancelled a moment ago.").format(doc.name), alert=True)
            return doc
        except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
            frappe.db.rollback()
            time.sleep(0.1 * attempt)
    frappe.throw(
        _(
            "Others are working on the same invoices or settling at this moment. Nothing was changed: try again."
        ),
        title=_("Settlement Not Submitted"),
    )


def _again(doc: Document, sent: dict) -> Document:
    """Save a fresh copy of what was sent: the first attempt has left its marks on `doc`."""
    fresh = frappe.get_doc(copy.deepcopy(sent))
    fresh.flags.update(trying_again=True, ignore_permissions=doc.flags.ignore_permissions)
    fresh.save()
    doc.reload()
    return doc


def draft_documents(doc: Document) -> None:
    """Draft every document of a settlement that is being submitted, and list them in it."""
    lines: Lines = doc.flags.checked_lines
    marks = Marks(doc.complaint, doc.name, escape_html(doc.reason or ""))
    settings = frappe.get_single(SETTINGS)
    for purpose, source, made, value in (
        *_credits(lines, marks, settings.goodwill_account),
        *_goods(lines, marks),
        *_replacements(lines, marks, settings.replacement_document),
        *_repairs(lines, marks),
    ):
        row = doc.append(
            "documents",
            {
                "document_type": made.doctype,
                "document_name": made.name,
                "purpose": purpose,
                "source_name": source,
                "amount": drafted.worth(made),
                "remedy_value": value,
                "document_status": OPEN if purpose == REPAIR else DRAFT,
            },
        )
        row.db_insert()


def _credits(lines: Lines, marks: Marks, account: str | None):
    money, with_goods = defaultdict(list), defaultdict(list)
    grants = defaultdict(list)
    for tied in lines.tied:
        line = tied.line
        if line.remedy == GOODWILL:
            text = escape_html(line.description or "") or marks.note
            grants[line.sales_invoice].append(Grant(tied.invoiced, flt(line.amount), text))
        elif line.remedy == CREDIT or (
            line.remedy == RETURN_CREDIT and tied.invoiced and tied.goods is not tied.invoiced
        ):
            money[line.sales_invoice].append(Back(tied.invoiced, flt(line.qty), flt(line.rate)))
        elif line.remedy == RETURN_CREDIT and tied.invoiced:
            with_goods[line.sales_invoice].append(_goods_back(tied))
    for invoice in sorted(money):
        made = draft_credit_note(invoice, money[invoice], marks, with_goods=False)
        yield CREDIT_NOTE, invoice, made, drafted.remedy_value(made)
    for invoice in sorted(with_goods):
        made = draft_credit_note(invoice, with_goods[invoice], marks, with_goods=True)
        yield RETURN_WITH_CREDIT, invoice, made, drafted.remedy_value(made)
    for invoice in sorted(grants):
        made = draft_goodwill_note(invoice, grants[invoice], account, marks)
        yield GOODWILL, invoice, made, drafted.remedy_value(made)


def _goods(lines: Lines, marks: Marks):
    """Delivery Note returns; where an invoice is credited as well, the money counts on the credit note."""
    notes, values = defaultdict(list), defaultdict(float)
    for tied in lines.tied:
        if tied.goods and tied.goods.doctype == NOTE:
            notes[tied.goods.parent].append(_goods_back(tied))
            values[tied.goods.parent] += flt(tied.line.amount) if _not_invoiced(tied) else 0.0
    for note in sorted(notes):
        yield GOODS_RETURN, note, draft_goods_return(note, notes[note], marks), values[note]


def _not_invoiced(tied: Tied) -> bool:
    return tied.line.remedy == RETURN_CREDIT and not tied.invoiced


def _goods_back(tied: Tied) -> Back:
    line, goods = tied.line, tied.goods
    qty = flt(flt(line.qty) * tied.base.conversion_factor / goods.conversion_factor, 9)
    # The rate of a delivery row is its own: the invoice may be in another unit.
    rate = flt(line.rate) if goods is tied.base else goods.rate
    return Back(goods, qty, rate, line.warehouse, line.batch_no, tuple(split_serials(line.serial_no)))


def _replacements(lines: Lines, marks: Marks, doctype: str | None):
    wanted = [tied for tied in lines.tied if tied.line.remedy == REPLACEMENT]
    if wanted:
        source = frappe.get_doc(wanted[0].base.doctype, wanted[0].base.parent)
        # A returns warehouse on the line is where the faulty goods arrive, not where new ones leave from.
        goods = [
            Fresh(tied.base, flt(tied.line.qty), None if tied.goods else tied.line.warehouse)
            for tied in wanted
        ]
        made = draft_replacement(doctype or "Sales Order", source, goods, marks)
        yield REPLACEMENT, None, made, sum(flt(tied.line.amount) for tied in wanted)


def _repairs(lines: Lines, marks: Marks):
    for tied in lines.tied:
        if tied.line.remedy == REPAIR:
            source = frappe.get_doc(tied.base.doctype, tied.base.parent)
            text = tied.line.description or _("Repair of {0} {1} from {2}.").format(
                tied.line.qty, tied.base.uom, tied.base.parent
            )
            for serial in split_serials(tied.line.serial_no) or [None]:
                yield REPAIR, tied.base.parent, draft_repair(source, tied.base, serial, text, marks), 0.0


# Cancelling ----------------------------------------------------------------------------------------------------------


def take_back(doc: Document) -> None:
    """Delete the drafts of a settlement that is being cancelled.

    Raises:
        frappe.ValidationError: a document was submitted, or work on a repair has begun; named with the way out.
    """
    _hold_drafting()
    listed = {(row.document_type, row.document_name): row for row in doc.documents}
    now = drafted.states(doc.name, listed)
    begun = drafted.work_has_begun(name for kind, name in listed if kind == "Warranty Claim")
    problems = [
        _("{0} {1} is submitted: cancel it first, then this settlement.").format(
            _(kind), get_link_to_form(kind, name)
        )
        for (kind, name), state in now.items()
        if state == SUBMITTED
    ]
    problems += [
        _("The repair {0} has begun with Maintenance Visit {1}: cancel the visit first.").format(
            get_link_to_form("Warranty Claim", claim), get_link_to_form("Maintenance Visit", visit)
        )
        for claim, visit in begun.items()
    ]
    problems += [
        _("The repair {0} is done: what was done cannot be taken back.").format(
            get_link_to_form("Warranty Claim", name)
        )
        for (kind, name), state in now.items()
        if kind == "Warranty Claim" and state == "closed"
    ]
    if problems:
        frappe.throw("<br>".join(problems), title=_("Settlement Not Cancelled"))
    for (kind, name), state in now.items():
        row = listed[(kind, name)]
        if state in (DRAFT, OPEN):
            frappe.flags.settlement_taken_back = doc.name
            try:
                drafted.delete_draft(kind, name)
            finally:
                frappe.flags.settlement_taken_back = None
            state = DELETED
        row.document_status = state
        row.db_set("document_status", state, update_modified=False)
