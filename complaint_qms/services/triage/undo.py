"""Taking back the last change that somebody made to a row of the triage table: all of it, with the names and answers that it left.

What a complaint held before is kept by the server, so that no request can say who had judged. It counts for who made the change
and until anybody saves the complaint again.
"""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.fields import COMPLAINT_STAMPS
from complaint_qms.constants.triage import UNDONE_WITHIN
from complaint_qms.services.compliance.decisions import JUDGED
from complaint_qms.services.lifecycle.guard import changed_fields

_KEPT: Final = ("proposals", *JUDGED)
_FOLLOWS: Final = ("proposals", "sop", *COMPLAINT_STAMPS)
"""What the server works out of what is entered."""


def remember(doc: Document, before: Document) -> None:
    """Remember what a complaint held before the save that has just been made."""
    entered = [name for name in changed_fields(doc, before) if _is_entered(doc.meta.get_field(name))]
    kept = {
        "modified": str(doc.modified),
        "values": {name: before.get(name) for name in entered},
        "put_back": {name: before.get(name) for name in _KEPT},
    }
    frappe.cache.set_value(_key(doc.name), kept, expires_in_sec=UNDONE_WITHIN)


def undo(doc: Document) -> dict[str, Any]:
    """Save a complaint as it was before the last change of the present user; what the fields held until now.

    Raises:
        frappe.ValidationError: there is no such change, or somebody has saved it since.
    """
    kept = frappe.cache.get_value(_key(doc.name), expires=True)
    if not kept or kept["modified"] != str(doc.modified):
        frappe.throw(
            _("The last change of {0} cannot be undone any more. Edit the row instead.").format(
                escape_html(doc.name)
            )
        )
    held = {name: doc.get(name) for name in kept["values"]}
    doc.update(kept["values"])
    doc.flags.put_back = kept["put_back"]
    doc.save()
    frappe.cache.delete_value(_key(doc.name))
    return held


def _is_entered(field: Document) -> bool:
    is_table = field.fieldtype in frappe.model.table_fields
    return not (is_table or field.read_only or field.fieldname in _FOLLOWS)


def _key(name: str) -> str:
    return f"complaint_qms_triage_undo:{frappe.session.user}:{name}"
