"""Import of complaints over the wire: look at the columns again, start, ask how far it is."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.services.importing import preparation
from complaint_qms.services.importing.run_lock import IMPORT

_SHOWN = (
    "status",
    "total_rows",
    "position",
    "imported",
    "existing",
    "failed",
    "error_file",
    "error_message",
    "seconds",
)


@frappe.whitelist(methods=["POST"])
@checked
def start(name: str) -> dict[str, Any]:
    """Run an import in the background; an interrupted one goes on where it stopped. Returns its progress."""
    doc = frappe.get_doc(IMPORT, name)
    doc.check_permission("write")
    frappe.has_permission("Complaint", "import", throw=True)
    preparation.start_import(doc)
    return progress(name)


@frappe.whitelist(methods=["POST"])
@checked
def guess_columns(name: str) -> dict[str, Any]:
    """Read the file again and guess its columns anew."""
    doc = frappe.get_doc(IMPORT, name)
    doc.check_permission("write")
    preparation.analyse(doc)
    doc.flags.by_service = True
    doc.save()
    return progress(name)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def progress(name: str) -> dict[str, Any]:
    """Counts of an import, and whether a job of it waits or a process runs it."""
    doc = frappe.get_doc(IMPORT, name)
    doc.check_permission("read")
    return {
        "name": name,
        "alive": preparation.is_alive(name),
        **{field: doc.get(field) for field in _SHOWN},
    }
