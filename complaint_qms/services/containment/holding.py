"""A hold is made: of what, for which company, by whom. What it names stays as it is from then on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime

from complaint_qms.constants import events
from complaint_qms.constants.containment import HELD, HOLD, HOLDERS, LONGEST_REASON, MOST_LOTS
from complaint_qms.engine.sop.gates import blank
from complaint_qms.engine.trace import Lot
from complaint_qms.exceptions import GateError
from complaint_qms.integrations.erpnext.lots import known_lots
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.acting_as import SITE
from complaint_qms.services.events import Event, announce
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.input_validation import refuse, too_long
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.record.timeline import Link, Names, Text, line, note_on

STAMPS = ("status", "held_by", "held_at", "by_rule", "release_reason", "released_by", "released_at")
_SOURCES = {"complaint": "Complaint", "investigation": "Investigation"}
_ROW_STAMPS = ("is_held", "release_reason", "released_by", "released_at")


@dataclass(frozen=True)
class Because:
    """Why goods are held.

    Attributes:
        rule: Complaint Rule that does it.
        company: of nobody's complaint or investigation.
        turns: see `doorkeeper.pass_alone`.
    """

    reason: str
    complaint: str = ""
    investigation: str = ""
    company: str = ""
    rule: str = ""
    turns: int | None = None


def hold(lots: Iterable[Lot], because: Because) -> Document:
    """Hold lots from this moment on, as the session's user or a rule.

    Raises:
        frappe.PermissionError: the user may not hold, or may not see one of the lots.
        frappe.ValidationError: something is missing; the sentence names the field.
        doorkeeper.StillMovingError: goods are being moved by something that takes long.
    """
    rows = [
        {"item_code": lot.item, "serial_no": lot.serial}
        if lot.serial
        else {"item_code": lot.item, "batch_no": lot.batch}
        for lot in dict.fromkeys(lots)
        if lot.is_tracked
    ]
    values = {
        "reason": because.reason,
        "complaint": because.complaint,
        "investigation": because.investigation,
    }
    doc = frappe.get_doc({"doctype": HOLD, **values, "company": because.company, "lots": rows})
    doc.flags.update({"by_rule": because.rule, "turns": because.turns})
    return doc.insert(ignore_permissions=bool(because.rule))


def keep_stamps(doc: Document) -> None:
    """What the server alone writes is put back, in the rows as well; a new hold gets its company. What else changed in a row is refused
    by `check_hold`."""
    if doc.flags.releasing:
        return
    guard.protect(doc, STAMPS)
    before = doc.get_doc_before_save()
    if before:
        stored = {row.name: row for row in before.lots}
        for row in doc.lots:
            if row.name in stored:
                row.update({name: stored[row.name].get(name) for name in _ROW_STAMPS})
        return
    for row in doc.lots:
        for name in _ROW_STAMPS:
            row.set(name, 1 if name == "is_held" else None)
    # Who has signed in, where somebody acts in another's name; of a rule nobody but the site.
    doc.by_rule = doc.flags.by_rule or None
    doc.status, doc.held_by, doc.held_at = HELD, SITE if doc.by_rule else acting()[-1], now_datetime()
    _take_company(doc)


def check_hold(doc: Document) -> None:
    """What a hold needs when it is made, and that nothing of it changes afterwards but what it belongs to.

    Raises:
        frappe.PermissionError: the user may not hold, or may not see one of the lots.
        frappe.ValidationError: with every mistake.
    """
    if doc.flags.releasing:
        return
    before = doc.get_doc_before_save()
    if before:
        _keep(doc, before)
        return
    if not doc.flags.by_rule:
        check_role(_("hold goods"), *HOLDERS)
    if blank(doc.reason):
        refuse(_("{0}: write why these goods may not leave.").format(_("Reason", context=HOLD)))
    check_length(_("Reason", context=HOLD), doc.reason)
    _check_rows(doc)


def check_length(label: str, reason: str) -> None:
    """Raises:
    frappe.ValidationError: a reason is too long to be read beside the record that it is about.
    """
    if wrong := too_long(label, reason, LONGEST_REASON):
        refuse(*wrong)


def tell_held(doc: Document) -> None:
    """A new hold is announced, and stands in the timeline of what it is because of."""
    if doc.get_doc_before_save():
        return
    lots = [row.serial_no or row.batch_no for row in doc.lots]
    announce([Event(events.HELD, doc.doctype, doc.name, {"lots": lots, "company": doc.company})])
    told = line("{0} holds {1}: {2}", Link(HOLD, doc.name), Names(lots[:20]), Text(doc.reason))
    tell_sources(doc, told)


def tell_sources(doc: Document, told: Any) -> None:
    """A line in the timeline of the complaint and the investigation of a hold."""
    for field, doctype in _SOURCES.items():
        if doc.get(field):
            note_on(frappe._dict(doctype=doctype, name=doc.get(field)), told)


def _take_company(doc: Document) -> None:
    for field, doctype in _SOURCES.items():
        if doc.get(field) and (company := frappe.db.get_value(doctype, doc.get(field), "company")):
            doc.company = company
            return
    doc.company = doc.company or frappe.defaults.get_user_default("Company")


def _check_rows(doc: Document) -> None:
    wrong, place = [], _("Batches and Serial Numbers", context=HOLD)
    if len(doc.lots) > MOST_LOTS:
        refuse(_("{0}: {1} rows at most. Make a second hold for the others.").format(place, MOST_LOTS))
    known = known_lots(
        {row.batch_no for row in doc.lots if row.batch_no},
        {row.serial_no for row in doc.lots if row.serial_no},
    )
    lots, seen = [], set()
    for row in doc.lots:
        where = _("{0}, row {1}").format(place, row.idx)
        if not row.batch_no and not row.serial_no:
            wrong.append(_("{0}: choose a batch or a serial number.").format(where))
            continue
        lot = known.get(("Serial No", row.serial_no) if row.serial_no else ("Batch", row.batch_no))
        if not lot:
            wrong.append(_("{0}: {1} belongs to no item.").format(where, escape_html(row.serial_no or row.batch_no)))  # fmt: skip
            continue
        # A unit is held by its number; with its batch in the row all of the batch would seem to be.
        row.item_code, row.batch_no, row.serial_no = lot.item, "" if lot.serial else lot.batch, lot.serial
        if lot in seen:
            wrong.append(_("{0}: {1} stands there twice. Remove one of the rows.").format(where, escape_html(lot.serial or lot.batch)))  # fmt: skip
        seen.add(lot)
        lots.append(lot)
    if wrong:
        refuse(*wrong)
    _check_sight(doc, lots)


def _check_sight(doc: Document, lots: Sequence[Lot]) -> None:
    if doc.flags.by_rule:
        return
    seen = set(StockSight(frappe.session.user).lots(lots))
    if unseen := [lot.serial or lot.batch for lot in lots if lot not in seen]:
        frappe.throw(
            _("You may not see {0}, so you cannot hold it.").format(escape_html(comma_list(unseen))),
            frappe.PermissionError,
        )


def _keep(doc: Document, before: Document) -> None:
    """A complaint or investigation may be named later, once."""
    later = {field for field in _SOURCES if not before.get(field)}
    touched = [name for name in guard.changed_fields(doc, before) if name not in later]
    if touched:
        labels = comma_list(_(doc.meta.get_label(name), context=HOLD) for name in touched)
        frappe.throw(
            _("{0} stays as it was when the goods were held. Release the hold and hold anew.").format(labels),
            GateError,
        )
