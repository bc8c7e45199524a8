"""Keeps with a record who wrote it, so that independence (G6) does not rest on who saved it last.

Versions cannot carry that: a site may switch them off, and their rows can be deleted. The rows here are written by the
server alone, once for each person and part, and are never taken away.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants import contributing
from complaint_qms.constants.contributing import (
    ANSWERABLE,
    ANSWERABLE_FIELD,
    AUTHORS,
    CREATED,
    EDITED,
    FIELD,
    NOT_REVIEWED,
    ROWS,
)
from complaint_qms.constants.fields import (
    CAPA_STAMPS,
    FIELD_ACTION_STAMPS,
    INVESTIGATION_STAMPS,
    ROOT_CAUSE_STAMPS,
)
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.people import hand_over
from complaint_qms.services.people.session_users import acting

STAMPS = {
    "CAPA": CAPA_STAMPS,
    "Field Action": FIELD_ACTION_STAMPS,
    "Investigation": INVESTIGATION_STAMPS,
    "Root Cause": ROOT_CAUSE_STAMPS,
}


def keep_contributors(doc: Document, wrote: bool | None = None) -> None:
    """Put back the list as it is stored, then add who has a part in this save.

    Args:
        wrote: whether the save changes what is under review; found out by the fields of the record when left out.
    """
    before = doc.get_doc_before_save()
    if wrote is None:
        wrote = bool(before) and _changes_content(doc, before)
    doc.set(FIELD, [])
    for row in before.get(FIELD) if before else _of_amended(doc):
        doc.append(FIELD, row)
    for user in acting():
        if not before:
            add(doc, user, CREATED)
        elif wrote:
            add(doc, user, EDITED)
    for user in sorted(_answerable(doc) | (_answerable(before) if before else set())):
        add(doc, user, ANSWERABLE)


def add(doc: Document, user: str, part: str) -> None:
    """Add a person with a part, once."""
    if all((row.user, row.part) != (user, part) for row in doc.get(FIELD)):
        doc.append(FIELD, {"user": user, "part": part, "since": now_datetime()})


def submitted(doc: Document) -> None:
    """The session's user sends the record to whoever judges it."""
    for user in acting():
        add(doc, user, contributing.SUBMITTED)


def authors(doc: Document | dict[str, Any]) -> set[str]:
    """Everybody who wrote, owned or submitted a record."""
    return {row.get("user") for row in doc.get(FIELD) or [] if row.get("part") in AUTHORS}


def authors_of(doctype: str, names: Iterable[str]) -> dict[str, set[str]]:
    """The same for many records; one query."""
    parts = parts_of(doctype, names)
    return defaultdict(set, {name: authors({FIELD: rows}) for name, rows in parts.items()})


def parts_of(doctype: str, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of many records, by record; one query."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = frappe.get_all(
        ROWS,
        filters={"parenttype": doctype, "parent": ("in", sorted(names) or [""])},
        fields=["parent", "user", "part", "since"],
        order_by="parent asc, idx asc",
    )
    for row in rows:
        found[row.pop("parent")].append(row)
    return found


def check_hand_over(doc: Document) -> None:
    """Who is answerable for a record is changed by a manager, by whoever is, or by the superior of somebody absent; an
    empty place anybody may fill.

    Raises:
        frappe.PermissionError: the user is neither.
    """
    field, before = ANSWERABLE_FIELD[doc.doctype], doc.get_doc_before_save()
    if not before or not before.get(field) or before.get(field) == doc.get(field):
        return
    hand_over.check_hand_over(doc, before.get(field))
    if doc.meta.has_field(FIELD):
        add(doc, frappe.session.user, contributing.HANDED_OVER)


def tell_hand_over(doc: Document) -> None:
    """After such a change: the timeline says who made it."""
    field, before = ANSWERABLE_FIELD[doc.doctype], doc.get_doc_before_save()
    if before:
        hand_over.tell_hand_over(doc, before.get(field), doc.get(field))


def _of_amended(doc: Document) -> list[dict[str, Any]]:
    """An amendment says what its cancelled original said, so the authors of that are its authors too."""
    origin = doc.get("amended_from")
    return parts_of(doc.doctype, [origin])[origin] if origin else []


def _changes_content(doc: Document, before: Document) -> bool:
    aside = {*NOT_REVIEWED[doc.doctype], *STAMPS[doc.doctype], ANSWERABLE_FIELD[doc.doctype]}
    return bool(set(guard.changed_fields(doc, before)) - aside)


def _answerable(doc: Document) -> set[str]:
    field = ANSWERABLE_FIELD.get(doc.doctype)
    found = {doc.get(field)} if field else set()
    if doc.doctype == "CAPA":
        found |= {row.action_owner for row in doc.get("actions")}
    return {user for user in found if user}
