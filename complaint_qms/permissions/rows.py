"""Who sees which rows of the app's tables, when they are listed by themselves: those of the records they may list.

The framework asks only whether somebody may read records of the parent's kind at all.
"""

import frappe

from complaint_qms.permissions.query import NOTHING, list_condition


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for a list of rows of `doctype`; empty where every record around them is open to `user`."""
    user = user or frappe.session.user
    if user == "Administrator":
        return ""
    holders = frappe.get_all(
        "DocField",
        filters={"options": doctype, "fieldtype": ("in", frappe.model.table_fields)},
        pluck="parent",
        order_by="parent asc",
    )
    conditions = {holder: list_condition(holder, user) for holder in set(holders)}
    if conditions and not any(conditions.values()):
        return ""
    parts = [_rows_of(doctype, holder, condition) for holder, condition in sorted(conditions.items())]
    return f"({' or '.join(parts)})" if parts else NOTHING


def _rows_of(doctype: str, holder: str, condition: str) -> str:
    ours = f"`tab{doctype}`.`parenttype` = {frappe.db.escape(holder)}"
    if not condition or condition == NOTHING:
        return f"({ours}{' and ' + condition if condition else ''})"
    return f"({ours} and `tab{doctype}`.`parent` in (select `tab{holder}`.`name` from `tab{holder}` where {condition}))"
