"""Records that stay beyond their term because a court, an authority or an insurer may ask for them: held, and let go by another person.

Whoever disposes of records or erases what they say of a person asks `holds_on` first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import escape_html, getdate, now_datetime
from pypika.functions import Coalesce

from complaint_qms.constants.retention import HELD, HELD_BY, HOLDERS, LEGAL_HOLD, RELEASED, RELEASERS
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.people.session_users import acting, may
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.record.timeline import Link, Text, line, note_on

STAMPS: Final = ("status", "held_by", "held_at", "release_reason", "released_by", "released_at")


def holds_on(complaints: Iterable[str], *, now: bool = False) -> dict[str, list[str]]:
    """Complaint → names of the legal holds in force on it, whoever may see them; one query.

    Args:
        now: read them as they are this moment, whatever the transaction saw before, and keep them so until it ends.
    """
    wanted = sorted(set(complaints))
    if not wanted:
        return {}
    complaint, hold = frappe.qb.DocType("Complaint"), frappe.qb.DocType(LEGAL_HOLD)
    by_value = Coalesce(hold.complaint, "") == ""
    for field in HELD_BY:
        by_value &= (Coalesce(hold[field], "") == "") | (hold[field] == complaint[field])
    held = (hold.status == HELD) & (hold.company == complaint.company)
    query = (
        frappe.qb.from_(complaint)
        .inner_join(hold)
        .on(held & ((hold.complaint == complaint.name) | by_value))
        .select(complaint.name, hold.name)
        .where(complaint.name.isin(wanted))
        .orderby(hold.name, order=Order.asc)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for name, held_by in (query.for_update() if now else query).run():
        found[name].append(held_by)
    return dict(found)


def refuse_held(complaints: Iterable[str]) -> None:
    """Before anything of complaints is taken away.

    Raises:
        GateError: legal holds are in force on one of them.
    """
    for complaint, holds in sorted(holds_on(complaints, now=True).items()):
        frappe.throw(
            gate_code("G8") + _("Complaint {0} is under legal hold ({1}). Nothing of it is taken away until somebody else than who holds it releases it.").format(
                escape_html(complaint), comma_list(holds)
            ),
            GateError,
        )  # fmt: skip


def legal_holds_shown(complaint: str) -> list[dict[str, Any]]:
    """[{hold, reason, since}] of a complaint for its form; name and reason for who may read the hold."""
    names = holds_on([complaint]).get(complaint, ())
    if not names:
        return []
    rows = frappe.get_all(LEGAL_HOLD, {"name": ("in", names)}, ["name", "reason", "held_from"], order_by="held_from asc, name asc")  # fmt: skip
    seen = set()
    if frappe.has_permission(LEGAL_HOLD, "read"):
        seen = set(frappe.get_list(LEGAL_HOLD, {"name": ("in", names)}, pluck="name", order_by="name asc"))
    return [
        {"since": row.held_from} | ({"hold": row.name, "reason": row.reason} if row.name in seen else {})
        for row in rows
    ]


def keep_hold_stamps(doc: Document) -> None:
    """What the server alone writes is put back; a new hold gets its own."""
    if doc.flags.releasing:
        return
    guard.protect(doc, STAMPS)
    if not doc.get_doc_before_save():
        # Who has signed in, where somebody acts in another's name.
        doc.status, doc.held_by, doc.held_at = HELD, acting()[-1], now_datetime()
        if doc.complaint and (company := frappe.db.get_value("Complaint", doc.complaint, "company")):
            doc.company = company


def check_legal_hold(doc: Document) -> None:
    """What a hold needs when it is made, and that nothing of it changes afterwards.

    Raises:
        frappe.PermissionError: the user may not hold.
        frappe.ValidationError: something is missing or changed; the sentence names the field.
    """
    if doc.flags.releasing:
        return
    before = doc.get_doc_before_save()
    if before:
        if touched := guard.changed_fields(doc, before):
            labels = comma_list(_(doc.meta.get_label(name), context=LEGAL_HOLD) for name in touched)
            frappe.throw(
                _("{0} stays as it was when the records were held. Make another hold for others.").format(labels),
                GateError,
            )  # fmt: skip
        return
    check_role(_("put records under legal hold"), *HOLDERS)
    if blank(doc.reason):
        refuse(_("{0}: write why these records are held.").format(_label("reason")))
    if getdate(doc.held_from) > getdate():
        refuse(_("{0}: choose today or an earlier day.").format(_label("held_from")))
    by_value = [field for field in HELD_BY if doc.get(field)]
    if bool(doc.complaint) == bool(by_value):
        labels = comma_list(_label(name) for name in HELD_BY)
        refuse(_("Choose what is held: either one complaint, or one or more of {0}.").format(labels))


def tell_legal_hold(doc: Document) -> None:
    """A new hold stands in the timeline of the complaint that it names."""
    if doc.complaint and not doc.get_doc_before_save():
        _tell(doc, line("{0} puts this complaint under legal hold: {1}", Link(LEGAL_HOLD, doc.name), Text(doc.reason)))  # fmt: skip


def why_not_released(doc: Document) -> str:
    """Why the session's user does not release a hold, as a sentence; empty where they may."""
    if doc.status == RELEASED:
        return _("{0} is released already.").format(doc.name)
    if not may(*RELEASERS):
        return _("Legal holds are released by {0}.").format(comma_list(map(_, RELEASERS)))
    if doc.held_by in acting():
        return _("You hold these records: somebody else releases them.")
    if len(acting()) > 1:
        return _("Nobody releases in the name of somebody else: sign in yourself.")
    return ""


def release_legal_hold(name: str, reason: str) -> Document:
    """Release a hold, with a reason, by another person than who holds.

    Raises:
        GateError: they hold it themselves, their roles do not release, or the reason is missing.
    """
    lock_rows(LEGAL_HOLD, [name])
    doc = frappe.get_doc(LEGAL_HOLD, name)
    doc.check_permission("write")
    if said := why_not_released(doc):
        frappe.throw(gate_code("G6") + escape_html(said), GateError)
    if blank(reason):
        frappe.throw(_("{0}: write why these records need not be held any more.").format(_label("release_reason")), GateError)  # fmt: skip
    doc.update(
        {
            "status": RELEASED,
            "release_reason": reason.strip(),
            "released_by": frappe.session.user,
            "released_at": now_datetime(),
        }
    )
    doc.flags.releasing = True
    doc.save()
    note_on(doc, line("released: {0}", Text(doc.release_reason)))
    if doc.complaint:
        _tell(doc, line("{0} is released: {1}", Link(LEGAL_HOLD, doc.name), Text(doc.release_reason)))
    return doc


def _tell(doc: Document, told: Any) -> None:
    note_on(frappe._dict(doctype="Complaint", name=doc.complaint), told)


def _label(field: str) -> str:
    return _(frappe.get_meta(LEGAL_HOLD).get_label(field), context=LEGAL_HOLD)
