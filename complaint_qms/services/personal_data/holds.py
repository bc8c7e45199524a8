"""What is held and must not change, as the holders say it."""

from __future__ import annotations

from collections.abc import Iterable

import frappe

from complaint_qms.services.compliance import legal_holds
from complaint_qms.services.record.language import comma_list

Record = tuple[str, str]


def reasons(records: Iterable[Record]) -> dict[Record, str]:
    """(DocType, name) → why it is held, of those that are: the names of the legal holds on a complaint, and what others say.

    Each function of the hook `qms_held_records` is called with {DocType: names} and answers {(DocType, name): reason}.
    """
    by_kind: dict[str, list[str]] = {}
    for doctype, name in sorted(set(records)):
        by_kind.setdefault(doctype, []).append(name)
    held = legal_holds.holds_on(by_kind.get("Complaint", ()))
    found: dict[Record, str] = {("Complaint", name): comma_list(holds) for name, holds in held.items()}
    if by_kind:
        for path in frappe.get_hooks("qms_held_records"):
            found |= frappe.get_attr(path)(by_kind)
    return found
