"""The scheduler's doors to topics in texts."""

import frappe

from complaint_qms.services.topics import requests


def find_weekly() -> None:
    """Have topics found anew, where the site wants them."""
    if requests.is_wanted():
        requests.enqueue_fit()
        frappe.db.commit()


def read_new_texts() -> None:
    """Have complaints read that came in since."""
    if requests.is_wanted():
        requests.enqueue_new()
        frappe.db.commit()
