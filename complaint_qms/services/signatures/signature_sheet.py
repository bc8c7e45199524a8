"""Signatures on paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_datetime

from complaint_qms.services.signatures import given


def signature_sections(doc: Document) -> Iterator[dict[str, Any]]:
    """A section of the printed page, as `services.paper.sheet` lays it out; nothing for what nobody has signed."""
    rows = [
        [
            escape_html(one["meaning"]),
            escape_html(one["name"]),
            f"{format_datetime(one['at'])} ({escape_html(one['offset'][-6:])})",
            escape_html(one["step"]),
            _said(one),
        ]
        for one in given.shown_signatures(doc)
    ]
    if rows:
        heads = [_("Meaning"), _("Signed By"), _("Signed At"), _("Step"), _("Standing")]
        yield {
            "title": _("Electronic Signatures"),
            "facts": [],
            "texts": [],
            "tables": [{"title": _("Electronic Signatures"), "heads": heads, "rows": rows}],
        }


def _said(one: dict[str, Any]) -> str:
    if one["is_former"]:
        return _("Earlier signature, signed anew since.")
    if one["holds"]:
        return _("The signature holds.")
    return _("No longer holds: the record was changed after.")
