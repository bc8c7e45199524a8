"""Facts around a unit, over the wire."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.services.trace import kept_facts, unit_facts
from complaint_qms.services.trace.report import check_may_trace


@frappe.whitelist(methods=["GET", "POST"])
@checked
def read(kind: str, name: str) -> dict[str, Any]:
    """How a unit and its components were made and inspected, what else was complained about with the same lot or machine, and what else
    its suppliers delivered.

    Args:
        kind: "Investigation", "Complaint", "Batch", "Serial No", "Supplier Lot", "Work Order" or "Purchase Receipt".
        name: of that record.

    Returns:
        {about, made, inspections, complaints, suppliers, notes, seen_at}; see services.trace.unit_facts.
    """
    check_may_trace()
    return unit_facts.unit_facts(kind, name)


@frappe.whitelist(methods=["POST"])
@checked
def keep(name: str) -> dict[str, str]:
    """Keep the facts around the unit of an investigation in its file, as they are seen now: {name, file_name, file_url} of a private File."""
    check_may_trace()
    file = kept_facts.keep_facts(name)
    return {"name": file.name, "file_name": file.file_name, "file_url": file.file_url}
