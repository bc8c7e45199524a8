"""What is held and must not change, as the holders say it."""

from __future__ import annotations

from collections.abc import Iterable

import frappe

Record = tuple[str, str]


def reasons(records: Iterable[Record]) -> dict[Record, str]:
    """(DocType, name) → why it is held, of those that are.

    Each function of the hook `qms_held_records` is called with {DocType: names} and answers {(DocType, name): reason}.
    """
    by_kind: dict[str, list[str]] = {}
    for doctype, name in sorted(set(records)):
        by_kind.setdefault(doctype, []).append(name)
    found: dict[Record, str] = {}
    if by_kind:
        for path in frappe.get_hooks("qms_held_records"):
            found |= frappe.get_attr(path)(by_kind)
    return found
