"""Warehouses that keep goods apart, as Complaint QMS Settings names them."""

from __future__ import annotations

from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.integrations.erpnext.companies import warehouses
from complaint_qms.services.record.input_validation import refuse

_FIELDS = ("quarantine_warehouse", "scrap_warehouse")


class KeptApart(NamedTuple):
    """Of all companies.

    Attributes:
        of_company: company → its quarantine warehouse.
    """

    quarantine: frozenset[str]
    scrap: frozenset[str]
    of_company: dict[str, str]


def kept_apart() -> KeptApart:
    rows = frappe.get_cached_doc(SETTINGS).get("quarantine_warehouses") or []
    return KeptApart(
        frozenset(row.quarantine_warehouse for row in rows if row.quarantine_warehouse),
        frozenset(row.scrap_warehouse for row in rows if row.scrap_warehouse),
        {row.company: row.quarantine_warehouse for row in rows},
    )


def check_places(doc: Document) -> None:
    """Each company once, with warehouses of its own that take goods in, and two different ones.

    Raises:
        frappe.ValidationError: with every mistake.
    """
    rows = doc.get("quarantine_warehouses") or []
    if not rows:
        return
    known = warehouses(row.get(field) for row in rows for field in _FIELDS if row.get(field))
    wrong, seen = [], set()
    for row in rows:
        place = _("{0}, row {1}").format(_("Quarantine Warehouses", context=doc.doctype), row.idx)
        if row.company in seen:
            wrong.append(_("{0}: {1} stands there twice. Remove one of the rows.").format(place, escape_html(row.company)))  # fmt: skip
        seen.add(row.company)
        for field in _FIELDS:
            found = known.get(row.get(field) or "")
            label, name = _(row.meta.get_label(field), context=row.doctype), escape_html(row.get(field) or "")
            if found and found.company != row.company:
                wrong.append(_("{0}: {1} of {2} has to be a warehouse of that company, not {3}.").format(place, label, escape_html(row.company), name))  # fmt: skip
            elif found and (found.is_group or found.disabled):
                wrong.append(_("{0}: {1} {2} is a group of warehouses or disabled. Choose another one.").format(place, label, name))  # fmt: skip
        if row.scrap_warehouse and row.scrap_warehouse == row.quarantine_warehouse:
            wrong.append(
                _("{0}: choose two different warehouses for quarantine and for scrap.").format(place)
            )
    if wrong:
        refuse(*wrong)
