"""The handler of a complaint as the framework's own assignment, so that sidebar, lists, ToDo and Assignment Rule know it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, nowdate

from complaint_qms.constants.events import HANDED_OVER
from complaint_qms.constants.records import ENDED
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce
from complaint_qms.services.people.assignees import objection
from complaint_qms.services.people.hand_over import check_hand_over, tell_hand_over
from complaint_qms.services.record import handler_log

_FIELD = {"Complaint": "complaint_owner"}
# Why a handler was named by whom the framework tells of it.
_ASSIGNED = "assigned"


def follow(events: list[Event]) -> None:
    """Listens to hand-overs: the task goes from who was answerable to who is; an ended record is nobody's task."""
    for event in events:
        if event.doctype not in _FIELD:
            continue
        old, new = event.data["old"], event.data["new"]
        for task in _open_tasks(event.doctype, event.name, [user for user in (old, new) if user]):
            if task.allocated_to == old:
                _set_status(task.name, "Cancelled")
            else:
                new = None  # has it already
        if new:
            _give(event.doctype, event.name, new)


def end_or_resume(events: list[Event]) -> None:
    """Listens to moves: an ended record is nobody's task any more, helpers included; one that was opened again is its
    handler's."""
    for event in events:
        ended = ENDED.get(event.doctype, ())
        if event.doctype not in _FIELD or (event.data["origin"] in ended) == (event.data["target"] in ended):
            continue
        if event.data["target"] in ended:
            for task in _open_tasks(event.doctype, event.name):
                _set_status(task.name, "Closed")
            continue
        handler = frappe.db.get_value(event.doctype, event.name, _FIELD[event.doctype])
        if handler and not _open_tasks(event.doctype, event.name, [handler]):
            _give(event.doctype, event.name, handler)


def helpers_of(complaints: Iterable[str]) -> dict[str, list[str]]:
    """Complaint → those who have an open task of it; one query, none without complaints."""
    names = sorted(complaints)
    found: dict[str, list[str]] = {}
    if names:
        about = {"reference_type": "Complaint", "reference_name": ("in", names), "status": "Open"}
        rows = frappe.get_all("ToDo", about, ["reference_name", "allocated_to"], order_by="creation asc")
        for row in rows:
            found.setdefault(row.reference_name, []).append(row.allocated_to)
    return found


def resume_helpers(doc: Document, since: Any) -> None:
    """A complaint that is separated again: those who helped with it when it was merged have their tasks back. What they had
    closed before stays closed."""
    ended = {
        "reference_type": doc.doctype,
        "reference_name": doc.name,
        "status": "Closed",
        "modified": (">=", since),
        "allocated_to": ("!=", doc.get(_FIELD[doc.doctype]) or ""),
    }
    for name in frappe.get_all("ToDo", ended, pluck="name", order_by="creation asc"):
        _set_status(name, "Open")


@contextmanager
def saving(doc: Document) -> Iterator[None]:
    """While a save of the record tells what it did: what an Assignment Rule does meanwhile is the rule's. A save within it,
    of the same record, is part of it."""
    key = _key(doc)
    outer = _saving().get(key)
    _saving()[key] = False
    try:
        yield
    finally:
        named = _saving().pop(key)
        doc.flags.named_meanwhile = doc.flags.named_meanwhile or named
        if outer is not None:
            _saving()[key] = outer or named


def end_save(doc: Document) -> bool:
    """An Assignment Rule assigns in the midst of a save: the record that is being saved learns its handler and its new
    time of change, or the next save of its form would be refused, or take the handler away again. Whether one did."""
    named = bool(doc.flags.pop("named_meanwhile", False))
    if named:
        doc.update(
            frappe.db.get_value(
                doc.doctype, doc.name, [_FIELD[doc.doctype], "modified", "modified_by"], as_dict=True
            )
        )
    return named


def assigned(todo: Document) -> None:
    """ToDo, after_insert: a record without a handler takes the person it was assigned to, by whatever way (sidebar, list,
    Assignment Rule), where the user may change the record and that person may be named for it. Further people beside a
    handler are helpers."""
    doc = _record(todo)
    if not doc or not todo.allocated_to or todo.status != "Open":
        return
    if doc.get(_FIELD[doc.doctype]) or doc.stage in ENDED[doc.doctype] or objection(doc, todo.allocated_to):
        return
    # The framework asks for sight alone, and takes the rule's name from the request.
    if (todo.assignment_rule and _key(doc) in _saving()) or frappe.has_permission(
        doc.doctype, "write", doc=doc
    ):
        _name(doc, todo.allocated_to, _ASSIGNED)


def keep_ended(todo: Document) -> None:
    """ToDo, before_validate: an Assignment Rule opens again whatever tasks a record has, and gives new ones where it has
    none, each time it is saved or the list applies the rule; those of a record that has ended stay as they were, and a new
    one is done already. What a person gives or opens again by themselves is theirs."""
    if todo.status != "Open" or todo.reference_type not in _FIELD:
        return
    before = todo.get_doc_before_save()
    # The framework opens tasks again past all rights, as no person's request does.
    by_rule = bool(todo.flags.ignore_permissions and (before or todo.assignment_rule))
    status = before.status if before else "Closed"
    if not by_rule or status == "Open" or todo.flags.of_handler or todo.flags.by_service:
        return
    if frappe.db.get_value(todo.reference_type, todo.reference_name, "stage") in ENDED[todo.reference_type]:
        todo.status = status


