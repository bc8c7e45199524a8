"""What ERPNext already knows about a complaint's customer, product and source document."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.integrations.erpnext.batches_and_serials import lots_of

_CUSTOMER = (
    "customer_name",
    "territory",
    "language",
    "customer_primary_contact",
    "customer_primary_address",
    "email_id",
    "mobile_no",
)
# Sales document → field of Complaint that names it
SOURCES = {"Sales Order": "sales_order", "Delivery Note": "delivery_note", "Sales Invoice": "sales_invoice"}
STARTS = ("Customer", *SOURCES)
"""Kinds of documents that a complaint is created from."""


def customer_facts(customer: str) -> dict[str, Any]:
    """Fields of a complaint that the customer's record answers."""
    row = frappe.get_cached_value("Customer", customer, _CUSTOMER, as_dict=True) or {}
    address = row.get("customer_primary_address")
    return {
        "complainant_name": row.get("customer_name"),
        "territory": row.get("territory"),
        "language": row.get("language"),
        "contact_person": row.get("customer_primary_contact"),
        "contact_email": row.get("email_id"),
        "contact_phone": row.get("mobile_no"),
        "customer_address": address,
        "country": frappe.get_cached_value("Address", address, "country") if address else None,
    }


def product_facts(doc: Document) -> dict[str, Any]:
    """Fields of a complaint that its serial number, batch and item answer, in this order."""
    facts: dict[str, Any] = {}
    if doc.serial_no:
        serial = frappe.db.get_value(
            "Serial No", doc.serial_no, ("item_code", "batch_no", "warranty_expiry_date"), as_dict=True
        )
        if serial:
            facts |= {
                "item_code": serial.item_code,
                "batch_no": serial.batch_no,
                "warranty_until": serial.warranty_expiry_date,
            }
    batch_no = doc.batch_no or facts.get("batch_no")
    if batch_no:
        batch = frappe.db.get_value(
            "Batch", batch_no, ("item", "supplier", "manufacturing_date", "expiry_date"), as_dict=True
        )
        if batch:
            facts |= {
                "item_code": facts.get("item_code") or batch.item,
                "supplier": batch.supplier,
                "manufacturing_date": batch.manufacturing_date,
                "expiry_date": batch.expiry_date,
            }
    item_code = doc.item_code or facts.get("item_code")
    if item_code:
        item = frappe.get_cached_value(
            "Item", item_code, ("item_name", "item_group", "stock_uom"), as_dict=True
        )
        if item:
            facts |= {"item_name": item.item_name, "item_group": item.item_group, "uom": item.stock_uom}
    return facts


def check_source(doctype: str) -> None:
    """A complaint can be about this kind of document.

    Raises:
        frappe.ValidationError: it cannot.
    """
    if doctype not in STARTS:
        frappe.throw(_("A complaint cannot be created from {0}.").format(escape_html(_(doctype))))


def complaint_from(source_doctype: str, source_name: str) -> dict[str, Any]:
    """Fields of a new complaint about an ERPNext document; for one item also its batch and serial number.

    Raises:
        frappe.ValidationError: the kind of document cannot be complained about, or it is cancelled.
    """
    check_source(source_doctype)
    if source_doctype == "Customer":
        return {"customer": source_name, "source_doctype": source_doctype, "source_name": source_name}
    source = frappe.get_doc(source_doctype, source_name)
    if source.docstatus == 2:
        frappe.throw(_("{0} {1} is cancelled.").format(_(source_doctype), escape_html(source_name)))
    if source.docstatus == 0:
        frappe.throw(_("Submit {0} {1} first.").format(_(source_doctype), escape_html(source_name)))
    facts = {
        "customer": source.customer,
        "company": source.company,
        "source_doctype": source_doctype,
        "source_name": source_name,
        SOURCES[source_doctype]: source_name,
        "contact_person": source.get("contact_person"),
        "contact_email": source.get("contact_email"),
        "contact_phone": source.get("contact_mobile") or source.get("contact_phone"),
        "customer_address": source.get("customer_address"),
        "territory": source.get("territory"),
    }
    facts |= _neighbours(source)
    items = {row.item_code for row in source.items if row.item_code}
    if len(items) == 1:
        row = source.items[0]
        facts |= {"item_code": row.item_code, "uom": row.stock_uom or row.uom}
        if len(source.items) == 1:
            facts |= {field: lots.pop() for field, lots in lots_of([row]).items() if len(lots) == 1}
    return {name: value for name, value in facts.items() if value}


def _neighbours(source: Document) -> dict[str, Any]:
    """Order and delivery that the rows of a document come from, where all rows agree on one."""
    fields = {
        "Delivery Note": {"sales_order": "against_sales_order", "sales_invoice": "against_sales_invoice"},
        "Sales Invoice": {"sales_order": "sales_order", "delivery_note": "delivery_note"},
        "Sales Order": {},
    }[source.doctype]
    found = {}
    for target, field in fields.items():
        names = {row.get(field) for row in source.items}
        if len(names) == 1 and None not in names:
            found[target] = names.pop()
    return found
