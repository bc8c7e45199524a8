"""How long after delivery complaints about a product or batch come: the share of its units by their age (Kaplan–Meier), beside that of all
units of the company, and how many complaints its age leads to expect. Of what the user may see."""

from __future__ import annotations

from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate
from pypika.queries import QueryBuilder

from complaint_qms.constants.rules import NOT_COUNTED
from complaint_qms.engine.signals.time_to_event import Survival
from complaint_qms.integrations.erpnext.delivered_units import Only, groups_of
from complaint_qms.permissions.delivered_units import kept_to
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.signals.expected import AgeFacts, age_facts
from complaint_qms.services.signals.exposure import GROUPS
from complaint_qms.services.signals.kept_weeks import week_of

_LEAST_AT_RISK = 0.02
"""Share of the units that must have got to an age for it to be drawn: beyond, one complaint moves the curve by more than it says."""
_TOLD_WEEKS = (4, 13, 26, 52)


def of_signal(signal: Document) -> dict[str, Any]:
    """{weeks, share, lower, upper, all, units, complaints, dated, expected, told}: the ages in weeks, of each the share of units in percent
    with its 95 % interval and that of all units of the company, how many units and complaints, how many of these lead to a delivery,
    how many were to be expected by now; {} where nothing is known."""
    this = {field: {signal.get(field)} for field in ("item_code", "batch_no") if signal.get(field)}
    if not this:
        return {}
    only: dict[str, set[str]] = {"company": {signal.company}}
    kept = kept_to(frappe.session.user)
    if (groups := kept.pop("item_group", None)) is not None:
        items = {item for item, group in groups_of(*GROUPS["item_group"]).items() if group in groups}
        kept["item_code"] = kept.get("item_code", items) & items
    for field, values in kept.items():
        only[field] = only[field] & values if field in only else values
    last = week_of(getdate()) - 1
    found = age_facts(
        _complaints(signal.company, {}), _complaints(signal.company, this), only, _narrowed(only, this), last
    )
    return _shown(found) if found else {}


def _complaints(company: str, this: dict[str, set[str]]) -> QueryBuilder:
    complaint = frappe.qb.DocType("Complaint")
    query = frappe.qb.from_(complaint).where(
        (complaint.company == company) & complaint.stage.notin(NOT_COUNTED)
    )
    for field, values in this.items():
        query = query.where(complaint[field].isin(sorted(values)))
    return permitted(query)


def _narrowed(only: Only, this: dict[str, set[str]]) -> Only:
    return {**only, **{field: values & set(only.get(field, values)) for field, values in this.items()}}


def _shown(found: AgeFacts) -> dict[str, Any]:
    curve = found.curve
    width = _drawn(curve)
    everybody = 1 - np.exp(-found.rates.cumulative)
    shown = {
        "weeks": list(range(width)),
        "share": _percent(1 - curve.survival[:width]),
        "lower": _percent(1 - curve.upper[:width]),
        "upper": _percent(1 - curve.lower[:width]),
        "all": _percent(everybody[:width]),
        "units": round(found.units, 3),
        "complaints": found.complaints,
        "dated": found.dated,
        "expected": round(found.expected, 2),
    }
    return shown | {"told": _sentences(shown)}


def _drawn(curve: Survival) -> int:
    """How many ages enough units have got to."""
    most = curve.at_risk.max(initial=0.0)
    return int(np.count_nonzero(curve.at_risk >= max(_LEAST_AT_RISK * most, 1e-9)))


def _percent(values: np.ndarray) -> list[float | None]:
    return [round(100 * float(value), 4) if np.isfinite(value) else None for value in values]


def _sentences(shown: dict[str, Any]) -> list[str]:
    told = [
        _("{0} complaints about {1} units delivered, of {2} of which it is known when the unit was delivered; {3} were to be expected at the rates of all units of the same age.").format(
            frappe.format(shown["complaints"], "Int"), frappe.format(shown["units"], "Float"), shown["dated"], frappe.format(shown["expected"], {"fieldtype": "Float", "precision": 1})
        )
    ]  # fmt: skip
    for week in _TOLD_WEEKS:
        if week < len(shown["weeks"]) and shown["share"][week]:
            low, high, all_units = (shown[name][week] for name in ("lower", "upper", "all"))
            told.append(
                _("After {0} weeks {1} % of its units had been complained about (95 % interval {2} to {3} %), of all units {4} %.").format(
                    week, *(_figure(value) for value in (shown["share"][week], low, high, all_units))
                )
            )  # fmt: skip
    return told


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return frappe.format(value, {"fieldtype": "Float", "precision": 3 if value < 1 else 1})
