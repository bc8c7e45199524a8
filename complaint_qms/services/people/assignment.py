"""The handler of a complaint as the framework's own assignment, so that sidebar, lists, ToDo and Assignment Rule know it."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.utils import escape_html, nowdate

from complaint_qms.constants.stages import ENDED
from complaint_qms.services import writing
from complaint_qms.services.events import Event
from complaint_qms.services.people.assignees import objection

_FIELD = {"Complaint": "complaint_owner"}


def follow(events: list[Event]) -> None:
    """Listens to hand-overs: the task goes from who was answerable to who is."""
    for event in events:
        if event.doctype not in _FIELD:
            continue
        old, new = event.data["old"], event.data["new"]
        for task in _open_tasks(event.doctype, event.name, [user for user in (old, new) if user]):
            if task.allocated_to == old:
                _close(task.name)
            else:
                new = None  # has it already
        if new:
            _give(event.doctype, event.name, new)


def end_or_resume(events: list[Event]) -> None:
    """Listens to moves: an ended record is nobody's task any more, one that was opened again is its handler's."""
    for event in events:
        ended = ENDED.get(event.doctype, ())
        if event.doctype not in _FIELD or (event.data["origin"] in ended) == (event.data["target"] in ended):
            continue
        handler = frappe.db.get_value(event.doctype, event.name, _FIELD[event.doctype])
        tasks = _open_tasks(event.doctype, event.name, [handler])
        if event.data["target"] in ended:
            for task in tasks:
                _close(task.name)
        elif handler and not tasks:
            _give(event.doctype, event.name, handler)


def begin_save(doc: Document) -> None:
    """A save of the record has begun to tell what it did; what an Assignment Rule does until `end_save` is the rule's."""
    _saving()[doc.doctype, doc.name] = False


def end_save(doc: Document) -> None:
    """An Assignment Rule assigns in the midst of a save: the record that is being saved learns its handler and its new
    time of change, or the next save of its form would be refused, or take the handler away again."""
    if _saving().pop((doc.doctype, doc.name), False):
        doc.update(
            frappe.db.get_value(
                doc.doctype, doc.name, [_FIELD[doc.doctype], "modified", "modified_by"], as_dict=True
            )
        )


def assigned(todo: Document, method: str | None = None) -> None:
    """ToDo, after_insert: a record without a handler takes the person it was assigned to, by whatever way (sidebar, list,
    Assignment Rule), where the user may change the record and that person may be named for it. Further people beside a
    handler are helpers."""
    field = _FIELD.get(todo.reference_type)
    if not field or not todo.allocated_to or todo.flags.of_handler or todo.status != "Open":
        return
    if not frappe.db.exists(todo.reference_type, todo.reference_name):
        return
    doc = frappe.get_doc(todo.reference_type, todo.reference_name)
    if doc.get(field) or doc.stage in ENDED[doc.doctype] or objection(doc, todo.allocated_to):
        return
    # The framework asks for sight alone, and takes the rule's name from the request.
    by_rule = todo.assignment_rule and (doc.doctype, doc.name) in _saving()
    if by_rule or doc.has_permission("write"):
        writing.set_with_version(doc.doctype, [doc.name], field, None, todo.allocated_to, "assigned")
        if (doc.doctype, doc.name) in _saving():
            _saving()[doc.doctype, doc.name] = True


def _saving() -> dict[tuple[str, str], bool]:
    """Records that are being saved at this moment, and whether somebody was named for them meanwhile."""
    if frappe.flags.qms_saving is None:
        frappe.flags.qms_saving = {}
    return frappe.flags.qms_saving


def _open_tasks(doctype: str, name: str, users: list[str]) -> list[frappe._dict]:
    if not any(users):
        return []
    return frappe.get_all(
        "ToDo",
        {"reference_type": doctype, "reference_name": name, "status": "Open", "allocated_to": ("in", users)},
        ["name", "allocated_to"],
        order_by="creation asc",
    )


def _close(name: str) -> None:
    task = frappe.get_doc("ToDo", name)
    task.status = "Closed"
    # Not past the document: saving it takes the person off the list of those the record is assigned to.
    task.save(ignore_permissions=True)


def _give(doctype: str, name: str, user: str) -> None:
    subject = frappe.db.get_value(doctype, name, "subject")
    task = frappe.get_doc(
        {
            "doctype": "ToDo",
            "allocated_to": user,
            "reference_type": doctype,
            "reference_name": name,
            "date": nowdate(),
            "description": escape_html(subject or name),
            "assigned_by": frappe.session.user,
        }
    )
    task.flags.of_handler = True
    task.insert(ignore_permissions=True)
