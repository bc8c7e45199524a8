"""What the form of a field action shows: the scope as seen, its customers with what became of them, how far it got, the mass balance."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from complaint_qms.constants.field_action import CUSTOMER, NOT_NEEDED, SAID, TAKEN_BACK
from complaint_qms.engine.field_action import counted_twice
from complaint_qms.services.correspondence.composing import why_held_back
from complaint_qms.services.field_action import customers, mailing, mass_balance, notices, scope

_SHOWN = (
    "name", "customer", "customer_name", "state", "contact_name", "email", "phone", "language", "sent_at", "opened_at", "acknowledged_at",
    "road", "answered_by_name", "remark", "calls", "last_call_at", "reminders", "to_phone_since", "is_added", "added_reason", "is_left_out",
    "left_out_reason", "notice_channel", "note", "said_at", "quantities_by", "quantities_at",
)  # fmt: skip
_QUANTITIES = ("idx", "item_code", "item_name", "lots", "uom", "delivered", "returned", "at_risk", "still_held", "to_return", "recovered", "destroyed", "used", "return_document", *SAID.values())  # fmt: skip


def panel(action: Document) -> dict[str, Any]:
    """{scope, changes, balance, customers, not_shown, figures, unsent, may_enter, no_mail, held_back}; customers only whom the user may see."""
    found = customers.all_of(action.name)
    seen = set(
        frappe.get_list(CUSTOMER, {"field_action": action.name}, pluck="name", order_by="name asc", limit=0)
    )
    told = notices.notices_of(action.name)
    by_customer: dict[str, list[dict[str, Any]]] = {}
    for one in told:
        by_customer.setdefault(one.field_action_customer, []).append(one)
    # One that was not needed or was withdrawn is sent once it is asked for again.
    first = {
        one.field_action_customer
        for one in told
        if not one.number and one.state not in (NOT_NEEDED, TAKEN_BACK)
    }
    is_running = action.stage == "under_way" and not cint(action.is_mock)
    shown = [doc for doc in found if doc.name in seen]
    lines = scope.stored_scope(action)
    names = {doc.customer for doc in shown}
    return {
        "changes": [
            one for one in frappe.parse_json(action.scope_changes or "[]") if one["customer"] in names
        ],
        "compared": bool(action.scope_changes),
        "start": lines["start"] if lines else None,
        "balance": mass_balance.stored_balance(action),
        "customers": [
            {field: doc.get(field) for field in _SHOWN}
            | {
                "quantities": [
                    {field: row.get(field) for field in _QUANTITIES} | {"over": counted_twice(row)}
                    for row in doc.quantities
                ],
                "deliveries": frappe.parse_json(doc.deliveries or "[]"),
                "notices": by_customer.get(doc.name, []),
            }
            for doc in shown
        ],
        "not_shown": len(found) - len(shown),
        "figures": customers.figures_of(found),
        "unsent": sum(
            bool(doc.email or doc.notice_channel)
            and not doc.is_left_out
            and not doc.acknowledged_at
            and doc.name not in first
            for doc in found
        )
        if is_running
        else 0,
        "is_running": is_running,
        "may_enter": _may_enter(action),
        "no_mail": mailing.why_no_notice() if is_running else "",
        "held_back": why_held_back() if is_running else "",
    }


def _may_enter(action: Document) -> bool:
    return action.stage in ("scope", "under_way") and bool(
        {*customers.STAFF, "Administrator"} & {*frappe.get_roles(), frappe.session.user}
    )
