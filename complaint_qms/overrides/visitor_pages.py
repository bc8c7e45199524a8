"""What goes along with each answer of the public pages and of the customer portal."""

from typing import Any

import frappe

from complaint_qms.services.visitor import page


def after_request(response: Any, request: Any) -> None:
    """Only the sites of the settings show the public pages within their own, and nobody else the portal (CSP 3, `frame-ancestors`).
    The pages say themselves that they are the answer: the framework finds them by several addresses, and a site may add more."""
    if not getattr(frappe.local, "db", None) or not page.is_answer():
        return
    allowed = " ".join(["'self'", *page.frame_origins_of_answer()])
    # Beside what the site says of its own: browsers hold to all policies that they are sent.
    response.headers.add("Content-Security-Policy", f"frame-ancestors {allowed}")
    response.headers["Referrer-Policy"] = "no-referrer" if page.is_public_answer() else "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if not page.is_public_answer():
        # Whoever sits down at the same browser next sees nothing of it by going back.
        response.headers["Cache-Control"] = "private, no-store"
