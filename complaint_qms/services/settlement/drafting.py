"""Drafts ERPNext's documents for a settlement that is submitted, and deletes them when it is cancelled.

Everything a submission does happens in the one transaction that also sets the settlement to submitted, so a worker
that dies in the middle leaves all or nothing.
"""

from __future__ import annotations

from collections import defaultdict

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, get_link_to_form

from complaint_qms.constants.settings import SETTINGS
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
from complaint_qms.integrations.erpnext import drafted_documents
from complaint_qms.integrations.erpnext.batches_and_serials import split_serials
from complaint_qms.integrations.erpnext.draft_marks import Marks
from complaint_qms.integrations.erpnext.remaining import NOTE
from complaint_qms.integrations.erpnext.replacements import Fresh, draft_repair, draft_replacement
from complaint_qms.integrations.erpnext.returns import (
    Back,
    Grant,
    draft_credit_note,
    draft_goods_return,
    draft_goodwill_note,
)
from complaint_qms.services import writing
from complaint_qms.services.settlement.finance_guards import grant_of
from complaint_qms.services.settlement.lines import Lines
from complaint_qms.services.settlement.matched_line import Tied
from complaint_qms.services.settlement.submit_lock import lock_drafting


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
                "amount": drafted_documents.worth(made),
                "remedy_value": value,
                "document_status": OPEN if purpose == REPAIR else DRAFT,
                **grant_of(purpose, made, value),
            },
        )
        writing.insert_row(row, "drafted document")


def take_back(doc: Document) -> None:
    """Delete the drafts of a settlement that is being cancelled.

    Raises:
        frappe.ValidationError: a document was submitted, or work on a repair has begun; named with the way out.
    """
    lock_drafting()
    listed = {(row.document_type, row.document_name): row for row in doc.documents}
    now = drafted_documents.states(doc.name, listed)
    begun = drafted_documents.work_has_begun(name for kind, name in listed if kind == "Warranty Claim")
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
                drafted_documents.delete_draft(kind, name)
            finally:
                frappe.flags.settlement_taken_back = None
            state = DELETED
        row.document_status = state
        writing.set_values(row.doctype, row.name, {"document_status": state}, "settlement cancelled")


def _credits(lines: Lines, marks: Marks, account: str | None):
    money, with_goods = defaultdict(list), defaultdict(list)
    grants = defaultdict(list)
    for tied in lines.tied:
        line = tied.line
        if line.remedy == GOODWILL:
            text = escape_html(line.description or "") or marks.note
            grants[line.sales_invoice] += [Grant(row, part, text) for row, part in lines.grants(tied)]
        elif line.remedy == CREDIT or (
            line.remedy == RETURN_CREDIT and tied.invoiced and tied.goods is not tied.invoiced
        ):
            stays = tied.goods is None
            money[line.sales_invoice].append(Back(tied.invoiced, flt(line.qty), flt(line.rate), stays=stays))
        elif line.remedy == RETURN_CREDIT and tied.invoiced:
            with_goods[line.sales_invoice].append(_goods_back(tied))
    for invoice in sorted(money):
        made = draft_credit_note(invoice, money[invoice], marks, with_goods=False)
        yield CREDIT_NOTE, invoice, made, drafted_documents.remedy_value(made)
    for invoice in sorted(with_goods):
        made = draft_credit_note(invoice, with_goods[invoice], marks, with_goods=True)
        yield RETURN_WITH_CREDIT, invoice, made, drafted_documents.remedy_value(made)
    for invoice in sorted(grants):
        made = draft_goodwill_note(invoice, grants[invoice], account, marks)
        yield GOODWILL, invoice, made, drafted_documents.remedy_value(made)


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
                escape_html(tied.line.qty), escape_html(tied.base.uom), escape_html(tied.base.parent)
            )
            for serial in split_serials(tied.line.serial_no) or [None]:
                yield REPAIR, tied.base.parent, draft_repair(source, tied.base, serial, text, marks), 0.0
