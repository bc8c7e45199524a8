"""The scheduler's door to management reviews."""

import frappe

from complaint_qms.services.review import mailing, schedule


def make_and_mail() -> None:
    """Make the drafts that are due, and mail what nobody was mailed yet."""
    schedule.make_due_reviews()
    frappe.db.commit()
    mailing.mail_waiting()
