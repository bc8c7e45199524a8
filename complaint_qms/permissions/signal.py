"""Who sees which signal and scan.

A signal: whoever sees every complaint it is made of, and one of each customer, territory, item … in the series that its figures come
from; else its chart and expectation would tell what their lists hide. It also follows the investigation and CAPA that it names.

A scan and a back-test count complaints of the whole company: whoever is kept to some of them sees none, and starts none.
"""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.permissions import get_user_permissions
from pypika.terms import Criterion, ExistsCriterion, Field

from complaint_qms.constants.signals import BACK_TEST, CASES, SCAN, SIGNAL
from complaint_qms.permissions import records
from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.auditor import writes_as_auditor
from complaint_qms.permissions.query import NOTHING, as_text, in_list, what_restricts

_OF_ALL = (SCAN, BACK_TEST)


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists of `doctype`; an empty one restricts nothing."""
    user = user or frappe.session.user
    if user == "Administrator":
        return ""
    if doctype in _OF_ALL:
        return NOTHING if is_kept_to_some(user) else ""
    return signal_condition(SIGNAL, frappe.qb.DocType(SIGNAL).name, user)


def signal_condition(doctype: str, signal: Field, user: str) -> str:
    """Condition for lists of `doctype`, whose column `signal` names a signal: the rule of its records, and every complaint of the signal is seen."""
    parts = [records.query(user, doctype)]
    if (unseen := has_unseen(signal, user)) is not None:
        parts.append(as_text(unseen.negate()))
    return " and ".join(f"({part})" for part in parts if part)


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record, as it is stored and as it was sent."""
    user = user or frappe.session.user
    if user == "Administrator":
        return unless(None)
    if writes_as_auditor(ptype, user):
        return unless(True)
    if doc.doctype in _OF_ALL:
        return unless(is_kept_to_some(user))
    return unless(records.is_hidden(doc, user))


def is_kept_to_some(user: str) -> bool:
    """Whether something but a company keeps somebody from complaints."""
    kept_by = set(get_user_permissions(user))
    return bool(kept_by & (what_restricts("Complaint") - {"Company"}))


def has_unseen(signal: Field, user: str) -> Criterion | None:
    """`signal`, a column that names a signal: it is made of a complaint that is not in the user's list; None when all are."""
    case = frappe.qb.DocType(CASES)
    visible = in_list("Complaint", case.complaint, user)
    if visible is None:
        return None
    rows = (case.parent == signal) & (case.parenttype == SIGNAL)
    return ExistsCriterion(frappe.qb.from_(case).select(1).where(rows & visible.negate()))
