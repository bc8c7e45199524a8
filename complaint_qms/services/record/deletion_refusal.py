"""What is kept for good."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.exceptions import GateError
from complaint_qms.services.record.gate_codes import gate_code


def refuse_for_good(doc: Document, sentence: str) -> None:
    """Nothing that came in, was said or was decided is deleted (G7).

    Args:
        sentence: translated, why and what to do instead, with places for the kind of record and its name.

    Raises:
        GateError: always.
    """
    said = sentence.format(_(doc.doctype), escape_html(doc.name))
    frappe.throw(gate_code("G7") + said, GateError, title=_("Kept for good"))
