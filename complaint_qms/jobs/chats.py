"""The scheduler's door to chats: what is to be read and sent, and what was left in the middle."""

from frappe.utils import now_datetime

from complaint_qms.services.chat import filing, handing, reading, sending


def send_and_hand_over() -> None:
    """Have messages read and sent that are due, chats handed over that their senders left, and files added that were left behind."""
    now = now_datetime()
    reading.enqueue_reading(now)
    sending.enqueue_due(now)
    handing.enqueue_left(now)
    filing.enqueue_left()
