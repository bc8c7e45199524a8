"""Who sees which investigation, cause, CAPA, assessment and settlement: whoever sees every complaint behind it.

One hidden complaint hides the record: its title, findings and costs tell of that complaint too, and no list, print or
export could leave single rows out. What restricts a complaint (customer, company, territory, item, …) so reaches records
that have no such field.
"""

import frappe
from frappe.model.document import Document
from pypika.terms import Criterion, ExistsCriterion

from complaint_qms.constants.records import named_by
from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.auditor import writes_as_auditor
from complaint_qms.permissions.personal_data import is_closed
from complaint_qms.permissions.query import NOTHING, as_text, hidden, in_list


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists of `doctype`; an empty one restricts nothing."""
    user = user or frappe.session.user
    if user == "Administrator":
        return ""
    if is_closed(doctype, user):
        return NOTHING
    parts = [_follows(doctype, *named, user) for named in named_by(doctype)]
    return " and ".join(f"({as_text(part)})" for part in parts if part is not None)


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record, as it is stored and as it was sent."""
    user = user or frappe.session.user
    if user == "Administrator":
        return unless(None)
    return unless(writes_as_auditor(ptype, user) or is_closed(doc.doctype, user) or is_hidden(doc, user))


def is_hidden(doc: Document, user: str) -> bool:
    """Whether the user's lists hold neither the stored record nor all that the record at hand names."""
    if not doc.is_new() and hidden(doc.doctype, [doc.name], user):
        return True
    named: dict[str, set[str]] = {}
    for row_type, field, target in named_by(doc.doctype):
        rows = [row for row in doc.get_all_children() if row.doctype == row_type] if row_type else [doc]
        named.setdefault(target, set()).update(row.get(field) for row in rows)
    return any(hidden(target, names, user) for target, names in named.items())


def _follows(doctype: str, row_type: str, field: str, target: str, user: str) -> Criterion | None:
    """Every record of `target` that a record of `doctype` names there is open to the user; None when any is."""
    record = frappe.qb.DocType(doctype)
    if not row_type:
        visible = in_list(target, record[field], user)
        return None if visible is None else (record[field].isnull() | (record[field] == "") | visible)
    row = frappe.qb.DocType(row_type)
    visible = in_list(target, row[field], user)
    if visible is None:
        return None
    rows = (row.parent == record.name) & (row.parenttype == doctype) & (row[field] != "")
    return ExistsCriterion(frappe.qb.from_(row).select(1).where(rows & visible.negate())).negate()
