"""Who sees which field action: whoever sees every complaint behind it, and every customer in it.

Its scope, timeline, versions and print name all of its customers with what they hold, and none of these can leave single ones out.
Whom user permissions keep to some customers therefore sees an action that names no others.
"""

from __future__ import annotations

from typing import Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import CustomFunction
from frappe.query_builder.functions import Coalesce
from pypika.terms import Criterion, ExistsCriterion

from complaint_qms.constants.field_action import CUSTOMER, DOCTYPE
from complaint_qms.permissions import records
from complaint_qms.permissions.query import MatchCondition, as_text, restrictions

_LENGTH: Final = CustomFunction("json_length", ["document", "path"])


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing."""
    user = user or frappe.session.user
    parts = [records.query(user, DOCTYPE)]
    # What keeps somebody from customers keeps them from what their records of the action tell.
    if kept := restrictions("Customer", user, CUSTOMER):
        parts.append(as_text(_names_others(kept).negate()))
    return " and ".join(f"({part})" for part in parts if part)


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record, as it is stored and as it was sent."""
    return records.document(doc, ptype, user)


def _names_others(kept: str) -> Criterion:
    """An action that names a customer whom the condition `kept` leaves out."""
    action, told, customer = (frappe.qb.DocType(name) for name in (DOCTYPE, CUSTOMER, "Customer"))
    seen = frappe.qb.from_(customer).select(1).where((customer.name == told.customer) & MatchCondition(kept))
    others = (
        frappe.qb.from_(told)
        .select(1)
        .where((told.field_action == action.name) & ExistsCriterion(seen).negate())
    )
    # Who has given everything back stands in the scope and may have no record: nobody can say here who that is.
    in_scope = Coalesce(_LENGTH(action.scope, "$.customers"), 0)
    return ExistsCriterion(others) | (in_scope > Coalesce(action.scope_customers, 0))
