"""The scheduler's door to chats: what is to be read and sent, and what was left in the middle."""

from frappe.utils import now_datetime

from complaint_qms.services.chat import complaint_chats, handover, inbox_reader, late_files, sending


def send_and_hand_over() -> None:
    """Have done what is due: messages read and sent, chats handed over that their senders left, files added or asked for once more."""
    now = now_datetime()
    inbox_reader.enqueue_reading(now)
    sending.enqueue_due(now)
    handover.enqueue_left(now)
    complaint_chats.enqueue_left()
    late_files.enqueue_late(now)
