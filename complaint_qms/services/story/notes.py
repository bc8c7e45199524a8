"""What the app itself noted on a record: settlements and their documents, overdue stages, work that was handed over."""

from contextlib import suppress
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants.story import MOST_CHANGES
from complaint_qms.services.record.timeline import DATA, noted, told


def notes_of(doc: Document, zone: str | None) -> list[dict[str, Any]]:
    """{owner, creation, content} of the newest notes, in the reader's language where they are kept as data, times in `zone`;
    their content is markup. One query."""
    rows = frappe.get_all(
        "Comment",
        filters={"reference_doctype": doc.doctype, "reference_name": doc.name, "comment_type": "Info"},
        fields=["owner", "creation", "content", DATA],
        order_by="creation desc, name desc",
        limit=MOST_CHANGES,
    )
    for row in rows:
        if kept := noted(row.pop(DATA)):
            # Somebody else may have written it past the app: what cannot be told stays as it reads.
            with suppress(ValueError, TypeError, frappe.DoesNotExistError):
                row["content"] = told(kept, zone)
    return rows
