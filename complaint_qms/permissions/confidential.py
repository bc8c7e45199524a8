"""Confidential complaints: the people who are named on one see it, and what rests on it, and nobody else.

No role and no share opens one. Administrator is kept from nothing by the framework; their views are kept in the audit trail as all others are. Where no complaint of the
site is confidential nobody gets a condition, at the price of one look at an index for each request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import frappe
from frappe.model.document import Document
from pypika.queries import Table
from pypika.terms import Criterion, ExistsCriterion

from complaint_qms.constants.confidential import FLAG, PERSON
from complaint_qms.constants.records import named_by
from complaint_qms.permissions.query import as_text, list_condition

COMPLAINT: Final = "Complaint"
_EVERY: Final = "*"
_SET_ASIDE: Final = "-"
_MOST_NAMED: Final = 500
"""As many are left out by their names, which every index of complaints holds; of more each row is asked."""


def condition(user: str) -> str:
    """What leaves out of lists of complaints those that are confidential and do not name `user`; empty where there are none."""
    away = closed_to(user)
    if not away:
        return ""
    complaint = frappe.qb.DocType(COMPLAINT)
    if len(away) <= _MOST_NAMED:
        return as_text(complaint.name.notin(sorted(away)))
    return f"({as_text((complaint[FLAG] == 0) | _names(complaint, user))})"


def closed_to(user: str) -> frozenset[str]:
    """Confidential complaints that do not name `user`; none for Administrator. One query a request and user, and one for all where there are none."""
    known = _known()
    if user == "Administrator" or _SET_ASIDE in known or not all_confidential():
        return frozenset()
    if user not in known:
        complaint = frappe.qb.DocType(COMPLAINT)
        query = frappe.qb.from_(complaint).select(complaint.name)
        query = query.where((complaint[FLAG] == 1) & _names(complaint, user).negate())
        known[user] = frozenset(query.run(pluck=True))
    return known[user]


def all_confidential() -> frozenset[str]:
    """Every confidential complaint; one query a request."""
    known = _known()
    if _EVERY not in known:
        complaint = frappe.qb.DocType(COMPLAINT)
        query = frappe.qb.from_(complaint).select(complaint.name).where(complaint[FLAG] == 1)
        known[_EVERY] = frozenset(query.run(pluck=True))
    return known[_EVERY]


def forget_confidential() -> None:
    """What is known of confidential complaints in this request holds no more."""
    frappe.local.complaint_qms_confidential = {}


def is_kept_besides(user: str) -> bool:
    """Whether something else than that complaints are confidential keeps somebody from some: what counts all complaints, and tells of
    none by itself, is shown to whom nothing else does."""
    with set_aside():
        return bool(list_condition(COMPLAINT, user))


@contextmanager
def set_aside() -> Iterator[None]:
    """Within this block conditions of lists are what they would be if no complaint were confidential."""
    known = _known()
    if _SET_ASIDE in known:
        yield
        return
    frappe.local.complaint_qms_confidential = {_SET_ASIDE: frozenset()}
    try:
        yield
    finally:
        frappe.local.complaint_qms_confidential = known


def resting_on(doctype: str, names: Iterable[str]) -> dict[str, set[str]]:
    """Record → confidential complaints that it is or names, directly or by what it names; only those that have any.

    A few queries, one for each kind of record between; none where nothing is confidential.
    """
    every = all_confidential()
    wanted = {name for name in names if isinstance(name, str) and name}
    if not every or not wanted:
        return {}
    if doctype == COMPLAINT:
        return {name: {name} for name in wanted & every}
    found: dict[str, set[str]] = defaultdict(set)
    for row_type, field, target in named_by(doctype):
        table = frappe.qb.DocType(row_type or doctype)
        name = table.parent if row_type else table.name
        query = frappe.qb.from_(table).select(name, table[field])
        query = query.where(name.isin(sorted(wanted)) & (table[field] != ""))
        pairs = (query.where(table.parenttype == doctype) if row_type else query).run()
        behind = resting_on(target, {named for _name, named in pairs})
        for record, named in pairs:
            if named in behind:
                found[record] |= behind[named]
    return dict(found)


def is_closed(doctype: str, name: str, user: str) -> bool:
    """Whether a record is, or rests on, a confidential complaint that does not name `user`."""
    away = closed_to(user)
    return bool(away) and bool(away & resting_on(doctype, [name]).get(name, set()))


def is_closed_as_sent(doc: Document, user: str) -> bool:
    """The same of a record as it was sent."""
    away = closed_to(user)
    if not away or doc.doctype == COMPLAINT:
        return doc.name in away
    for row_type, field, target in named_by(doc.doctype):
        rows = [row for row in doc.get_all_children() if row.doctype == row_type] if row_type else [doc]
        behind = resting_on(target, {row.get(field) for row in rows})
        if any(some & away for some in behind.values()):
            return True
    return False


def _names(complaint: Table, user: str) -> Criterion:
    person = frappe.qb.DocType(PERSON)
    named = (person.parent == complaint.name) & (person.parenttype == COMPLAINT) & (person.user == user)
    return ExistsCriterion(frappe.qb.from_(person).select(1).where(named))


def _known() -> dict[str, frozenset[str]]:
    known = getattr(frappe.local, "complaint_qms_confidential", None)
    if known is None:
        known = frappe.local.complaint_qms_confidential = {}
    return known
