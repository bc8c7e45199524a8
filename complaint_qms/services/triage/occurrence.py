"""How often it happens: complaints about a product, of the same type, for each unit delivered in a year; many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import add_days, getdate

from complaint_qms.constants.stages import NO_COMPLAINT
from complaint_qms.constants.triage import LEAST_UNITS, OCCURRENCE_DAYS
from complaint_qms.engine.risk import RiskError, occurrence_of_rate
from complaint_qms.integrations.erpnext.exposure import units_delivered_of
from complaint_qms.permissions.query import list_condition
from complaint_qms.services.record.in_use import usable
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.risk.matrix import occurrence_bands

Rates = dict[str, dict[str, Any]]
_CONFIDENCE = 0.5


def proposed_occurrences(docs: Sequence[Document], types: dict[str, str]) -> Rates:
    """Name → the proposed occurrence {value, confidence, reasons, state}, for complaints about a product that was delivered.
    Four queries at most, whatever their number. Where the user may not see every complaint that counts, nothing is proposed:
    the figures would tell of the others.

    Args:
        types: name → the type that each is, or may be.
    """
    about = {doc.name: (doc.company, doc.item_code) for doc in docs if doc.item_code and doc.company}
    if not about:
        return {}
    end = getdate()
    start = getdate(add_days(end, -OCCURRENCE_DAYS))
    units = units_delivered_of(start, end, {item for _company, item in about.values()})
    sold = {key for key in about.values() if units.get(key, 0) >= LEAST_UNITS}
    if not sold:
        return {}
    items = {item for _company, item in sold}
    counts = _counts(start, items)
    if list_condition("Complaint", frappe.session.user):
        seen = _counts(start, items, narrowed=True)
        sold -= {key[:2] for key, count in counts.items() if seen.get(key) != count}
    bands, found = occurrence_bands(), {}
    stored = {doc.name: doc.complaint_type for doc in docs}
    for name, (company, item) in about.items():
        kind = types.get(name)
        number = sum(
            count
            for (of_company, of_item, of_kind), count in counts.items()
            if (of_company, of_item) == (company, item) and (not kind or of_kind == kind)
        )
        number += bool(kind and stored[name] != kind)  # this one, which is of that type once somebody agrees
        level = _level(max(number, 1) / units[company, item], bands) if (company, item) in sold else None
        if level:
            found[name] = _proposal(level, max(number, 1), units[company, item], item, kind)
    return found


def _counts(start: date, items: set[str], narrowed: bool = False) -> dict[tuple[str, str, str | None], int]:
    complaint = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(complaint)
        .select(complaint.company, complaint.item_code, complaint.complaint_type, Count("*"))
        .where(complaint.item_code.isin(sorted(items)) & (complaint.received_at >= start))
        .where(complaint.stage.notin(NO_COMPLAINT))
        .groupby(complaint.company, complaint.item_code, complaint.complaint_type)
    )
    rows = (permitted(query) if narrowed else query).run()
    return {(company, item, kind): count for company, item, kind, count in rows}


def _level(rate: float, bands: list[tuple[str, float, float]]) -> str | None:
    try:
        level = occurrence_of_rate(rate, bands)
    except RiskError:
        return None
    return usable("Risk Occurrence", level)


def _proposal(level: str, count: int, units: float, item: str, kind: str | None) -> dict[str, Any]:
    of_type = _("{0} complaints of type {1} about {2} in twelve months, {3} units delivered")
    of_all = _("{0} complaints about {1} in twelve months, {2} units delivered")
    amount = frappe.format_value(units, {"fieldtype": "Float", "precision": 0})
    reason = of_type.format(count, _(kind), item, amount) if kind else of_all.format(count, item, amount)
    return {"value": level, "confidence": _CONFIDENCE, "reasons": [reason], "state": ""}
