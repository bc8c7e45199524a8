"""The scheduler's door to chats: what is to be sent, and what was left in the middle."""

from frappe.utils import now_datetime

from complaint_qms.services.chat import handing, sending


def send_and_hand_over() -> None:
    """Have messages sent that are due, and chats handed over that their senders left."""
    sending.enqueue_due(now_datetime())
    handing.enqueue_left(now_datetime())
