"""The scheduler's doors to what is learned."""

import frappe

from complaint_qms.services.classifier import requests


def read_new_complaints() -> None:
    """Have complaints read that no worker has read yet, also when the job that was to do it was lost."""
    requests.enqueue_unread()
    frappe.db.commit()


def train_weekly() -> None:
    """Have a worker learn from the complaints that were closed since."""
    requests.enqueue_weekly()
    frappe.db.commit()
