"""What waits in the outbox or for its listeners, also when the job that was to do it was killed."""

from frappe.utils import now_datetime

from complaint_qms.services import events
from complaint_qms.services.correspondence import undelivered
from complaint_qms.services.notify import delivery, digest


def send_and_deliver() -> None:
    """Have mails and messages by channels sent, and events delivered, that are due."""
    digest.enqueue(now_datetime())
    delivery.enqueue_channels(now_datetime())
    events.enqueue(now_datetime())
    undelivered.enqueue_failed(now_datetime())
