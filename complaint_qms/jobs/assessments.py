"""Reportability assessments whose deadline is near, and facts that changed after a report."""

from complaint_qms.services.reportability import reminders, supplements


def remind() -> None:
    """Whoever answers for an open assessment is told before its deadline, and once it has passed."""
    reminders.enqueue_due_reminders()


def propose_later_reports() -> None:
    """Reports that were submitted are compared with their records."""
    supplements.enqueue_supplements()
