"""Who sees which reportability assessment: whoever sees its complaint, or every complaint that its signal is made of.

It does not follow the signal itself: a signal follows the assessment that it names.
"""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from complaint_qms.constants.signals import SIGNAL
from complaint_qms.permissions import records
from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.auditor import writes_as_auditor
from complaint_qms.permissions.signal import has_unseen, signal_condition

_ASSESSMENT = "Reportability Assessment"


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists of `doctype`; an empty one restricts nothing."""
    user = user or frappe.session.user
    if user == "Administrator":
        return ""
    return signal_condition(_ASSESSMENT, frappe.qb.DocType(_ASSESSMENT).signal, user)


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record, as it is stored and as it was sent."""
    user = user or frappe.session.user
    if user == "Administrator":
        return unless(None)
    return unless(
        writes_as_auditor(ptype, user)
        or records.is_hidden(doc, user)
        or _signal_is_hidden(doc.get("signal"), user)
    )


def _signal_is_hidden(name: str | None, user: str) -> bool:
    table = frappe.qb.DocType(SIGNAL)
    unseen = has_unseen(table.name, user) if name else None
    if unseen is None:
        return False
    return bool(frappe.qb.from_(table).select(1).where((table.name == name) & unseen).run())
