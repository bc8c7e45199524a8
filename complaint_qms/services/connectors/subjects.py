"""What a system is asked about: an item, a batch, a complaint, an investigation, and what its request is filled in with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Criterion, Table
from frappe.utils import get_url_to_form

from complaint_qms.constants.connectors import (
    ABOUT,
    ACTION,
    BATCH,
    COMPLAINT,
    FORMS,
    INVESTIGATION,
    ITEM,
    MERGE_FIELDS,
)
from complaint_qms.integrations.erpnext.lots import lot_of_batch
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.tags import without_tags


@dataclass(frozen=True)
class Subject:
    """Attributes:
    links: fields of a call or a fact that name what it is about.
    """

    about: str
    name: str
    links: Mapping[str, str]


def is_about(table: Table, subjects: Iterable[Subject]) -> Criterion:
    """Condition for calls or facts to be about one of these: by the links, which follow a record that is renamed."""
    return Criterion.any((table.about == one.about) & (table[one.about] == one.name) for one in subjects)


def subjects_of(doc: Document) -> list[Subject]:
    """What facts are shown for on the form of a complaint or an investigation: itself, its item and its batch."""
    own = FORMS[doc.doctype]
    found = [Subject(own, doc.name, {own: doc.name})]
    if doc.item_code:
        found.append(Subject(ITEM, doc.item_code, {ITEM: doc.item_code}))
    if doc.batch_no:
        links = {BATCH: doc.batch_no} | ({ITEM: doc.item_code} if doc.item_code else {})
        found.append(Subject(BATCH, doc.batch_no, links))
    return found


def subject_named(about: str, name: str) -> Subject:
    """By the name of an item, a batch, a complaint or an investigation, which the user may read.

    Raises:
        frappe.ValidationError: there is none of the name.
    """
    doctype = ABOUT[about]
    if about == ACTION:
        capa = name and frappe.db.get_value(doctype, name, "parent")
        if not capa:
            refuse(_("There is no {0} “{1}”.").format(_(doctype), frappe.utils.escape_html(name[:140])))
        frappe.get_doc("CAPA", capa).check_permission("read")
        return Subject(about, name, {about: name, "capa": capa})
    if not name or not frappe.db.exists(doctype, name):
        refuse(_("There is no {0} “{1}”.").format(_(doctype), frappe.utils.escape_html(name[:140])))
    if about in FORMS.values():
        frappe.get_doc(doctype, name).check_permission("read")
    return _subject(about, name)


def subject_known(about: str, name: str) -> Subject | None:
    """By a name that a system has sent, as the site writes it; None where there is none."""
    found = frappe.db.get_value(ABOUT[about], name, "name")
    return _subject(about, found) if found else None


def subject_of_issue(doc: Document, action: str) -> Subject:
    """An investigation, or an action of a CAPA by the name of its row.

    Raises:
        frappe.ValidationError: the CAPA has no such action.
    """
    if doc.doctype == "Investigation":
        return Subject(INVESTIGATION, doc.name, {INVESTIGATION: doc.name})
    if action not in [row.name for row in doc.actions]:
        refuse(_("Choose an action of {0}.").format(frappe.utils.escape_html(doc.name)))
    return Subject(ACTION, action, {ACTION: action, "capa": doc.name})


def subject_of_call(row: Mapping[str, Any]) -> Subject | None:
    """What a stored call is about; None where it is gone."""
    about = row.get("about")
    name = row.get(about) if about else None
    if not name or not frappe.db.exists(ABOUT[about], name):
        return None
    fields = (ITEM, BATCH, COMPLAINT, INVESTIGATION, ACTION, "capa")
    return Subject(about, name, {field: row.get(field) for field in fields if row.get(field)})


def merge_values(subject: Subject) -> dict[str, Any]:
    """Merge field → value."""
    names = MERGE_FIELDS[subject.about]
    if subject.about in (ITEM, BATCH):
        return {name: subject.links.get(name, "") for name in names}
    if subject.about == ACTION:
        return _of_action(subject)
    doctype = ABOUT[subject.about]
    own = {subject.about: subject.name, "link": get_url_to_form(doctype, subject.name)}
    read = [name for name in names if name not in own and name != "key"]
    row = frappe.db.get_value(doctype, subject.name, read, as_dict=True) or {}
    return {name: own[name] if name in own else _plain(row.get(name)) for name in names}


def _of_action(subject: Subject) -> dict[str, Any]:
    capa = subject.links["capa"]
    row = frappe.db.get_value(
        "CAPA Action", subject.name, ["action", "action_type", "due_date"], as_dict=True
    )
    of_capa = frappe.db.get_value("CAPA", capa, ["title", "item_code", "batch_no"], as_dict=True)
    values = {**(of_capa or {}), **(row or {}), "capa": capa, "link": get_url_to_form("CAPA", capa)}
    return {name: _plain(values.get(name)) for name in MERGE_FIELDS[ACTION]}


def _plain(value: Any) -> Any:
    return " ".join(without_tags(value).split()) if isinstance(value, str) else value


def _subject(about: str, name: str) -> Subject:
    lot = lot_of_batch(name) if about == BATCH else None
    return Subject(about, name, {about: name} | ({ITEM: lot.item} if lot else {}))
