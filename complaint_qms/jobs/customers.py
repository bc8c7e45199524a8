"""The scheduler's door to what customers are told and asked by the site itself."""

from frappe.utils import now_datetime

from complaint_qms.services.outreach import acknowledgement, status
from complaint_qms.services.survey import sending


def tell_left() -> None:
    """Have customers told whom a killed worker left without a word."""
    now = now_datetime()
    acknowledgement.enqueue_unacknowledged(now)
    status.enqueue_untold(now)


def tell_and_ask() -> None:
    """Have customers told who have heard nothing for long, and asked whose complaint is closed."""
    status.enqueue_silences()
    sending.enqueue_surveys()
