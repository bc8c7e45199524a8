"""Common to all documents that a settlement drafts: who may, whose they are, what is said when ERPNext refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.message_log import messages_withheld


@dataclass(frozen=True)
class Marks:
    """What every drafted document carries back to its origin."""

    complaint: str
    settlement: str
    reason: str

    @property
    def note(self) -> str:
        return _("Complaint {0}, settlement {1}: {2}").format(self.complaint, self.settlement, self.reason)


@contextmanager
def mapping_allowed() -> Iterator[None]:
    """Let ERPNext's own mappers read the source and build an unsaved document for a user without accounting rights.

    Whoever may submit a Complaint Settlement needs no right on Sales Invoice, Delivery Note or Sales Order: the
    approval limits decide what they may grant, and finance decides by submitting the draft. The mappers check the
    rights of the session's user and take no flag, hence the change of user; it covers building in memory only,
    nothing is saved inside.
    """
    user = frappe.session.user
    frappe.session.user = "Administrator"
    try:
        yield
    finally:
        frappe.session.user = user


def insert_draft(doc: Document, marks: Marks, source: str) -> Document:
    """Save `doc` as a draft in the name of the session's user, whatever their rights (see `mapping_allowed`).

    ERPNext's advice to the bookkeeper (outstanding amounts, price lists) is kept from the person who settles; its
    refusals are passed on with the document they came from.
    """
    # A Warranty Claim has a text field `complaint` of its own and names the settlement only.
    if doc.meta.get_field("complaint") and doc.meta.get_field("complaint").fieldtype == "Link":
        doc.complaint = marks.complaint
    doc.complaint_settlement = marks.settlement
    doc.flags.ignore_permissions = True
    doc.flags.drafted_by_settlement = marks.settlement
    try:
        with messages_withheld():
            doc.insert()
    except frappe.ValidationError as refusal:
        frappe.throw(
            _("The {0} for {1} could not be drafted, nothing was changed. ERPNext says: {2}").format(
                _(doc.doctype), escape_html(source), refusal
            ),
            type(refusal),
            title=_("Settlement Not Submitted"),
        )
    return doc
