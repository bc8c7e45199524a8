"""Goods are let go: by another person than who holds them, with a reason, all of a hold or some of it."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime

from complaint_qms.constants import events
from complaint_qms.constants.containment import HOLD, RELEASED, RELEASERS
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services.containment import doorkeeper
from complaint_qms.services.containment.holding import check_length, tell_sources
from complaint_qms.services.events import Event, announce
from complaint_qms.services.people.session_users import acting, may
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.record.timeline import Link, Names, Text, line, note_on


def why_not(doc: Document) -> str:
    """Why the session's user releases nothing of a hold, as a sentence; empty where they may."""
    if doc.status == RELEASED:
        return _("{0} is released already.").format(doc.name)
    if not may(*RELEASERS):
        return _("Goods are released by somebody with the role {0}.").format(_(RELEASERS[0]))
    if doc.held_by in acting():
        return _("You hold these goods: somebody else releases them.")
    if len(acting()) > 1:
        return _("Nobody releases in the name of somebody else: sign in yourself.")
    return ""


def release(name: str, reason: str, rows: Iterable[str] = ()) -> Document:
    """Release a hold, or some of its rows; the hold itself is released with the last of them.

    Args:
        rows: names of rows; all that are still held by default.

    Raises:
        frappe.PermissionError: the user's roles do not release.
        GateError: they hold it themselves, or the reason is missing.
        doorkeeper.StillMovingError: goods are being moved by something that takes long.
    """
    check_role(_("release goods"), *RELEASERS)
    # Ahead of the rows, as whoever moves goods comes to them.
    doorkeeper.pass_alone()
    lock_rows(HOLD, [name])
    doc = frappe.get_doc(HOLD, name)
    doc.check_permission("write")
    if said := why_not(doc):
        frappe.throw(gate_code("G6") + escape_html(said), GateError)
    if blank(reason):
        frappe.throw(
            _("{0}: write why these goods may leave again.").format(_("Reason of the Release", context=HOLD)),
            GateError,
        )
    check_length(_("Reason of the Release", context=HOLD), reason)
    _let_go(doc, reason.strip(), _wanted(doc, set(rows)))
    return doc


def _wanted(doc: Document, rows: set[str]) -> list[Document]:
    held = [row for row in doc.lots if row.is_held]
    if not rows:
        return held
    if unknown := rows - {row.name for row in held}:
        refuse(
            _("{0} is no row of {1} that is still held.").format(escape_html(sorted(unknown)[0]), doc.name)
        )
    return [row for row in held if row.name in rows]


def _let_go(doc: Document, reason: str, rows: list[Document]) -> None:
    stamps = {"release_reason": reason, "released_by": frappe.session.user, "released_at": now_datetime()}
    for row in rows:
        row.update({"is_held": 0, **stamps})
    is_over = not any(row.is_held for row in doc.lots)
    if is_over:
        doc.update({"status": RELEASED, **stamps})
    doc.flags.releasing = True
    doc.save()
    lots = [row.serial_no or row.batch_no for row in rows]
    data = {"lots": lots, "company": doc.company, "is_over": is_over}
    announce([Event(events.RELEASED, doc.doctype, doc.name, data)])
    note_on(doc, line("released {0}: {1}", Names(lots[:20]), Text(reason)))
    tell_sources(doc, line("{0} releases {1}: {2}", Link(HOLD, doc.name), Names(lots[:20]), Text(reason)))
