"""Stored secrets are for the computer that they were entered for: whoever changes its address enters them anew."""

from __future__ import annotations

from collections.abc import Collection

from frappe import _
from frappe.model.document import Document

from complaint_qms.integrations.messaging import http


def check_moved(
    doc: Document, was: str, now: str, shown: Collection[str], more: Collection[str] = ()
) -> list[str]:
    """What is wrong with a record whose service moves from one address to another, by field.

    Args:
        shown: password fields that are in use.
        more: others that its form does not show; what they hold is dropped.
    """
    if http.place_of(was) == http.place_of(now):
        return []
    wrong = []
    for field in (*shown, *more):
        value = doc.get(field) or ""
        if not value or value.strip("*"):  # stars are one that is stored
            continue
        if field in shown:
            wrong.append(
                _("{0}: enter it anew, or empty it, because the service address has changed.").format(
                    _(doc.meta.get_label(field), context=doc.doctype)
                )
            )
        else:
            doc.set(field, "")
    return wrong
