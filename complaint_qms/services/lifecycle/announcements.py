"""Says what a save made of a record: registered, moved, decided, answered, handed over. Called when it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from frappe.model.document import Document

from complaint_qms.constants.contributing import ANSWERABLE_FIELD
from complaint_qms.constants.events import ANSWERED, CHANGED, DECIDED, GRAVE, HANDED_OVER, MOVED, REGISTERED
from complaint_qms.constants.fields import COMPLAINT_STAMPS
from complaint_qms.services.events import Event, announce, is_heard

_DECIDED_BY = "_decided_by"
_NO_VALUES = ("Section Break", "Column Break", "Tab Break", "HTML", "Button", "Table", "Table MultiSelect")
_GRAVENESS = ("severity", "harm_level")
_DECISIONS = tuple(name for name in COMPLAINT_STAMPS if name.endswith(_DECIDED_BY))


def saved(doc: Document) -> None:
    """Announce what happened to a quality record by the save that is just being stored."""
    announce(_happened(doc))


def registered(docs: list[Document]) -> None:
    """Announce complaints that were stored past their own save: those of an import, which gives nobody a task."""
    announce(next(_of_new(doc)) for doc in docs)


def _happened(doc: Document) -> Iterator[Event]:
    before = doc.get_doc_before_save()
    if not before:
        yield from _of_new(doc)
        return
    handed = list(_handed_over(doc, before.get(ANSWERABLE_FIELD.get(doc.doctype, ""))))
    if before.get("stage") != doc.get("stage"):
        data = {"origin": before.stage, "target": doc.stage}
        yield Event(
            MOVED, doc.doctype, doc.name, data | {"handed_to": handed[0].data["new"] if handed else None}
        )
    yield from handed
    if doc.doctype == "Complaint":
        if is_heard(CHANGED) and (old := _changed(doc, before)):
            yield Event(CHANGED, doc.doctype, doc.name, {"old": old})
        for name in _DECISIONS:
            if doc.get(name) and doc.get(name) != before.get(name):
                yield Event(DECIDED, doc.doctype, doc.name, {"decision": name.removesuffix(_DECIDED_BY)})
        if doc.first_response_at and not before.first_response_at:
            yield Event(ANSWERED, doc.doctype, doc.name, {"at": doc.first_response_at})
        yield from _grave(doc, before)


def _changed(doc: Document, before: Document) -> dict[str, Any]:
    """Values that are others now, tables left out: what they were."""
    fields = (field.fieldname for field in doc.meta.fields if field.fieldtype not in _NO_VALUES)
    return {name: before.get(name) for name in fields if doc.has_value_changed(name)}


def _of_new(doc: Document) -> Iterator[Event]:
    if doc.doctype == "Complaint":
        data = {"channel": doc.channel, "by_import": bool(doc.flags.by_import)}
        yield Event(REGISTERED, doc.doctype, doc.name, data)
        yield from _grave(doc, None)
    yield from _handed_over(doc, None)


def _handed_over(doc: Document, old: str | None) -> Iterator[Event]:
    field = ANSWERABLE_FIELD.get(doc.doctype)
    new = doc.get(field) if field else None
    if (new or None) != (old or None):
        together = {"told_together": True} if doc.flags.told_together else {}
        yield Event(HANDED_OVER, doc.doctype, doc.name, {"field": field, "old": old, "new": new, **together})


def _grave(doc: Document, before: Document | None) -> Iterator[Event]:
    """What is known of how grave a complaint is; of history that is imported nobody has to be told."""
    known = {name: doc.get(name) for name in _GRAVENESS}
    if doc.flags.by_import or doc.is_migrated or not any(known.values()):
        return
    if not before or any(before.get(name) != value for name, value in known.items()):
        yield Event(GRAVE, doc.doctype, doc.name, known | {"company": doc.company, "reasons": []})
