"""Versions of a procedure: the next one begins on a day, and the one before ends the day before it.

Each version is a record of its own, so that a running complaint keeps the one it was registered under, limits, checks and ladder, until
somebody moves it. A name that settings or types give is that of the whole series: on a day, the version of that day counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, format_date, getdate

_ENDING: Final = re.compile(r" v\d+$")
_LONGEST: Final = 140
CRITERIA: Final = ("company", "complaint_type", "severity", "for_customer_group", "channel")
"""Fields by which an SOP fits some complaints alone."""


def in_force(row: Mapping[str, Any], day: date) -> bool:
    """Whether a version is chosen on a day."""
    begins = not row["valid_from"] or getdate(row["valid_from"]) <= day
    return begins and (not row["valid_until"] or getdate(row["valid_until"]) >= day)


def meet(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two procedures are in force on one day."""
    begin = max(getdate(one.get("valid_from")) if one.get("valid_from") else date.min for one in (row, other))
    end = min(getdate(one.get("valid_until")) if one.get("valid_until") else date.max for one in (row, other))
    return begin <= end


def version_on(name: str, rows: Mapping[str, Mapping[str, Any]], day: date) -> str | None:
    """The version of the series of `name` that is in force on a day; None where none is.

    Args:
        rows: name → `valid_from`, `valid_until` and `previous_version` of each SOP that may be chosen.
    """
    following = {row["previous_version"]: key for key, row in rows.items() if row["previous_version"]}
    series, forward, back = [name], following.get(name), (rows.get(name) or {}).get("previous_version")
    while forward and forward not in series:
        series.append(forward)
        forward = following.get(forward)
    while back and back not in series:
        series.append(back)
        back = (rows.get(back) or {}).get("previous_version")
    return next((one for one in series if one in rows and in_force(rows[one], day)), None)


def make_version(name: str, valid_from: date) -> Document:
    """The next version of an SOP, as it stands, in force from a day on; the one before ends the day before. One that is not enabled
    has a next one that is not.

    Raises:
        frappe.ValidationError: it has a next version already, or the day is past or not after its own beginning.
    """
    old = frappe.get_doc("Complaint SOP", name, for_update=True)
    if following := frappe.db.get_value("Complaint SOP", {"previous_version": name}):
        frappe.throw(
            _("{0} has a next version already: {1}. Make the new one from that.").format(
                frappe.bold(escape_html(name)), frappe.bold(escape_html(following))
            )
        )
    if valid_from < getdate():
        frappe.throw(_("Valid From: choose today or a later day."))
    if old.valid_from and getdate(old.valid_from) >= valid_from:
        frappe.throw(
            _("Valid From: {0} begins on {1} itself; choose a later day.").format(
                frappe.bold(escape_html(name)), format_date(old.valid_from)
            )
        )
    new = frappe.copy_doc(old)
    number = cint(old.version or 1) + 1
    ending = f" v{number}"
    new.sop_name = _ENDING.sub("", name)[: _LONGEST - len(ending)] + ending
    new.update(
        {
            "version": number,
            "previous_version": name,
            "valid_from": valid_from,
            "valid_until": None,
            "enabled": old.enabled,
        }
    )
    insert_as_given(new)
    old.valid_until = valid_from - timedelta(days=1)
    old.save()
    return new


def insert_as_given(sop: Document) -> None:
    """Insert an SOP for whom it says. Frappe puts in the company of whoever inserts where there is none, which would narrow it."""
    given = {field: sop.get(field) for field in CRITERIA}
    sop.insert()
    if any(sop.get(field) != value for field, value in given.items()):
        sop.update(given)
        sop.save()


def check_validity(sop: Document) -> None:
    """An SOP that ends does so after it begins.

    Raises:
        frappe.ValidationError: it does not.
    """
    if sop.valid_from and sop.valid_until and getdate(sop.valid_until) < getdate(sop.valid_from):
        frappe.throw(_("Valid Until lies before Valid From."))


def keep_series(sop: Document) -> None:
    """Which version an SOP is, and of what, is written when it is made."""
    before = sop.get_doc_before_save()
    if before:
        sop.version, sop.previous_version = before.version, before.previous_version
    elif not sop.previous_version:
        sop.version = 1
