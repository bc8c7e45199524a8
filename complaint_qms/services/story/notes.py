"""What the app itself noted on a record: settlements and their documents, overdue stages, work that was handed over."""

from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants.story import MOST_CHANGES


def notes_of(doc: Document) -> list[dict[str, Any]]:
    """{owner, creation, content} of the newest notes; their content is markup. One query."""
    return frappe.get_all(
        "Comment",
        filters={"reference_doctype": doc.doctype, "reference_name": doc.name, "comment_type": "Info"},
        fields=["owner", "creation", "content"],
        order_by="creation desc, name desc",
        limit=MOST_CHANGES,
    )
