"""Names that who writes a record may choose in its link fields, where ERPNext gives the role no right to look at them.

A right to choose would open more than names: the framework's lists let through every second field that it does not cover
(hourly costs of a workstation, terms of a contract). So the names alone are given, by our own search.
"""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.permissions import get_role_permissions
from frappe.query_builder import Order

from complaint_qms.constants.records import PARENTS, ROWS
from complaint_qms.permissions.query import MatchCondition, restrictions

# DocType → fields that a form may narrow its choice by; no others, because an answer to them would tell their values.
NARROWED_BY: Final[dict[str, tuple[str, ...]]] = {
    "Account": ("company", "is_group", "root_type"),
    "Company": (),
    "Contract": (),
    "Customer": (),
    "Customer Group": (),
    "Serial No": ("item_code",),
    "Supplier": (),
    "Webhook": ("webhook_doctype",),
    "Work Order": ("company",),
    "Workstation": (),
}
_OUT_OF_USE: Final = "disabled"


def by_name_alone(doctype: str) -> bool:
    """Whether the session's user chooses records of a DocType by name: they may not look at them, and write what names them."""
    if doctype not in NARROWED_BY or any(
        frappe.has_permission(doctype, right) for right in ("select", "read")
    ):
        return False
    return any(frappe.has_permission(kind, "write") for kind in _naming(doctype))


def names(
    doctype: str, text: str, filters: dict[str, Any], start: int, count: int, form: str | None = None
) -> list[tuple[str, ...]]:
    """(name, title) of those that match a text, within the user's own restrictions; one query.

    Args:
        form: DocType in whose form they are chosen.
    """
    meta, table = frappe.get_meta(doctype), frappe.qb.DocType(doctype)
    title = table[meta.title_field] if meta.title_field else None
    shown = [table.name] if title is None else [table.name, title]
    like = f"%{text}%"
    matches = table.name.like(like) if title is None else table.name.like(like) | title.like(like)
    query = frappe.qb.from_(table).select(*shown).where(matches)
    for field in NARROWED_BY[doctype]:
        wanted = _wanted(filters.get(field))
        if wanted:
            query = query.where(table[field].isin(wanted))
    if meta.has_field(_OUT_OF_USE):
        query = query.where(table[_OUT_OF_USE] == 0)
    if kept := restrictions(doctype, frappe.session.user, form):
        query = query.where(MatchCondition(kept))
    return query.orderby(table.name, order=Order.asc).limit(count).offset(start).run()


def not_read() -> list[str]:
    """DocTypes that the app's records name and of which the session's user reads no record, or none but their own."""
    metas = [frappe.get_meta(doctype) for doctype in (*PARENTS, *ROWS)]
    named = {field.options for meta in metas for field in meta.get_link_fields()}
    return sorted(kind for kind in named if not _reads_others(kind))


def is_one(doctype: str, name: str) -> bool:
    """Whether a name that was typed is one the user may choose."""
    table = frappe.qb.DocType(doctype)
    query = frappe.qb.from_(table).select(table.name).where(table.name == name)
    if kept := restrictions(doctype, frappe.session.user):
        query = query.where(MatchCondition(kept))
    return bool(query.limit(1).run())


def _reads_others(doctype: str) -> bool:
    rights = get_role_permissions(frappe.get_meta(doctype))
    return bool(rights.get("read")) and "read" not in rights.get("if_owner", {})


def _wanted(value: Any) -> list[str | int]:
    """Values of a filter: one, or those of ["in", [...]]."""
    if isinstance(value, list) and len(value) == 2 and value[0] == "in" and isinstance(value[1], list):
        return [one for one in value[1] if isinstance(one, str | int)]
    return [value] if isinstance(value, str | int) and value != "" else []


def _naming(doctype: str) -> set[str]:
    """Records of the app that name records of a DocType, in a field of their own or of their rows."""
    found = set()
    for kind in PARENTS:
        meta = frappe.get_meta(kind)
        tables = [
            frappe.get_meta(field.options) for field in meta.get_table_fields() if field.options in ROWS
        ]
        fields = [field for table in (meta, *tables) for field in table.get_link_fields()]
        if any(field.options == doctype and not field.read_only for field in fields):
            found.add(kind)
    return found
