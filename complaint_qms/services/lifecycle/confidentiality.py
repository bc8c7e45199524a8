"""A complaint is made confidential, its people are changed, it is open again: who may say so, and what follows."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import get_role_permissions
from frappe.utils import escape_html

from complaint_qms.constants.confidential import FLAG, KEEPERS, LIFTING, PEOPLE, REASON
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions import confidential, shares
from complaint_qms.services.people.absence import absent_users
from complaint_qms.services.people.assignees import not_named
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.source_defaults import check_role

_FOLLOW = "Document Follow"


def keep_confidential(doc: Document) -> None:
    """Whoever registers a complaint may do so confidentially; of a stored one `KEEPERS` alone say whether it is and who sees it.

    Raises:
        frappe.PermissionError: the session's user has none of these roles.
        frappe.ValidationError: names the field and what it lacks.
    """
    before = doc.get_doc_before_save()
    was = bool(before and before.get(FLAG))
    if not doc.get(FLAG):
        if was:
            _lift(doc)
        doc.set(PEOPLE, [])
        doc.set(REASON, None)
        return
    doc.set(LIFTING, None)
    if not was:
        _name_author(doc)
    _once_each(doc)
    named, known = _people(doc), _people(before) if was else set()
    is_changed = not was or named != known or doc.get(REASON) != before.get(REASON)
    if before and is_changed:
        check_role(_("say whether a complaint is confidential and who sees it"), *KEEPERS)
    if is_changed:
        _check_named(doc, named, named - known)
    if is_changed or doc.has_value_changed("complaint_owner"):
        _check_handler(doc, named)
    if doc.duplicate_of and doc.has_value_changed("duplicate_of"):
        _check_original(doc)


def follow_confidential(doc: Document) -> None:
    """Once it is stored: what this request knows is asked anew, and what shares and following gave to others is taken back."""
    before = doc.get_doc_before_save()
    was = bool(before and before.get(FLAG))
    if not was and not doc.get(FLAG):
        return
    confidential.forget_confidential()
    frappe.db.after_rollback.add(confidential.forget_confidential)
    if doc.get(FLAG) and before and (not was or _people(doc) != _people(before)):
        shares.take_back()
        _stop_following()


def is_keeper() -> bool:
    """Whether the session's user says of stored complaints whether they are confidential and who sees them."""
    return bool(set(KEEPERS) & set(frappe.get_roles()))


def _lift(doc: Document) -> None:
    check_role(_("say whether a complaint is confidential and who sees it"), *KEEPERS)
    if not (doc.get(LIFTING) or "").strip():
        refuse(
            _("{0}: say why the complaint is no longer confidential.").format(_(doc.meta.get_label(LIFTING)))
        )


def _name_author(doc: Document) -> None:
    user = frappe.session.user
    is_colleague = frappe.get_cached_value("User", user, "user_type") == "System User"
    if user != "Administrator" and is_colleague and user not in _people(doc):
        doc.append(PEOPLE, {"user": user})


def _once_each(doc: Document) -> None:
    seen: set[str] = set()
    rows = [row for row in doc.get(PEOPLE) if row.user and not (row.user in seen or seen.add(row.user))]
    doc.set(PEOPLE, rows)


def _check_named(doc: Document, named: set[str], new: set[str]) -> None:
    label = _(doc.meta.get_label(PEOPLE))
    if not (doc.get(REASON) or "").strip():
        refuse(_("{0}: say why the complaint is confidential.").format(_(doc.meta.get_label(REASON))))
    if not named:
        refuse(_("{0}: name those who are to see the confidential complaint.").format(label))
    for user in sorted(new):
        if sentence := _objection(doc, user):
            refuse(sentence.format(label, escape_html(user)))
    if not any(set(KEEPERS) & set(frappe.get_roles(user)) for user in named):
        refuse(
            _("{0}: name somebody with one of the roles {1}, who can open the complaint to others again.").format(
                label, comma_list([_(role) for role in KEEPERS])
            )
        )  # fmt: skip


def _objection(doc: Document, user: str) -> str:
    if user == "Guest" or not frappe.db.exists("User", user):
        return _("{0}: there is no user {1}.")
    if absent_users([user]):
        return _("{0}: {1} cannot sign in.")
    if user != "Administrator" and not get_role_permissions(doc.meta, user=user).get("read"):
        return _("{0}: no role of {1} may read complaints.")
    if not shares.within_companies(doc.doctype, doc.company, user):
        return _("{0}: {1} is kept to other companies.")
    return ""


def _check_handler(doc: Document, named: set[str]) -> None:
    user = doc.complaint_owner
    if user and user != "Administrator" and user not in named:
        refuse(not_named().format(_(doc.meta.get_label("complaint_owner")), escape_html(user)))


def _check_original(doc: Document) -> None:
    if doc.duplicate_of not in confidential.all_confidential():
        refuse(
            _("{0}: {1} is not confidential, so that others would read there what this complaint says. Make it confidential first.").format(
                _(doc.meta.get_label("duplicate_of")), escape_html(doc.duplicate_of)
            )
        )  # fmt: skip


def _people(doc: Document) -> set[str]:
    return {row.user for row in doc.get(PEOPLE) or () if row.user}


def _stop_following() -> None:
    """Mails about every change go to nobody who does not see the record."""
    fields = ["name", "user", "ref_doctype", "ref_docname"]
    rows = frappe.get_all(_FOLLOW, {"ref_doctype": ("in", QUALITY_RECORDS)}, fields, order_by="name asc")
    for doctype in {row.ref_doctype for row in rows}:
        some = [row for row in rows if row.ref_doctype == doctype]
        behind = confidential.resting_on(doctype, {row.ref_docname for row in some})
        for row in some:
            if behind.get(row.ref_docname, set()) & confidential.closed_to(row.user):
                frappe.delete_doc(_FOLLOW, row.name, ignore_permissions=True)