def changed(todo: Document) -> None:
    """ToDo, on_update: the task of a handler that is taken away, or given on to somebody else, takes the record along.

    Raises:
        frappe.PermissionError: the user may not hand the record over.
        frappe.ValidationError: the record is not done, so its handler is not either.
    """
    before = todo.get_doc_before_save()
    if not before or todo.flags.of_handler:
        return
    place = ("reference_type", "reference_name", "allocated_to", "status")
    if all(before.get(field) == todo.get(field) for field in place):
        return
    if before.status == "Open" and _given_on(before, todo):
        return
    if before.status == "Open":
        _released(before, done=todo.status == "Closed")
    assigned(todo)


def deleted(todo: Document) -> None:
    """ToDo, on_trash: the same for a task that is deleted."""
    if todo.status == "Open":
        _released(todo)


def reassign(doc: Document, user: str, why: str, **told: Any) -> None:
    """Make somebody else the handler past a save, as an escalation does; whether they may be is the caller's to ask.

    Args:
        told: what else whoever hears of it is to know.
    """
    _name(doc, user, why, **told)


def is_being_saved(doctype: str, name: str) -> bool:
    """Whether an Assignment Rule may be at work on a record; others merely send a rule's name."""
    return (doctype, name) in _saving()


def _given_on(before: Document, todo: Document) -> bool:
    """A handler's task that somebody else has now makes them the handler, in one step; whether it was one."""
    place = ("reference_type", "reference_name", "status")
    if not todo.allocated_to or any(before.get(field) != todo.get(field) for field in place):
        return False
    doc = _handled_by(before)
    if not doc:
        return False
    if _key(doc) not in _saving():
        check_hand_over(doc, before.allocated_to)
    if sentence := objection(doc, todo.allocated_to):
        label = _(todo.meta.get_label("allocated_to"))
        frappe.throw(sentence.format(label, frappe.bold(escape_html(todo.allocated_to))))
    _name(doc, todo.allocated_to, "assignment given on")
    return True


def _released(todo: Document, done: bool = False) -> None:
    """Whoever had this task is the handler no more, where it was the handler's and the record has not ended."""
    doc, user = _handled_by(todo), todo.allocated_to
    if not doc:
        return
    by_rule = _key(doc) in _saving()
    if done:
        if not by_rule:  # a rule that closes what it gave leaves the handler
            frappe.throw(
                _(
                    "The task of {0} ends with the complaint: close {1}, or hand it over to somebody else."
                ).format(escape_html(user), escape_html(doc.name))
            )
        return
    if not by_rule:
        check_hand_over(doc, user)
    _name(doc, None, "assignment taken away")


def _handled_by(todo: Document) -> Document | None:
    """The record that is in the hands of whoever has this task, and has not ended; None where another task says so too."""
    doc, user = _record(todo), todo.allocated_to
    if not doc or not user or doc.get(_FIELD[doc.doctype]) != user or doc.stage in ENDED[doc.doctype]:
        return None
    others = (task for task in _open_tasks(doc.doctype, doc.name, [user]) if task.name != todo.name)
    return None if any(others) else doc


def _name(doc: Document, user: str | None, why: str, **told: Any) -> None:
    field = _FIELD[doc.doctype]
    old = doc.get(field) or None
    writing.set_with_version(doc.doctype, [doc.name], field, old, user, why)
    handler_log.note_past_save(doc, old)
    if _key(doc) in _saving():
        _saving()[_key(doc)] = True
    tell_hand_over(doc, old, user)
    data = {"field": field, "old": old, "new": user, "by_task": why == _ASSIGNED, **told}
    announce([Event(HANDED_OVER, doc.doctype, doc.name, data)])


def _record(todo: Document) -> Document | None:
    """The record that a task is about, when its handler has a task; None for other tasks, and those that are made here."""
    if todo.reference_type not in _FIELD or not todo.reference_name or todo.flags.of_handler:
        return None
    if not frappe.db.exists(todo.reference_type, todo.reference_name):
        return None
    return frappe.get_doc(todo.reference_type, todo.reference_name)


def _key(doc: Document) -> tuple[str, str]:
    return doc.doctype, doc.name


def _saving() -> dict[tuple[str, str], bool]:
    """Records that are being saved at this moment, and whether somebody was named for them meanwhile."""
    if frappe.flags.qms_saving is None:
        frappe.flags.qms_saving = {}
    return frappe.flags.qms_saving


def _open_tasks(doctype: str, name: str, users: list[str] | None = None) -> list[frappe._dict]:
    """Open tasks of the record: of these users, or of anybody."""
    of_record = {"reference_type": doctype, "reference_name": name, "status": "Open"}
    if users is not None:
        if not users:
            return []
        of_record["allocated_to"] = ("in", users)
    return frappe.get_all("ToDo", of_record, ["name", "allocated_to"], order_by="creation asc")


def _set_status(name: str, status: str) -> None:
    """Closed with its record, cancelled because it went to somebody else, which a rule does not open again, or opened with it."""
    task = frappe.get_doc("ToDo", name)
    task.status = status
    task.flags.of_handler = True
    # Not past the document: saving it takes the person off the list of those the record is assigned to.
    task.save(ignore_permissions=True)


def _give(doctype: str, name: str, user: str) -> None:
    subject, stage = frappe.db.get_value(doctype, name, ["subject", "stage"])
    if stage in ENDED[doctype]:
        return
    task = frappe.get_doc(
        {
            "doctype": "ToDo",
            "allocated_to": user,
            "reference_type": doctype,
            "reference_name": name,
            "date": nowdate(),
            "description": escape_html(
                unescape(subject or name)
            ),  # stored text has its signs escaped already
            "assigned_by": frappe.session.user,
        }
    )
    task.flags.of_handler = True
    task.insert(ignore_permissions=True)
