"""What the key of another system opens (role Complaint API): it registers complaints and reads those that it has registered."""

from typing import Final

CALLS_AN_HOUR: Final = 6_000
"""Of one key, whatever computers call with it."""
METHODS: Final = frozenset(
    (
        "complaint_qms.api.complaint.register",
        "complaint_qms.api.complaint.register_many",
        "complaint_qms.api.openapi.document",
        "frappe.auth.get_logged_user",
    )
)
READ: Final = "Complaint"
"""DocType that it reads over REST, by GET."""
