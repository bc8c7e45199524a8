"""Roles that an SOP leads work by are roles whose holders may do that work: refused where nobody could."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import get_doctype_roles
from frappe.utils import cint, escape_html

from complaint_qms.constants.assigning import NAMED
from complaint_qms.constants.escalation import REASSIGN
from complaint_qms.services.people.role_holders import holders_of, roles_of

_WORK: Final = "write"
_SEE: Final = "read"
_Asked = tuple[str, int, str, str, str]


def check_acting_roles(sop: Document) -> None:
    """Roles that an SOP and its rows newly name can do what they are named for. A role of the site's own, such as a team, says nothing
    of rights: there the other roles of its holders count, and one that nobody holds yet is let through.

    Raises:
        frappe.ValidationError: naming the field, and the row.
    """
    stored = {_what(one) for one in _asked(before)} if (before := sop.get_doc_before_save()) else set()
    wanted = [one for one in _asked(sop) if _what(one) not in stored]
    if not wanted:
        return
    named = sorted({one[3] for one in wanted})
    desk = set(
        frappe.get_all("Role", {"name": ("in", named), "desk_access": 1}, pluck="name", order_by="name asc")
    )
    rows = frappe.get_meta("Complaint").permissions
    ruled = {row.role for row in rows if not cint(row.permlevel)}
    holders = holders_of(named)
    held = roles_of({user for users in holders.values() for user in users})
    for table, number, field, role, right in wanted:
        able = {*get_doctype_roles("Complaint", right)}
        if role in able:
            continue
        others = holders[role] if role in desk and role not in ruled else None
        if others is not None and (not others or any(held[user] & able for user in others)):
            continue
        _refuse(sop, table, number, field, role, right)


def _asked(sop: Document) -> Iterator[_Asked]:
    """(table, row, field, role, what its holders have to be able to do) of all that an SOP names."""
    yield from _named(
        sop, "", {"escalation_role": _SEE} | ({"at_once_role": _WORK} if cint(sop.allow_at_once) else {})
    )
    for row in sop.stages:
        found = (
            {"responsible_role": _WORK}
            if row.assign_by and row.assign_by != NAMED
            else {"responsible_role": _SEE}
        )
        yield from _named(row, "stages", found | {"escalate_to_role": _SEE, "back_role": _WORK})
    for row in sop.escalation_steps:
        yield from _named(row, "escalation_steps", {"role": _WORK if row.action == REASSIGN else _SEE})


def _named(row: Document, table: str, fields: dict[str, str]) -> Iterator[_Asked]:
    for field, right in fields.items():
        if role := row.get(field):
            yield table, row.idx, field, role, right


def _what(one: _Asked) -> tuple[Any, ...]:
    table, _number, *rest = one
    return table, *rest


def _refuse(sop: Document, table: str, number: int, field: str, role: str, right: str) -> None:
    meta = frappe.get_meta(sop.meta.get_field(table).options) if table else sop.meta
    label = _(meta.get_label(field), context=meta.name)
    if table:
        label = _("{0}, row {1}, {2}").format(_(sop.meta.get_label(table)), number, label)
    said = (
        _("{0}: the role {1} may not work on complaints. Choose a role that may, such as {2}.")
        if right == _WORK
        else _("{0}: the role {1} may not see complaints. Choose a role that may, such as {2}.")
    )
    frappe.throw(said.format(label, frappe.bold(escape_html(_(role))), _("Complaint Manager")))
