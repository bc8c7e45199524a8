"""Events of ToDo: who is assigned to a record in the desk handles it, or helps; the task of a review's action reports it as done."""

from frappe.model.document import Document

from complaint_qms.services.people import assignment
from complaint_qms.services.review import tasks


def before_validate(todo: Document, method: str | None = None) -> None:
    assignment.keep_ended(todo)


def after_insert(todo: Document, method: str | None = None) -> None:
    assignment.assigned(todo)


def on_update(todo: Document, method: str | None = None) -> None:
    assignment.changed(todo)
    tasks.report_done(todo)


def on_trash(todo: Document, method: str | None = None) -> None:
    assignment.deleted(todo)
