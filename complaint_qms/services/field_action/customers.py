"""The customers of a field action, one record each: they follow the scope, and are added or left out by hand with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt

from complaint_qms.constants import roles
from complaint_qms.constants.field_action import (
    ACKNOWLEDGED,
    CUSTOMER,
    DOCTYPE,
    FAILED,
    LEFT_OUT,
    LONGEST_REMARK,
    NO_CONTACT,
    NOTICE,
    NOTICE_FAILED,
    NOTICE_OPENED,
    NOTICE_SENT,
    QUANTITY,
    QUEUED,
    TO_BE_TOLD,
)
from complaint_qms.engine.field_action import figures
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.integrations.erpnext.customer_contacts import people_of, title_of
from complaint_qms.integrations.erpnext.lots import stock_units
from complaint_qms.services import writing
from complaint_qms.services.compliance import contributors
from complaint_qms.services.field_action import storing
from complaint_qms.services.field_action.entered import MOST, is_split, whole_numbers_wanted
from complaint_qms.services.field_action.ways import Ways
from complaint_qms.services.people.session_users import acting, may
from complaint_qms.services.record import timeline
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import refuse, too_long
from complaint_qms.services.record.timeline import Text, line

STAFF: Final = (
    roles.AGENT,
    roles.MANAGER,
    roles.INVESTIGATOR,
    roles.QUALITY_MANAGER,
    roles.REGULATORY,
    "System Manager",
)
"""Who enters what customers say and do; an auditor reads it."""
_LONGEST_KEY: Final = 140
_OPEN: Final = ("scope", "approval", "under_way")


def all_of(action: str, *, is_locked: bool = False) -> list[Document]:
    """The customers of an action, with their quantities; two queries.

    Args:
        is_locked: as they are this moment, and held; for who holds the action already.
    """
    table, amounts = frappe.qb.DocType(CUSTOMER), frappe.qb.DocType(QUANTITY)
    docs = (
        frappe.qb.from_(table)
        .select("*")
        .where(table.field_action == action)
        .orderby(table.customer_name)
        .orderby(table.name)
    )
    lines = (
        frappe.qb.from_(table)
        .inner_join(amounts)
        .on((amounts.parent == table.name) & (amounts.parenttype == CUSTOMER))
        .select(amounts.star)
        .where(table.field_action == action)
        .orderby(amounts.parent)
        .orderby(amounts.idx)
    )
    rows, lines = ((one.for_update() if is_locked else one).run(as_dict=True) for one in (docs, lines))
    children: dict[str, list[frappe._dict]] = {}
    for row in lines:
        children.setdefault(row.parent, []).append(row)
    return [
        frappe.get_doc({"doctype": CUSTOMER, **row, "quantities": children.get(row.name, [])}) for row in rows
    ]


def hold_action(name: str) -> Document:
    """A field action as it stands this moment, held until the end of the transaction. Whoever writes what belongs to it holds it first, then
    customers, then notices: so nobody waits in a circle, and nothing is reckoned from what others are just changing."""
    return frappe.get_doc(DOCTYPE, name, for_update=True)


def hold_customer(name: str) -> Document:
    """A customer as it stands this moment, held; after its field action."""
    return frappe.get_doc(CUSTOMER, name, for_update=True)


def open_action(name: str, permission: str) -> Document:
    """A field action that the user may read or write, held.

    Raises:
        frappe.PermissionError: the user may not; nothing is held for that.
    """
    frappe.has_permission(DOCTYPE, permission, throw=True)
    frappe.get_doc(DOCTYPE, name).check_permission(permission)
    return hold_action(name)


def open_customer(name: str, permission: str = "read") -> tuple[Document, Document]:
    """(customer, field action) for staff who enter something, held.

    Args:
        permission: what the user needs on the field action.

    Raises:
        frappe.PermissionError: the user may not.
        frappe.ValidationError: the action has ended, or is under approval.
    """
    check_role()
    frappe.has_permission(CUSTOMER, "read", throw=True)
    seen = frappe.get_doc(CUSTOMER, name)
    seen.check_permission("read")
    action = open_action(seen.field_action, permission)
    if action.stage not in _OPEN:
        refuse(
            _("{0} is not under way: nothing is entered for its customers.").format(escape_html(action.name))
        )
    return hold_customer(name), action


def check_staff(action: Document) -> None:
    """Raises:
    frappe.PermissionError: the user reads the action, and enters nothing for it.
    """
    action.check_permission("read")
    check_role()


def check_role() -> None:
    """Raises:
    frappe.PermissionError: the user enters nothing for any field action.
    """
    if frappe.session.user != "Administrator" and not {*STAFF} & {*frappe.get_roles()}:
        frappe.throw(_("Your roles enter nothing for customers of field actions."), frappe.PermissionError)


def add(action: Document, customer: str, reason: str, item_code: str, qty: float) -> Document:
    """Add a customer whom the genealogy does not name.

    Raises:
        frappe.ValidationError: naming what is missing or wrong.
    """
    check_staff(action)
    _check_scope_open(action)
    wrong = []
    title = title_of(customer)
    if not title:
        wrong.append(_("Customer: choose one."))
    if blank(reason):
        wrong.append(_("Reason: write why the customer belongs to it."))
    wrong += too_long(_("Reason"), reason, LONGEST_REMARK)
    item = item_code or action.item_code
    known = stock_units([item]) if item else {}
    if item not in known:
        wrong.append(_("Item: choose what the customer has of it."))
    if not 0 < flt(qty) <= MOST:
        wrong.append(
            _("Quantity: enter how much the customer has, more than 0 and at most {0}.").format(MOST)
        )
    elif item in known and is_split(flt(qty), known[item][1]):
        wrong.append(whole_numbers_wanted(_("Quantity"), known[item][1]))
    if wrong:
        refuse(*wrong)
    if frappe.db.exists(CUSTOMER, {"customer_key": _key(action.name, customer)}):
        refuse(
            _("{0} is in it already. Take the customer back where it was left out.").format(
                escape_html(title)
            )
        )
    item_name, unit = known[item]
    people = people_of([customer])
    doc = new_customer(action, customer, people.get(customer))
    doc.is_added, doc.added_reason = 1, reason.strip()
    doc.append(
        "quantities",
        {"item_code": item, "item_name": item_name, "uom": unit, "delivered": flt(qty), "at_risk": flt(qty)},
    )
    take_contact(doc, people.get(customer), Ways())
    store(doc)
    _keep_part(action)
    refresh_figures(action.name)
    timeline.note_on(action, line("Customer added by hand: {0}. {1}", Text(title), Text(reason.strip())))
    return doc


def leave_out(doc: Document, action: Document, reason: str) -> None:
    """Leave a customer out of the action, who then is neither told nor counted.

    Raises:
        frappe.ValidationError: no reason, or a notice has left.
        GateError: it is under way, and the user has a part in it: leaving out brings it nearer to its targets.
    """
    _check_scope_open(action)
    if doc.is_left_out:
        refuse(_("{0} is left out already.").format(escape_html(doc.customer_name or doc.customer)))
    if action.stage == "under_way":
        _check_second_person(action)
    if blank(reason):
        refuse(_("Reason: write why the customer is left out."))
    if wrong := too_long(_("Reason"), reason, LONGEST_REMARK):
        refuse(*wrong)
    if doc.sent_at or doc.acknowledged_at:
        refuse(
            _("{0} has been told already and is not left out any more.").format(
                escape_html(doc.customer_name or doc.customer)
            )
        )
    if frappe.db.get_value(
        NOTICE, {"field_action_customer": doc.name, "state": QUEUED}, "name", for_update=True
    ):
        refuse(
            _("{0} is not left out any more: a notice waits in the queue.").format(
                escape_html(doc.customer_name or doc.customer)
            )
        )
    doc.is_left_out, doc.left_out_reason, doc.left_out_by = 1, reason.strip(), frappe.session.user
    store(doc)
    if action.stage != "under_way":
        _keep_part(action)
    refresh_figures(action.name)
    timeline.note_on(
        action, line("Customer left out: {0}. {1}", Text(doc.customer_name), Text(reason.strip()))
    )


def take_in_again(doc: Document, action: Document) -> None:
    """Take a customer in again who was left out."""
    _check_scope_open(action)
    doc.is_left_out, doc.left_out_reason, doc.left_out_by = 0, None, None
    store(doc)
    _keep_part(action)
    refresh_figures(action.name)
    timeline.note_on(action, line("Customer taken in again: {0}", Text(doc.customer_name)))


def changed_by_hand(action: str) -> list[dict[str, Any]]:
    """Who was added to an action and left out of it by hand, with quantities and reasons: what an approval is given for beside the scope."""
    return [
        {
            "customer": doc.customer,
            "added": doc.added_reason if doc.is_added else None,
            "quantities": [[row.item_code, flt(row.at_risk), row.uom] for row in doc.quantities],
            "left_out": doc.left_out_reason if doc.is_left_out else None,
        }
        for doc in all_of(action, is_locked=True)
        if doc.is_added or doc.left_out_by
    ]


def kept_key(*parts: str) -> str:
    """What is there once, as its unique field keeps it; a longer one by its digest, so that no two become the same."""
    key = ":".join(parts)
    return key if len(key) <= _LONGEST_KEY else sha256(key.encode()).hexdigest()


def store(doc: Document) -> None:
    """Save a customer, whose state follows from what is known."""
    doc.state = customer_state(doc)
    storing.save_by_app(doc)


def customer_state(doc: Document) -> str:
    if doc.is_left_out:
        return LEFT_OUT
    if doc.acknowledged_at:
        return ACKNOWLEDGED
    if doc.opened_at:
        return NOTICE_OPENED
    if doc.sent_at:
        return NOTICE_SENT
    if doc.name and frappe.db.exists(NOTICE, {"field_action_customer": doc.name, "state": FAILED}):
        return NOTICE_FAILED
    return TO_BE_TOLD if doc.email or doc.notice_channel else NO_CONTACT


def new_customer(action: Document, customer: str, known: dict[str, Any] | None) -> Document:
    return frappe.get_doc(
        {
            "doctype": CUSTOMER,
            "field_action": action.name,
            "company": action.company,
            "customer": customer,
            "customer_name": (known or {}).get("title") or customer,
            "customer_key": _key(action.name, customer),
        }
    )


def take_contact(doc: Document, known: dict[str, Any] | None, ways: Ways) -> None:
    """Whom to write to or phone, and by which channel where that is not mail."""
    people = (known or {}).get("people") or []
    told = ways.of(known)
    first = next((one for one in people if one["email"]), people[0] if people else {})
    doc.email = first.get("email") or None
    doc.phone = next((one["phone"] for one in people if one["phone"]), None)
    doc.contact_name = first.get("name") or None
    doc.notice_channel = next((way.channel for way in told if way.channel), None)
    language = (known or {}).get("language") or frappe.db.get_default("lang") or "en"
    doc.language = language if frappe.db.exists("Language", language, cache=True) else None


def refresh_figures(action: str) -> dict[str, Any]:
    """Reckon how far an action got, and keep it with the action, which the caller holds: what others have just written counts as well."""
    found = figures_of(all_of(action, is_locked=True))
    values = {name: found[name] for name in ("acknowledged_share", "accounted_share")}
    writing.set_values(DOCTYPE, action, values, "reckoned from its customers")
    return found


def figures_of(docs: Iterable[Document]) -> dict[str, Any]:
    return figures(
        {
            "is_left_out": doc.is_left_out,
            "told": doc.sent_at or doc.opened_at or doc.acknowledged_at,
            "opened_at": doc.opened_at,
            "acknowledged_at": doc.acknowledged_at,
            "quantities": doc.quantities,
        }
        for doc in docs
    )


def _check_scope_open(action: Document) -> None:
    if action.stage not in ("scope", "under_way"):
        refuse(_("Customers are added and left out while the field action stands in Scope or Under Way."))


def _keep_part(action: Document) -> None:
    """Whoever changes the list of customers has a part in the action, and does not judge it."""
    action.flags.list_changed = True
    action.flags.ignore_permissions = True
    action.save()


def _check_second_person(action: Document) -> None:
    own = contributors.authors(action) | {action.handler, action.submitted_by}
    if not may(roles.QUALITY_MANAGER, roles.REGULATORY) or own & {*acting()}:
        frappe.throw(
            gate_code("G6")
            + _("Once it is under way, a Quality Manager or Regulatory Affairs without a part in this field action leaves customers out."),
            GateError,
        )  # fmt: skip


def _key(action: str, customer: str) -> str:
    return kept_key(action, customer)
