"""The gate in front of every document that moves stock: goods on hold go nowhere but where `engine.containment` lets them.

It stands at the submission of each document that writes the stock ledger, once for all that it moved, after ERPNext has chosen the
lots: so it does not matter by which screen, request or job it came, or in which field a lot is named. It stands as well where a
document is cancelled that was submitted after the hold: what it did is undone in front of the same gate. A document that sets goods
aside without a ledger is asked by its rows, one of another app by each row of the ledger, and a bundle that is edited behind a
submitted document by what was added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_datetime, get_fullname

from complaint_qms.constants.containment import CHECKED, HOLD, LEDGER
from complaint_qms.engine.containment import LEAVING, may_move
from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext import leaving, tills
from complaint_qms.integrations.erpnext.leaving import Move
from complaint_qms.services.containment.places import kept_apart
from complaint_qms.services.containment.standing import Held, held_of

_MOST_TOLD = 10


class HeldError(frappe.ValidationError):
    """Goods on quality hold were to be moved."""


def check_submitted(doc: Document) -> None:
    """A document that was just submitted, and whose rows of the ledger stand.

    Raises:
        HeldError: it takes goods on hold where they may not go.
    """
    moves = leaving.moved_by(doc) if doc.doctype in LEDGER else leaving.named_by(doc)
    gone = partial(tills.sold_at_tills, doc)
    _refuse(_stopped(moves, gone=gone, locked=True))


def check_cancelled(doc: Document) -> None:
    """A document that is about to be cancelled. What was submitted before the hold may be undone.

    Raises:
        HeldError: goods on hold would come back to where they may not go.
    """
    gone = partial(tills.returned_at_tills, doc)
    stopped = _stopped(leaving.undone_by(doc), gone=gone, locked=True)
    booked = leaving.first_booked(doc) if stopped else None
    remedy = _("Cancelling would undo what was done after the hold. Ask a Quality Manager to release the goods first.")  # fmt: skip
    _refuse([one for one in stopped if booked and booked > one.at], remedy)


def check_entry(entry: Document) -> None:
    """A row of the ledger of a document that no other check knows.

    Raises:
        HeldError: it takes goods on hold.
    """
    if entry.voucher_type not in CHECKED and not entry.is_cancelled:
        _refuse(_stopped(leaving.entry_moves(entry), locked=True))


def check_bundle(bundle: Document) -> None:
    """A bundle of goods that have left gets no lots on hold afterwards.

    Raises:
        HeldError: it would.
    """
    before = bundle.get_doc_before_save()
    if not before or bundle.type_of_transaction != "Outward" or bundle.is_cancelled:
        return
    added = leaving.bundle_lots(bundle) - leaving.bundle_lots(before)
    if added and leaving.is_submitted(bundle.voucher_type, bundle.voucher_no):
        moves = [Move(lot, 0, bundle.warehouse or "", "", LEAVING) for lot in added]
        _refuse(_stopped(leaving.with_batches(moves), locked=True))


def warn_draft(doc: Document) -> None:
    """Who saves a draft hears at once what it will be refused for."""
    if doc.docstatus == 0 and (stopped := _stopped(leaving.named_by(doc))):
        frappe.msgprint(
            _sentences(stopped, _("This draft can be saved and not be submitted.")),
            title=_("On Quality Hold"),
            indicator="orange",
        )


def _stopped(
    moves: Iterable[Move], *, gone: Callable[[], dict[Lot, int]] = dict, locked: bool = False
) -> list[Held]:
    """
    Args:
        gone: asked where something is held: what has left already, or is there already, and is only booked now.
    """
    moves = [move for move in moves if move.lot.is_tracked]
    if not moves:
        return []
    held = _held({move.lot for move in moves}, locked)
    if not held:
        return []
    places = kept_apart()
    taken: dict[Lot, int] = defaultdict(int)
    for move in moves:
        if move.lot in held and not may_move(
            move.kind, move.source, move.target, places.quarantine, places.scrap
        ):
            taken[move.lot] += move.qty
    had = gone() if taken else {}
    found = {
        (one.hold, one.lot_name): one
        for lot, qty in taken.items()
        if lot not in had or qty > had[lot]
        for one in held[lot]
    }
    return list(found.values())


def _held(lots: set[Lot], locked: bool) -> dict[Lot, list[Held]]:
    """Lots that are held, a serial number also by a batch that it was booked under before its record was changed."""
    batches = leaving.booked_batches({lot.serial for lot in lots} - {""})
    more = {
        lot: [lot._replace(batch=batch) for batch in batches[lot.serial] - {lot.batch}]
        for lot in lots
        if lot.serial in batches
    }
    held = held_of({*lots, *(one for others in more.values() for one in others)}, locked=locked)
    found = {lot: [row for one in (lot, *more.get(lot, ())) for row in held.get(one, ())] for lot in lots}
    return {lot: rows for lot, rows in found.items() if rows}


def _refuse(stopped: list[Held], remedy: str = "") -> None:
    if stopped:
        frappe.throw(_sentences(stopped, remedy=remedy), HeldError, title=_("On Quality Hold"))


def _sentences(stopped: list[Held], *more: str, remedy: str = "") -> str:
    told = [_told(one) for one in stopped[:_MOST_TOLD]]
    if len(stopped) > _MOST_TOLD:
        told.append(_("{0} more are held as well.").format(len(stopped) - _MOST_TOLD))
    remedy = remedy or _("Choose another batch or serial number, or ask a Quality Manager to release it. Until then it may be transferred to the quarantine warehouse, and from there go back to its supplier.")  # fmt: skip
    return "<br>".join([*told, *more, remedy])


def _told(held: Held) -> str:
    """As much as the reader may know: who and why belongs to the hold."""
    lot = escape_html(held.lot_name)
    since, hold = escape_html(format_datetime(held.at)), escape_html(held.hold)
    # One that was written a moment ago, while the reader's document waited for it, they do not see yet.
    if frappe.db.exists(HOLD, held.hold) and frappe.has_permission(HOLD, "read", doc=held.hold):
        who, why = escape_html(get_fullname(held.by)), escape_html(held.reason or "")
        told = (
            _("Serial number {0} is on quality hold since {1}, by {2} ({3}): {4}")
            if held.serial
            else _("Batch {0} is on quality hold since {1}, by {2} ({3}): {4}")
        )
        return told.format(lot, since, who, hold, why)
    told = (
        _("Serial number {0} is on quality hold since {1} ({2}).")
        if held.serial
        else _("Batch {0} is on quality hold since {1} ({2}).")
    )
    return told.format(lot, since, hold)
