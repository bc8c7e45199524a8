"""Approvals of field actions were signed in a field of their own: the signatures become records like all others, unchanged."""

import json

import frappe
from frappe.utils import get_datetime

from complaint_qms.constants.field_action import DOCTYPE
from complaint_qms.constants.signatures import SIGNATURE
from complaint_qms.services.signatures.signing import keep_signature

_FIELD = "signature"


def execute() -> None:
    if not frappe.db.has_column(DOCTYPE, _FIELD):
        return
    table = frappe.qb.DocType(DOCTYPE)
    query = frappe.qb.from_(table).select(table.name, table[_FIELD]).where(table[_FIELD].isnotnull())
    there = set(
        frappe.get_all(SIGNATURE, {"document_type": DOCTYPE}, pluck="document_name", order_by="name asc")
    )
    for name, text in query.orderby(table.name).run():
        if text and name not in there:
            given = json.loads(text)
            at = get_datetime(given["signed_at"][:19].replace("T", " "))
            keep_signature(given, "under_way", at, taken=at, identified_by="by_password")
