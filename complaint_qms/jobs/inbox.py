"""The scheduler's door to messages that nobody has read yet."""

from frappe.utils import now_datetime

from complaint_qms.services.inbox import understanding


def read_messages() -> None:
    """Have messages read that are due, also those whose worker was killed."""
    understanding.enqueue_due(now_datetime())
