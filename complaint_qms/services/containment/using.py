"""Open documents that name goods on hold, and what the user does about each: take the lot out, stop the order, tell its owner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_datetime, get_fullname

from complaint_qms.constants.containment import HOLD, RELEASED
from complaint_qms.integrations.erpnext import open_users
from complaint_qms.integrations.erpnext.open_users import PICK_LIST, RESERVATION, WORK_ORDER, User
from complaint_qms.services.containment.moves import moves
from complaint_qms.services.containment.open_documents import OpenDocuments
from complaint_qms.services.containment.quarantine import held_lots
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.scalars import shown

TAKE_OUT: Final = "take_out"
CANCEL: Final = "cancel"
STOP: Final = "stop"
TELL: Final = "tell"
_LOOKED_AT: Final = 50


def users(name: str) -> dict[str, Any]:
    """{documents: [as `OpenDocuments.rows` tells them, with `deeds`: what the user has the right to], nameless: [{doctype, number, goods}],
    actors: {doctype: roles}, moves, not_shown}."""
    hold = frappe.get_doc(HOLD, name)
    found = OpenDocuments(hold)
    return {
        "documents": [
            row | {"deeds": _deeds(row["doctype"], row["status"]) if row["is_open"] else _unopened()}
            for row in found.rows()
        ],
        "nameless": found.sums(),
        "actors": found.actors(),
        "moves": moves(hold),
        "not_shown": found.not_shown,
    }


def do(name: str, doctype: str, document: str, deed: str) -> dict[str, Any]:
    """Do something about a document that names goods of a hold: {said}.

    Raises:
        frappe.PermissionError: the user has no right to do so with that document.
        frappe.ValidationError: it does not name them (any more), or cannot be treated so.
    """
    hold = frappe.get_doc(HOLD, name)
    if hold.status == RELEASED:
        refuse(_("{0} is released already.").format(name))
    found, key = OpenDocuments(hold), (doctype, document)
    rows = found.opened.get(key) or found.told.get(key)
    if not rows:
        refuse(_("{0} {1} names nothing of {2} that is held.").format(_(doctype), shown(document), name))
    doc = frappe.get_doc(doctype, document)
    if deed not in (_deeds(doctype, rows[0].status) if key in found.opened else _unopened()):
        frappe.throw(
            _(
                "You may not do this with {0} {1}: it needs the right to change it, and that it is still open."
            ).format(_(doctype), escape_html(document)),
            frappe.PermissionError,
        )
    return {"said": _DOES[deed](doc, hold, rows)}


def _unopened() -> list[str]:
    """About a document that the user knows of and cannot open."""
    return [TELL]


def _deeds(doctype: str, status: str) -> list[str]:
    """By roles; the document itself asks for the right to it."""
    may = partial(frappe.has_permission, doctype)
    found = []
    if status == open_users.DRAFT and may("write"):
        found.append(TAKE_OUT)
    if status != open_users.DRAFT and doctype in (PICK_LIST, RESERVATION) and may("cancel"):
        found.append(CANCEL)
    if doctype == WORK_ORDER and may("write"):
        found.append(STOP)
    return [*found, TELL]


def _take_out(doc: Document, hold: Document, rows: list[User]) -> str:
    before = open_users.bundles_in(doc)
    gone = open_users.take_out(doc, held_lots(hold))
    if not gone:
        refuse(
            _("No row of {0} names what is held: ERPNext itself chooses it, or a row names it that cannot be taken out. Change it there, or delete the draft.").format(doc.name)
        )  # fmt: skip
    if any(row.doctype == "Packed Item" for row in gone) or not any(doc.get(row.parentfield) for row in gone):
        refuse(
            _("Nothing would be left of {0}, or of a product bundle in it. Choose another batch or serial number there, or delete the draft.").format(doc.name)
        )  # fmt: skip
    doc.save()
    open_users.drop_bundles(before - open_users.bundles_in(doc))
    _comment(doc, _("{0} was taken out: it is on quality hold ({1}). Add it again with another batch or serial number."), hold, rows)  # fmt: skip
    return _("Taken out of {0}; its owner was told.").format(doc.name)


def _cancel(doc: Document, hold: Document, rows: list[User]) -> str:
    doc.cancel()
    _comment(doc, _("Cancelled, because {0} is on quality hold ({1})."), hold, rows)
    return _("{0} is cancelled.").format(doc.name)


def _stop(doc: Document, hold: Document, rows: list[User]) -> str:
    # ERPNext's function asks the roles alone, not for this Work Order.
    doc.check_permission("write")
    open_users.stop_work_order(doc.name)
    _comment(doc, _("Stopped, because {0} is on quality hold ({1})."), hold, rows)
    return _("{0} is stopped.").format(doc.name)


def _tell(doc: Document, hold: Document, rows: list[User]) -> str:
    lots = escape_html(_lots(rows))
    about = {"comment_type": "Comment", "reference_doctype": doc.doctype, "reference_name": doc.name}
    named = about | {"content": ("like", f"%({hold.name})%")}
    told = frappe.get_all(
        "Comment", named, ["content", "creation"], order_by="creation desc", limit=_LOOKED_AT
    )
    if before := next((row for row in told if lots in row.content), None):
        refuse(_("{0} was told of this hold on {1}.").format(escape_html(get_fullname(doc.owner)), format_datetime(before.creation)))  # fmt: skip
    _comment(doc, _("{0} is on quality hold ({1}) and may not leave."), hold, rows)
    return _("{0} was told.").format(get_fullname(doc.owner))


def _lots(rows: list[User]) -> str:
    return comma_list(sorted({row.lot for row in rows}))


def _comment(doc: Document, sentence: str, hold: Document, rows: list[User]) -> None:
    """A comment that names the document's owner, by which the framework tells them."""
    said = escape_html(sentence.format(_lots(rows), hold.name))
    owner, title = escape_html(doc.owner), escape_html(get_fullname(doc.owner))
    content = f'<p><span class="mention" data-id="{owner}" data-value="{title}">@{title}</span> {said}</p>'
    doc.add_comment("Comment", content)


_DOES: Final[dict[str, Callable[[Document, Document, list[User]], str]]] = {
    TAKE_OUT: _take_out,
    CANCEL: _cancel,
    STOP: _stop,
    TELL: _tell,
}
