"""Who sees what the framework keeps about a confidential record (comments, versions, tags, mails, tasks): whoever sees
the record. The framework asks that when it shows them with the record, and not when they are listed by themselves.
"""

from typing import Final

import frappe
from frappe.model.document import Document
from pypika.terms import Criterion, ExistsCriterion

from complaint_qms.constants.about_records import LISTED_APART
from complaint_qms.constants.evidence import TALK
from complaint_qms.constants.personal_data import TALK_IS
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions import kept_facts, personal_data
from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.query import NOTHING, as_text, hidden, in_list, list_condition

# A task is its giver's and its doer's, whether or not they see what it is about.
_OWN: Final = {"ToDo": ("allocated_to", "assigned_by")}


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists of `doctype`; empty where every confidential record is open to `user`."""
    user = user or frappe.session.user
    conditions = {kind: list_condition(kind, user) for kind in QUALITY_RECORDS}
    closed = [kind for kind, condition in conditions.items() if condition]
    table = frappe.qb.DocType(doctype)
    kind_field, name_field = (table[field] for field in LISTED_APART[doctype])
    untold = _telling(doctype, user)
    tells_nothing = kind_field.isnull() | kind_field.notin(untold) if untold else None
    if not closed:
        return f"({as_text(tells_nothing)})" if tells_nothing else ""
    allowed = [kind_field.isnull() | kind_field.notin(closed)]
    allowed += [table[field] == user for field in _OWN.get(doctype, ())]
    allowed += [
        (kind_field == kind) & in_list(kind, name_field, user)
        for kind in closed
        if conditions[kind] != NOTHING
    ]
    return f"({as_text(Criterion.all(filter(None, (Criterion.any(allowed), tells_nothing))))})"


def files(user: str | None = None) -> str:
    """Condition for lists of File: one's own, and those that hang on no record, mail or comment of a hidden one.

    One File is asked for by the framework through the record it hangs on; its lists are not. Whoever may not open the kept facts
    around a unit finds no File of their address.
    """
    user = user or frappe.session.user
    return " and ".join(filter(None, (_hanging(user), _besides_kept_facts(user))))


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one of them."""
    user = user or frappe.session.user
    kind, name = (doc.get(field) for field in LISTED_APART[doc.doctype])
    if kind not in QUALITY_RECORDS or user in [doc.get(field) for field in _OWN.get(doc.doctype, ())]:
        return unless(kind in _telling(doc.doctype, user))
    if kind in _telling(doc.doctype, user):
        return unless(True)
    # A list or an object names nothing that anybody sees.
    return unless(not isinstance(name, str | int | None) or hidden(kind, [name], user))


def _telling(doctype: str, user: str) -> list[str]:
    """DocTypes of the records about which rows of `doctype` say what the user does not read: mails, and versions with their old values."""
    if doctype == "Communication" and not personal_data.sees(TALK_IS, user):
        return list(QUALITY_RECORDS)
    if doctype in ("Deleted Document", "Version"):
        return [*personal_data.kinds_with_hidden(user)]
    return []


def _hanging(user: str) -> str:
    conditions = {kind: list_condition(kind, user) for kind in QUALITY_RECORDS}
    closed = [kind for kind, condition in conditions.items() if condition]
    untold = {doctype: _telling(doctype, user) for doctype in TALK}
    if not closed and not any(untold.values()):
        return ""
    file = frappe.qb.DocType("File")
    shown = [file.owner == user, file.attached_to_doctype.isnull()]
    shown += [
        (file.attached_to_doctype == kind) & in_list(kind, file.attached_to_name, user)
        for kind in closed
        if conditions[kind] != NOTHING
    ]
    of_talk = []
    for doctype in TALK:
        talk = frappe.qb.DocType(doctype)
        kind_field, name_field = (talk[field] for field in LISTED_APART[doctype])
        open_ones = [kind_field.isnull() | kind_field.notin(closed)]
        open_ones += [
            (kind_field == kind) & in_list(kind, name_field, user)
            for kind in closed
            if conditions[kind] != NOTHING
        ]
        found = frappe.qb.from_(talk).select(1).where(talk.name == file.attached_to_name)
        if untold[doctype]:
            found = found.where(kind_field.isnull() | kind_field.notin(untold[doctype]))
        of_talk.append(
            (file.attached_to_doctype == doctype) & ExistsCriterion(found.where(Criterion.any(open_ones)))
        )
    others = file.attached_to_doctype.notin([*closed, *TALK])
    return f"({as_text(Criterion.any([*shown, others, *of_talk]))})"


def _besides_kept_facts(user: str) -> str:
    if kept_facts.may_open(user):
        return ""
    file, kept = frappe.qb.DocType("File"), frappe.qb.DocType("File").as_("kept_facts")
    found = frappe.qb.from_(kept).select(1)
    found = found.where((kept.attached_to_field == kept_facts.KEPT) & (kept.file_url == file.file_url))
    return f"({as_text(ExistsCriterion(found).negate())})"
