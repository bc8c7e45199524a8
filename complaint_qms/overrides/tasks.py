"""Events of ToDo: who is assigned to a record in the desk handles it, or helps."""

from frappe.model.document import Document

from complaint_qms.services.people import assignment


def before_validate(todo: Document, method: str | None = None) -> None:
    assignment.keep_ended(todo)


def after_insert(todo: Document, method: str | None = None) -> None:
    assignment.assigned(todo)


def on_update(todo: Document, method: str | None = None) -> None:
    assignment.changed(todo)


def on_trash(todo: Document, method: str | None = None) -> None:
    assignment.deleted(todo)
