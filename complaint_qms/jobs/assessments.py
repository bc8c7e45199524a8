"""Reportability assessments whose deadline is near."""

from complaint_qms.services.reportability import reminders


def remind() -> None:
    """Whoever answers for an open assessment is told before its deadline, and once it has passed."""
    reminders.enqueue_due_reminders()
