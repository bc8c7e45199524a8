"""What an SOP may let somebody solve at once: nothing that alerts, nothing without a reason, and no severity it never sees."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.sop.at_once import severity_rank

_FIELDS: Final = ("allow_at_once", "at_once_severity", "at_once_reason", "severity", "company")
_LEAST_WORDS: Final = 10
"""Letters of a reason; a Chinese character counts for two."""


def check_limits(sop: Document) -> None:
    """Only what is newly said is asked, so that an SOP in force can go on being changed.

    Raises:
        frappe.ValidationError: with every mistake, naming the field.
    """
    if not cint(sop.allow_at_once):
        return
    stored = sop.get_doc_before_save() or frappe._dict()
    if all((sop.get(field) or None) == (stored.get(field) or None) for field in _FIELDS):
        return
    if wrong := list(_wrong(sop)):
        refuse(*wrong)


def _wrong(sop: Document) -> Iterator[str]:
    highest = severity_rank(sop.at_once_severity)
    alarming = _alerting(sop)
    if alarming and highest >= severity_rank(alarming):
        yield _(
            "Highest Severity: from severity {0} on people are alerted by Complaint QMS Settings, so such a complaint is not solved at once. Choose a lower one."
        ).format(frappe.bold(escape_html(_(alarming))))
    if sop.severity and highest < severity_rank(sop.severity):
        yield _(
            "Highest Severity: this SOP is for severity {0}, which is above it, so nothing could be solved at once. Choose a higher one, or take away Allow One-Touch Solution."
        ).format(frappe.bold(escape_html(_(sop.severity))))
    if _letters(sop.at_once_reason or "") < _LEAST_WORDS:
        yield _(
            "Why Nothing Is Investigated: write a reason in words; an auditor reads it with each such complaint."
        )


def _alerting(sop: Document) -> str:
    """The lowest severity of which the settings alert people; empty for none."""
    rows = frappe.get_cached_doc(SETTINGS).alerts
    found = {
        row.severity for row in rows if row.severity and sop.company in (None, "", row.company or sop.company)
    }
    return min(found, key=severity_rank, default="")


def _letters(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text if one.isalnum())
