"""Topics in texts, over the wire."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.services.topics import requests


@frappe.whitelist(methods=["POST"])
@checked
def find_topics() -> dict[str, Any]:
    """Have a worker find topics now: {begun, text}."""
    return requests.request_fit(frappe.session.user)
