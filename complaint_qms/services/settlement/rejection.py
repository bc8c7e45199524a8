"""How far a proposed settlement is, and who says no to it: with a reason of its own each time, and all of them stay on it.

A judgement is a save like any other, so that it holds for every way in: whoever sets the status to rejected writes why, has
the right to submit settlements, had no part in writing this one, and changes nothing else.
"""

from __future__ import annotations

from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_fullname, now_datetime

from complaint_qms.constants.events import SETTLEMENT_PROPOSED, SETTLEMENT_REJECTED
from complaint_qms.constants.settlement import DOCTYPE, PROPOSED, REJECTED
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services.events import Event, announce
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.settlement.approval_limits import is_own

_STAMPS = ("rejection_reason", "rejected_by", "rejected_at")
# The rejections so far, one row each.
_ALL: Final = "rejections"
# What the server works out at each save, and what a judgement itself enters.
_NO_CONTENT = {*_STAMPS, _ALL, "status", "proposed_by", "documents", "conversion_rate", "base_total_amount"}


def set_status(doc: Document, *, revised: bool) -> None:
    """Set the status of a settlement that is being saved or submitted, whatever was sent in it.

    Args:
        revised: whether what is granted changes in this save; a rejected settlement is proposed anew by that.

    Raises:
        GateError: it was rejected and not revised, or is rejected without a reason or together with other changes.
        frappe.PermissionError: the user may not judge it.
    """
    before, wanted = doc.get_doc_before_save(), doc.status
    stood = before.status if before else PROPOSED
    said = (doc.rejection_reason or "").strip()
    doc.status = PROPOSED if stood != REJECTED or revised or wanted == PROPOSED else REJECTED
    for name in _STAMPS:
        # Proposed again, it waits for a judgement and a reason of its own.
        doc.set(name, before.get(name) if before and doc.status == REJECTED else None)
    doc.set(_ALL, [])
    for row in before.get(_ALL) if before else ():
        doc.append(_ALL, row.as_dict() | {"docstatus": doc.docstatus})
    if doc.docstatus.is_submitted():
        # To propose it again is a save of its own, that whoever said no may see it.
        if stood == REJECTED:
            _refuse_submitting(doc, before)
        if wanted == REJECTED and (not before or before.docstatus.is_draft()):
            frappe.throw(
                _("A settlement is either rejected or submitted. Send {0} with one of the two.").format(
                    escape_html(doc.name)
                ),
                GateError,
            )
    elif doc.status == REJECTED and said and said != before.rejection_reason:
        _refuse_second(doc)
    elif before and wanted == REJECTED and stood != REJECTED:
        _reject(doc, before, said)


def announce_status(doc: Document) -> None:
    """After a save: a proposal waits for whoever may grant it, a rejected one for who proposed it."""
    before = doc.get_doc_before_save()
    stood = before.status if before else None
    if doc.docstatus.is_draft() and stood != doc.status:
        kind = SETTLEMENT_REJECTED if doc.status == REJECTED else SETTLEMENT_PROPOSED
        announce([Event(kind, DOCTYPE, doc.name, {"complaint": doc.complaint})])


def may_reject(doc: Document) -> bool:
    """Whether the session's user judges this settlement: who may submit it, and had no part in writing it."""
    return frappe.has_permission(DOCTYPE, "submit", doc=doc) and not is_own(doc, frappe.session.user)


def _reject(doc: Document, before: Document, said: str) -> None:
    if not frappe.has_permission(DOCTYPE, "submit", doc=doc):
        frappe.throw(
            _("Settlement {0} is rejected by somebody who may submit it.").format(escape_html(doc.name)),
            frappe.PermissionError,
        )
    if is_own(before, frappe.session.user):
        frappe.throw(
            gate_code("G6")
            + _("You proposed or wrote settlement {0}: change or delete it, or ask somebody else.").format(
                escape_html(doc.name)
            ),
            GateError,
        )
    others = set(guard.changed_fields(doc, before)) - _NO_CONTENT
    if others:
        labels = comma_list(sorted(_(doc.meta.get_label(name)) for name in others))
        frappe.throw(
            gate_code("G6")
            + _("A rejection changes nothing else. Take back the change of {0}.").format(labels),
            GateError,
        )
    if blank(said):
        frappe.throw(
            _("{0}: write why the settlement is rejected; whoever proposed it reads it.").format(
                _(doc.meta.get_label("rejection_reason"))
            ),
            GateError,
        )
    doc.status, doc.rejection_reason = REJECTED, said
    doc.rejected_by, doc.rejected_at = frappe.session.user, now_datetime()
    doc.append(_ALL, {"rejected_at": doc.rejected_at, "rejected_by": doc.rejected_by, "reason": said})


def _refuse_second(doc: Document) -> None:
    """Two who reject at once: the second learns it, and their words are not lost unseen."""
    frappe.throw(
        _("Settlement {0} is rejected already, by {1}: “{2}”. It waits for whoever proposed it.").format(
            escape_html(doc.name),
            escape_html(get_fullname(doc.rejected_by)),
            escape_html(doc.rejection_reason or ""),
        ),
        GateError,
    )


def _refuse_submitting(doc: Document, before: Document) -> None:
    frappe.throw(
        _(
            "Settlement {0} was rejected: “{1}”. Revise it and propose it again before it is submitted."
        ).format(escape_html(doc.name), escape_html(before.rejection_reason or "")),
        GateError,
    )
