"""Drafts what the customer gets instead of money: new goods free of charge, or a repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, nowdate

from complaint_qms.integrations.erpnext.draft_marks import Marks, insert_draft, mapping_allowed
from complaint_qms.integrations.erpnext.remaining import SoldRow


@dataclass(frozen=True)
class Fresh:
    """New goods for one sold row: `qty` in the row's unit, from `warehouse` (None: the one the sale left from)."""

    row: SoldRow
    qty: float
    warehouse: str | None


def draft_replacement(doctype: str, source: Document, goods: Sequence[Fresh], marks: Marks) -> Document:
    """Draft a Sales Order or Delivery Note of `goods` without a price, every row ERPNext's free item.

    A price with a discount of 100 % would be refused where the item has a Max Discount. ERPNext leaves free items out of
    pricing rules, of the check against purchase and valuation rates, and of what it learns for the price list.

    Args:
        doctype: Sales Order (stock, purchasing and production see the need) or Delivery Note (sent at once).
        source: invoice or delivery note of the sale: party, addresses, currency and exchange rate are its own.
    """
    doc = frappe.new_doc(doctype)
    for name in (
        "customer",
        "company",
        "currency",
        "conversion_rate",
        "selling_price_list",
        "price_list_currency",
    ):
        doc.set(name, source.get(name))
    for name in (
        "customer_address",
        "shipping_address_name",
        "contact_person",
        "territory",
        "plc_conversion_rate",
    ):
        doc.set(name, source.get(name))
    doc.ignore_pricing_rule = 1
    if doctype == "Sales Order":
        doc.transaction_date = doc.delivery_date = nowdate()
    for fresh in goods:
        doc.append("items", _free_row(doctype, fresh, marks))
    with mapping_allowed():
        doc.run_method("set_missing_values")
    doc.set("taxes", [])  # nothing is charged, so nothing is taxed; a fixed charge of a template would be
    doc.taxes_and_charges = None
    return insert_draft(doc, marks, f"{_(source.doctype)} {source.name}")


def draft_repair(source: Document, row: SoldRow, serial_no: str | None, text: str, marks: Marks) -> Document:
    """Open a Warranty Claim, ERPNext's record for mending goods that stay the customer's.

    A return would book the goods back into the company's stock and reverse the sale, which a repair does not do.
    Service plans the work from the claim (Create → Maintenance Visit).
    """
    doc = frappe.new_doc("Warranty Claim")
    doc.update(
        {
            "customer": source.customer,
            "company": source.company,
            "complaint_date": nowdate(),
            "item_code": row.item_code,
            "item_name": row.item_name,
            "serial_no": serial_no,
            "description": row.description,
            "complaint": escape_html(f"{text} {marks.note}"),
        }
    )
    return insert_draft(doc, marks, f"{_(source.doctype)} {source.name}")


def _free_row(doctype: str, fresh: Fresh, marks: Marks) -> dict:
    row = fresh.row
    text = _("Free replacement for complaint {0}").format(marks.complaint)
    values = {
        "item_code": row.item_code,
        "item_name": row.item_name,
        "description": f"{row.description or row.item_name}<br>{text}",
        "qty": fresh.qty,
        "uom": row.uom,
        "conversion_factor": row.conversion_factor,
        "is_free_item": 1,
        "price_list_rate": 0,
        "rate": 0,
        "warehouse": fresh.warehouse or row.warehouse,
    }
    if doctype == "Sales Order":
        values["delivery_date"] = nowdate()
    return values
