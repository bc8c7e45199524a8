"""Who may be named for a piece of work: somebody who can sign in, may change the record, and is no auditor."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import get_doctype_roles
from frappe.query_builder import Order
from frappe.utils import escape_html
from frappe.utils.nestedset import get_ancestors_of

from complaint_qms.constants.contributing import ANSWERABLE_FIELD
from complaint_qms.permissions import confidential
from complaint_qms.permissions.auditor import is_auditor
from complaint_qms.services.people.absence import absent, absent_users
from complaint_qms.services.people.system_users import system_users


def check_assignee(doc: Document) -> None:
    """Whoever this save newly names can do the work of the record.

    Raises:
        frappe.ValidationError: an absent user, an auditor, or somebody who may not change this record.
    """
    field = ANSWERABLE_FIELD.get(doc.doctype)
    user = doc.get(field) if field else None
    # History names who did the work then; what is named in it since is no history.
    if not user or (doc.flags.by_import and doc.get("is_migrated")) or not _is_new(doc, field):
        return
    if sentence := objection(doc, user):
        frappe.throw(sentence.format(_(doc.meta.get_label(field)), frappe.bold(escape_html(user))))


def take_up(doc: Document, role: str) -> None:
    """Whoever makes a record that nobody is named for, and leads such work by `role`, is named for it where they may be."""
    field, user = ANSWERABLE_FIELD[doc.doctype], frappe.session.user
    if doc.get(field) or frappe.flags.in_import or user == "Administrator" or role not in frappe.get_roles():
        return
    if not objection(doc, user):
        doc.set(field, user)


def check_responsible(sop: Document) -> None:
    """Users whom the stages of an SOP newly name can sign in and see complaints.

    Raises:
        frappe.ValidationError: naming the row.
    """
    before = sop.get_doc_before_save()
    known = {row.responsible_user for row in before.stages} if before else set()
    rows = [row for row in sop.stages if row.responsible_user and row.responsible_user not in known]
    absent = absent_users({row.responsible_user for row in rows})
    for row in rows:
        user = row.responsible_user
        if user in absent or not frappe.has_permission("Complaint", "write", user=user):
            frappe.throw(
                _(
                    "Stages, row {0}: {1} cannot sign in or may not change complaints. Choose somebody else."
                ).format(row.idx, frappe.bold(escape_html(user)))
            )


def assignable(doctype: str, text: str, start: int, count: int) -> list[tuple[str, str]]:
    """(user, full name) of those who may be named for a record of `doctype`, for a link field; one query.

    Whether they may see the record's company or customer is asked when it is saved.
    """
    able = get_doctype_roles(doctype, "write")
    user, has_role = frappe.qb.DocType("User"), frappe.qb.DocType("Has Role")
    holders = (
        frappe.qb.from_(has_role)
        .select(has_role.parent)
        .where(has_role.role.isin(able or [""]) & (has_role.parenttype == "User"))
    )
    like, gone = f"%{text}%", absent(user.as_("gone"))
    return (
        frappe.qb.from_(user)
        .select(user.name, user.full_name)
        .where(system_users(user) & (user.enabled == 1) & user.name.isin(holders) & user.name.notin(gone))
        .where(user.name.like(like) | user.full_name.like(like))
        .orderby(user.full_name, user.name, order=Order.asc)
        .limit(count)
        .offset(start)
    ).run()


def objection(doc: Document, user: str) -> str | None:
    """Why somebody is not named for a record, as a translated sentence with places for field and user; None when they may be."""
    if user == "Administrator" or not frappe.db.exists("User", user):
        return None  # the link to nobody is refused by the framework
    if sentence := unable(user):
        return sentence
    if not frappe.has_permission(doc.doctype, "write", doc=doc, user=user):
        if confidential.is_closed_as_sent(doc, user):
            return not_named()
        return _(
            "{0}: {1} may not change this record: the role or the right to its company or customer is missing. Choose somebody else."
        )
    return None


def not_named() -> str:
    """Why somebody is not named for what belongs to a confidential complaint, as a sentence like that of `objection`."""
    return _(
        "{0}: {1} is not among those who see the confidential complaint. Name them there too, or choose somebody who is."
    )


def first_able(doc: Document, users: Iterable[str]) -> str | None:
    """The first of the users who may be named for a record. All are asked before it is nobody; those who are kept to other companies
    come last, so that a site of many companies does not ask each of them for the rights first."""
    ranked = list(users)
    elsewhere = _kept_elsewhere(doc, ranked)
    asked = sorted(ranked, key=lambda user: user in elsewhere)
    return next((user for user in asked if objection(doc, user) is None), None)


def unable(user: str) -> str | None:
    """Why somebody takes part in no record at all, as a sentence like that of `objection`."""
    if user == "Guest" or absent_users([user]):
        return _("{0}: {1} cannot sign in or has left. Choose somebody else.")
    if is_auditor(user):
        return _("{0}: {1} is an auditor, who changes nothing. Choose somebody else.")
    return None


def _kept_elsewhere(doc: Document, users: list[str]) -> set[str]:
    """Those of the users whose User Permissions name companies, and not this record's or one above it; two queries at most."""
    company = doc.get("company")
    if not company or len(users) < 2:
        return set()
    rows = frappe.get_all(
        "User Permission",
        {"user": ("in", users), "allow": "Company"},
        ["user", "for_value", "applicable_for"],
        order_by="name asc",
    )
    rows = [row for row in rows if row.applicable_for in (None, "", doc.doctype)]
    if not rows:
        return set()
    own = {company, *get_ancestors_of("Company", company)}
    return {row.user for row in rows} - {row.user for row in rows if row.for_value in own}


def _is_new(doc: Document, field: str) -> bool:
    before = doc.get_doc_before_save()
    return not before or before.get(field) != doc.get(field)
