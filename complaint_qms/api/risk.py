"""Severities and occurrences: what a link field offers, what deliveries say of an occurrence, what rates the levels have."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked, read_by_the_framework
from complaint_qms.services.capa.residual_risk import residual_of
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.input_validation import read_object
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.risk import levels
from complaint_qms.services.risk.matrix import occurrence_bands
from complaint_qms.services.risk.occurrence_words import band_problems, told_rates
from complaint_qms.services.triage.occurrence import beside_field

_CHOSEN = {"item_code": "Item", "batch_no": "Batch", "complaint_type": "Complaint Type"}


@frappe.whitelist()
@checked
@frappe.validate_and_sanitize_search_inputs
def offered(
    doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: Any = None
) -> list[tuple[str, str]]:
    """Search of a link field: levels by weight, each with its definition."""
    if doctype not in levels.LEVELS:
        frappe.throw(_("Say which levels are wanted: {0}.").format(comma_list(levels.LEVELS)))
    frappe.has_permission(doctype, "read", throw=True)
    with read_by_the_framework("filters"):
        return levels.offered(doctype, txt, filters, max(int(start), 0), min(max(int(page_len), 1), 100))


@frappe.whitelist(methods=["GET", "POST"])
@checked
def beside_complaint(name: str, chosen: Any = None) -> dict[str, Any]:
    """What stands beside the risk of a complaint: {occurrence, residual}, what deliveries say of its occurrence (see
    services.triage.occurrence.beside_field), and how the risk was judged after its CAPAs (services.capa.residual_risk.residual_of).

    Args:
        chosen: {item_code, batch_no, complaint_type} as they stand on a form that is not saved yet.
    """
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("read")
    fields = read_object(
        chosen or {}, _("Send the fields of the complaint as an object in “{0}”.").format("chosen")
    )
    for field, value in fields.items():
        # What stands on the complaint already, its reader sees there; a Quality Manager need not open items for it.
        if field in _CHOSEN and isinstance(value, str | None) and (value or None) != doc.get(field):
            doc.set(field, value if value and readable(_CHOSEN[field], [value]) else None)
    return {"occurrence": beside_field(doc), "residual": residual_of(doc.name)}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def bands() -> dict[str, Any]:
    """The rates of the occurrence levels in use, the least first: {levels: [{name, rates: [from, to or None], told, base}], problems};
    `told` are both ends for `base` units as a person reads them, `problems` says what keeps a rate from having one level."""
    frappe.has_permission("Risk Occurrence", "read", throw=True)
    found = occurrence_bands()
    rows = []
    for level, low, high in found:
        told, base = told_rates([low, high] if high else [low])
        rows.append({"name": level, "rates": [low, high or None], "told": told, "base": base})
    return {"levels": rows, "problems": band_problems(found)}
