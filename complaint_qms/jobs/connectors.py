"""Calls of outside systems that wait: to be tried again, or left behind by a lost job."""

from frappe.utils import now_datetime

from complaint_qms.services.connectors import calls, issues


def call_waiting() -> None:
    """Have calls made by a job that are due."""
    calls.enqueue_calls(now_datetime())


def read_statuses() -> None:
    """Have the status of open issues in other systems asked for by a job."""
    issues.enqueue_polling(now_datetime())
