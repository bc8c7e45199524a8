"""Shows complaints among the Connections of ERPNext's records."""

from typing import Any

from frappe import _

from complaint_qms.integrations.erpnext.source_facts import SOURCES

# ERPNext DocType → field of Complaint that names it
LINKED = {
    "Customer": "customer",
    "Item": "item_code",
    "Batch": "batch_no",
    "Serial No": "serial_no",
    "Supplier": "supplier",
    **SOURCES,
}


def _with_complaints(doctype: str):
    def extend(data: dict[str, Any]) -> dict[str, Any]:
        data.setdefault("transactions", []).append({"label": _("Complaints"), "items": ["Complaint"]})
        data.setdefault("non_standard_fieldnames", {})["Complaint"] = LINKED[doctype]
        return data

    return extend


# Frappe calls these by their dotted names, one for each DocType.
customer = _with_complaints("Customer")
item = _with_complaints("Item")
batch = _with_complaints("Batch")
serial_no = _with_complaints("Serial No")
sales_order = _with_complaints("Sales Order")
delivery_note = _with_complaints("Delivery Note")
sales_invoice = _with_complaints("Sales Invoice")
supplier = _with_complaints("Supplier")
