"""Who may see what, for queries that no `get_list` runs: role, user permissions, shares and the app's own hooks."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model import get_permitted_fields
from frappe.permissions import get_role_permissions
from frappe.share import get_shared
from pypika.queries import QueryBuilder

from complaint_qms.permissions.query import MatchCondition, list_condition


def permitted(query: QueryBuilder, doctype: str = "Complaint") -> QueryBuilder:
    """Narrow a query to the records of `doctype` that the session's user may read.

    Raises:
        frappe.PermissionError: the user may read none at all.
    """
    if not can_read(doctype):
        # The framework's conditions are empty for somebody who only has single records shared with them.
        return query.where(frappe.qb.DocType(doctype).name.isin(_shared_or_refuse(doctype)))
    sql = list_condition(doctype, frappe.session.user)
    return query.where(MatchCondition(sql)) if sql else query


def check_may_open(report: str) -> None:
    """Whoever may open a report may ask what it tells, by whichever way: its roles, and the right to reports of its records.

    Raises:
        frappe.PermissionError: the session's user may not.
    """
    doc = frappe.get_cached_doc("Report", report)
    if not doc.is_permitted():
        told = _("You may not open the report {0}. Ask for one of its roles.")
    elif not frappe.has_permission(doc.ref_doctype, "report"):
        told = _("You may not open the report {0}. Ask for a role with the right to reports of its records.")
    else:
        return
    frappe.throw(told.format(_(report)), frappe.PermissionError)


def can_read(doctype: str) -> bool:
    """Whether a role of the user's reads records of `doctype`; shares of single records do not count."""
    role = get_role_permissions(frappe.get_meta(doctype))
    return bool(role.get("read") or role.get("select"))


def readable(doctype: str, fields: Iterable[str]) -> list[str]:
    """Those of `fields` that the user's permission levels let them read, in the order given."""
    allowed = set(get_permitted_fields(doctype))
    return [field for field in fields if field in allowed]


def check_reads(fields: Iterable[str]) -> None:
    """A report counts by these fields of a complaint.

    Raises:
        frappe.PermissionError: one of them is above the permission levels of the session's user.
    """
    asked = list(fields)
    hidden = set(asked) - set(readable("Complaint", asked))
    if hidden:
        label = _(frappe.get_meta("Complaint").get_label(min(hidden)))
        told = _("You may not open this report: it counts by {0}, which you may not read.").format(label)
        frappe.throw(told, frappe.PermissionError)


def readable_of(doctype: str) -> set[str]:
    """Names of the fields and tables of `doctype` that the user's permission levels let them read."""
    meta = frappe.get_meta(doctype)
    levels = {0, *meta.get_permlevel_access("read")}
    return {
        *get_permitted_fields(doctype),
        *(f.fieldname for f in meta.get_table_fields() if f.permlevel in levels),
    }


def _shared_or_refuse(doctype: str) -> list[str]:
    shared = get_shared(doctype)
    if not shared:
        frappe.throw(_("No permission to read {0}").format(_(doctype)), frappe.PermissionError)
    return shared
