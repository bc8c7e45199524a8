"""Notices of field actions that wait, and customers who have not answered."""

from complaint_qms.services.field_action import notices, reminders


def send_notices() -> None:
    """What a lost job left is sent, and what became of the mails is noted."""
    notices.enqueue_left_notices()


def remind() -> None:
    """Customers who have not acknowledged are reminded, then phoned."""
    reminders.enqueue_reminders()
