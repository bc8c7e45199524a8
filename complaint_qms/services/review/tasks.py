"""Open actions of a submitted review as tasks of the framework: whoever is responsible need not work with complaints, and has no other place to
see them. Closing the task reports the action as done; what is entered in the review closes the task."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_fullname, getdate, now_datetime

from complaint_qms.constants.review import ACTION, DOCTYPE, DONE, OPEN
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.sentences import REVIEW_ACTION_GIVEN
from complaint_qms.services.people.absence import absent_users
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import labelled
from complaint_qms.services.sop.recipients import Directory

TASK = "ToDo"


def check_responsible(doc: Document) -> None:
    """Before a draft is stored: its actions have no tasks yet, and whoever is to do one can sign in.

    Raises:
        frappe.ValidationError: somebody named cannot.
    """
    for row in doc.actions:
        row.task = None
    absent = absent_users(row.responsible for row in doc.actions if row.responsible and row.status == OPEN)
    for row in doc.actions:
        if row.status == OPEN and row.responsible in absent:
            place = _("Decisions and Actions, row {0}").format(row.idx)
            told = _("{0} cannot sign in or has left. Choose somebody else as Responsible.")
            refuse(labelled(place, told.format(escape_html(row.responsible))))


def give_tasks(doc: Document) -> None:
    """Each open action that somebody is responsible for and that has no task becomes one, of which they are told."""
    given = {
        row.name: _new_task(doc, row)
        for row in doc.actions
        if row.status == OPEN and row.responsible and not row.task
    }
    people = Directory().acting(task.allocated_to for task in given.values())
    notices = []
    for row in doc.actions:
        if not (task := given.get(row.name)):
            continue
        row.task = task.name
        if (person := people.get(task.allocated_to)) and person.user != frappe.session.user:
            told = {"doctype": DOCTYPE, "name": doc.name, "title": row.action, "stage": None, "by": get_fullname(), "due": row.due_date}  # fmt: skip
            notices.append(Notice(REVIEW_ACTION_GIVEN, person, TASK, task.name, told, frappe.session.user))
    if notices:
        send(notices, now_datetime())


def follow_actions(doc: Document) -> None:
    """A submitted review changes: tasks of actions that are not open any more end, one that is open again is a new task."""
    before = doc.get_doc_before_save()
    known = {row.name: row.task for row in before.actions} if before else {}
    still_open = _open_among(known.values())
    for row in doc.actions:
        row.task = known.get(row.name)
        if row.task in still_open and row.status != OPEN:
            _end(row.task, "Closed" if row.status == DONE else "Cancelled")
        elif row.task not in still_open and row.status == OPEN:
            row.task = None
    give_tasks(doc)


def withdraw_tasks(doc: Document) -> None:
    """A review is cancelled: nothing of it is to be done any more. The one that amends it gives tasks anew."""
    for task in sorted(_open_among(row.task for row in doc.actions if row.status == OPEN)):
        _end(task, "Cancelled")


def report_done(todo: Document) -> None:
    """ToDo, on_update: who closes the task of an action has done it; the review says so."""
    before = todo.get_doc_before_save()
    closes = todo.status == "Closed" and bool(before) and before.status == "Open"
    if not closes or todo.flags.by_service:
        return
    found = frappe.db.get_value(ACTION, {"task": todo.name, "parenttype": DOCTYPE}, ["parent", "name"])
    if not found:
        return
    doc = frappe.get_doc(DOCTYPE, found[0])
    row = next(row for row in doc.actions if row.name == found[1])
    if not doc.docstatus.is_submitted() or row.status != OPEN:
        return
    row.status, row.done_on = DONE, getdate()
    doc.flags.ignore_permissions = True
    doc.save()


def _new_task(doc: Document, row: Document) -> Document:
    """Where the person may not open the review, its number stands in the text alone."""
    text = f"<p>{escape_html(row.action)}</p><p>{escape_html(doc.title)} ({escape_html(doc.name)})</p>"
    task = frappe.get_doc(
        {
            "doctype": TASK,
            "allocated_to": row.responsible,
            "assigned_by": frappe.session.user,
            "date": row.due_date,
            "description": text,
        }
    )
    if frappe.has_permission(DOCTYPE, "read", doc=doc, user=row.responsible):
        task.update({"reference_type": DOCTYPE, "reference_name": doc.name})
    # Whose action it is was judged in the draft.
    task.flags.by_service = True
    return task.insert(ignore_permissions=True)


def _open_among(tasks: Iterable[str | None]) -> set[str]:
    """Those that are open. One query."""
    named = sorted(filter(None, tasks))
    return set(frappe.get_all(TASK, {"name": ("in", named), "status": "Open"}, pluck="name", order_by="name asc")) if named else set()  # fmt: skip


def _end(name: str, status: str) -> None:
    task = frappe.get_doc(TASK, name)
    task.status = status
    task.flags.by_service = True
    # Not past the document: saving it takes the person off the list of those the review is assigned to.
    task.save(ignore_permissions=True)
