"""The index by which the closed complaints of one customer about one item and type are found."""

from __future__ import annotations

from typing import Final

import frappe

_FIELDS: Final = ("customer", "item_code", "complaint_type", "closed_at", "stage")
_NAME: Final = "complaint_qms_repeats"


def index_repeats() -> None:
    """Made with the table; on a site from before by a patch."""
    frappe.db.add_index("Complaint", list(_FIELDS), index_name=_NAME)
