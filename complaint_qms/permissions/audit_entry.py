"""Who sees entries of the audit trail: of a record with rules of sight, who sees the record; of files by themselves and exported reports, who is restricted in none."""

import frappe
from frappe.model.document import Document
from pypika.terms import Criterion

from complaint_qms.constants.audit import ENTRY, FILE, LIMITED, REPORT
from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.confidential import set_aside
from complaint_qms.permissions.query import NOTHING, as_text, hidden, in_list, list_condition

_OF_NOBODY = (FILE, REPORT)
"""What no record says who sees it: files that are evidence of none, and exported reports with their filters."""


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists of entries; empty where every record is open to `user`."""
    user = user or frappe.session.user
    closed = _closed(user)
    if not closed:
        return ""
    table = frappe.qb.DocType(ENTRY)
    away = [*closed, *(_OF_NOBODY if _is_kept_besides(user) else ())]
    allowed = [table.document_type.notin(away)]
    allowed += [
        (table.document_type == kind) & in_list(kind, table.document_name, user)
        for kind, condition in closed.items()
        if condition != NOTHING
    ]
    return f"({as_text(Criterion.any(allowed))})"


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one of them."""
    user = user or frappe.session.user
    kind, name = doc.get("document_type"), doc.get("document_name")
    if kind in _OF_NOBODY:
        return unless(_is_kept_besides(user))
    if kind not in LIMITED:
        return unless(None)
    return unless(not isinstance(name, str) or bool(hidden(kind, [name], user)))


def _closed(user: str) -> dict[str, str]:
    """Records of which `user` sees some alone, with the condition of their lists."""
    conditions = {kind: list_condition(kind, user) for kind in LIMITED}
    return {kind: condition for kind, condition in conditions.items() if condition}


def _is_kept_besides(user: str) -> bool:
    """Whether something else than that complaints are confidential restricts `user`."""
    with set_aside():
        return bool(_closed(user))
