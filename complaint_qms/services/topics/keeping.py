"""What is written of topics and of the terms of complaints, and by whom. Nothing here loads arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime
from pypika import Parameter
from pypika.terms import Values

from complaint_qms.constants.topics import TERMS, TOPIC
from complaint_qms.services import writing

_GIVEN: Final = ("topic_name",)
"""Fields of a topic that a person writes."""
_AUTHOR: Final = "Administrator"
_WRITTEN: Final = ("modified", "language", "terms", "topic_share", "tone")
_COLUMNS: Final = ("name", "creation", "owner", "modified_by", *_WRITTEN)


class Read(NamedTuple):
    """What was read off a complaint's text.

    Attributes:
        complaint: its name.
        language: of `engine.topics.terms.LANGUAGES`.
        terms: numbers of the vocabulary, ascending.
        topic: name of the topic, None where it speaks of none.
        share: of the topic in what it says about all, 0 … 1.
        tone: −1 … 1.
        sentiment: negative, neutral or positive.
    """

    complaint: str
    language: str
    terms: Sequence[int]
    topic: str | None
    share: float
    tone: float
    sentiment: str


def keep_read(read: Sequence[Read], before: dict[str, tuple[str | None, str | None]]) -> None:
    """Write what was read off complaints; of the complaints themselves only those whose topic or tone is another.

    Args:
        before: complaint → its topic and tone as stored.
    """
    if not read:
        return
    now = now_datetime()
    rows = [
        (one.complaint, now, _AUTHOR, _AUTHOR, now, one.language, numbers_as_text(one.terms), round(one.share, 4), one.tone)
        for one in read
    ]  # fmt: skip
    places = [Parameter("%s")] * len(_COLUMNS)
    query = frappe.qb.into(frappe.qb.DocType(TERMS)).columns(*_COLUMNS).insert(*[places] * len(rows))
    for column in _WRITTEN:
        query = query.on_duplicate_key_update(column, Values(column))
    frappe.db.sql(query.get_sql(), [value for row in rows for value in row])
    changed = {
        one.complaint: {"topic": one.topic, "sentiment": one.sentiment}
        for one in read
        if before.get(one.complaint) != (one.topic, one.sentiment)
    }
    writing.set_many("Complaint", changed, "read for its topic")


def drop_of_none() -> None:
    """Terms of complaints that there are no longer: those of a demo that was removed."""
    kept, complaint = frappe.qb.DocType(TERMS), frappe.qb.DocType("Complaint")
    query = frappe.qb.from_(kept).left_join(complaint).on(complaint.name == kept.name)
    names = query.select(kept.name).where(complaint.name.isnull()).run(pluck=True)
    if names:
        frappe.db.delete(TERMS, {"name": ("in", names)})


def drop_confidential(complaint: Document) -> None:
    """A complaint that has become confidential loses its topic and terms, and its topic it as an example."""
    if not complaint.confidential:
        return
    frappe.db.delete(TERMS, {"name": complaint.name})
    why = "confidential"
    writing.set_values("Complaint", complaint.name, {"topic": None, "sentiment": None}, why)
    complaint.topic = complaint.sentiment = None
    shown = frappe.get_all(TOPIC, {"example": complaint.name}, pluck="name", order_by="name asc")
    writing.set_where(TOPIC, shown, {"example": None}, why)


def numbers_as_text(numbers: Iterable[int]) -> str:
    """Numbers of terms as they are stored."""
    return " ".join(map(str, numbers))


def check_topic(doc: Document) -> None:
    """A person gives a topic its name; what else a request sends is put back.

    Raises:
        frappe.PermissionError: somebody makes one.
        frappe.ValidationError: the name is empty.
    """
    if doc.flags.by_fit:
        return
    stored = doc.get_doc_before_save()
    if not stored:
        frappe.throw(_("Topics are found in the texts of complaints; nobody makes one."), frappe.PermissionError)  # fmt: skip
    for field in doc.meta.get("fields"):
        if field.fieldname not in _GIVEN and field.fieldtype not in frappe.model.no_value_fields:
            doc.set(field.fieldname, stored.get(field.fieldname))
    doc.set("words", stored.get("words"))
    doc.topic_name = " ".join((doc.topic_name or "").split())
    doc.renamed = int(bool(stored.renamed) or doc.topic_name != stored.topic_name)
    if not doc.topic_name:
        frappe.throw(_("Name: a topic needs one. Write what its complaints speak of."))


def check_fit(doc: Document) -> None:
    """Raises:
    frappe.PermissionError: somebody else than the weekly job makes or changes a fit.
    """
    if not doc.flags.by_fit:
        frappe.throw(_("What was found in texts is written by the weekly reading alone."), frappe.PermissionError)  # fmt: skip


def refuse_topic_deletion() -> None:
    """Raises:
    frappe.ValidationError: always: complaints name their topic, whenever it was found.
    """
    frappe.throw(_("Topics and what they were found by are kept: complaints name them. Rename a topic instead."))  # fmt: skip


def as_document(doctype: str, name: str | None = None) -> Any:
    """A topic or fit that the job writes."""
    doc = frappe.get_doc(doctype, name) if name else frappe.new_doc(doctype)
    doc.flags.by_fit = doc.flags.ignore_permissions = True
    return doc
