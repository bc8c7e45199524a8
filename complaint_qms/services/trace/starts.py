"""What somebody asks about, as the lots it stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext import lots
from complaint_qms.services.record.input_validation import refuse

COMPLAINT: Final = "Complaint"
BATCH: Final = "Batch"
SERIAL: Final = "Serial No"
SUPPLIER_LOT: Final = "Supplier Lot"
WORK_ORDER: Final = "Work Order"
PURCHASE_RECEIPT: Final = "Purchase Receipt"
BY_DOCUMENT: Final = (SUPPLIER_LOT, WORK_ORDER, PURCHASE_RECEIPT)
"""Kinds of which another company's document may say which lots they are."""


@dataclass(frozen=True)
class Start:
    """Where a genealogy begins.

    Attributes:
        fold: serial numbers of a batch count as the batch.
        customer: of the complaint that is asked about.
    """

    kind: str
    name: str
    lots: tuple[Lot, ...]
    fold: bool = True
    customer: str = ""


def start_of(kind: str, name: str, supplier: str = "") -> Start:
    """The lots that a record stands for.

    Args:
        supplier: narrows a supplier's lot, whose number several may use.

    Raises:
        frappe.PermissionError: the complaint is not the user's to read.
        frappe.ValidationError: there is no such record, or it names no lot; the sentence says what to do.
    """
    if kind == COMPLAINT:
        return _of_complaint(name)
    if kind == SUPPLIER_LOT:
        found = lots.lots_of_supplier(name, supplier)
    elif kind in _FINDERS:
        known = frappe.db.exists(kind, name)
        if not known:
            refuse(_("There is no {0} “{1}”.").format(_(kind), escape_html(name)))
        found = _FINDERS[kind](known)
    else:
        refuse(_("“{0}” is nothing that a genealogy can start from.").format(escape_html(kind)))
    if not found:
        refuse(_NONE[kind]().format(escape_html(name)))
    return Start(kind, name, tuple(found), fold=kind != SERIAL)


def _of_complaint(name: str) -> Start:
    doc = frappe.get_doc(COMPLAINT, name)
    doc.check_permission("read")
    found = _named_by(doc)
    if not found:
        refuse(
            _("Complaint {0} leads to no batch or serial number. Fill in Batch or Serial No, or the delivery or invoice with the item.").format(name)
        )  # fmt: skip
    # A unit of a batch asks about the batch; a unit without one stands for itself.
    fold = all(lot.batch or not lot.serial for lot in found)
    return Start(COMPLAINT, name, tuple(found), fold, doc.customer or "")


def _named_by(doc: Document) -> list[Lot]:
    if doc.batch_no and (lot := lots.lot_of_batch(doc.batch_no)):
        return [lot]
    if doc.serial_no and (lot := lots.lot_of_serial(doc.serial_no)):
        return [lot]
    for doctype, name in (("Delivery Note", doc.delivery_note), ("Sales Invoice", doc.sales_invoice)):
        if name and doc.item_code and (sold := lots.lots_sold_with(doctype, name, doc.item_code)):
            return sold
    return []


def _one(finder: Callable[[str], Lot | None]) -> Callable[[str], list[Lot]]:
    return lambda name: [lot] if (lot := finder(name)) else []


_FINDERS: Final = {
    BATCH: _one(lots.lot_of_batch),
    SERIAL: _one(lots.lot_of_serial),
    WORK_ORDER: lots.lots_made_for,
    PURCHASE_RECEIPT: lambda name: lots.lots_received(PURCHASE_RECEIPT, name),
}
_NONE: Final = {
    BATCH: lambda: _("Batch {0} belongs to no item."),
    SERIAL: lambda: _("Serial number {0} belongs to no item."),
    WORK_ORDER: lambda: _("Nothing with a batch or serial number was made for Work Order {0} yet."),
    PURCHASE_RECEIPT: lambda: _("Purchase Receipt {0} brought in nothing with a batch or serial number, or is not submitted."),
    SUPPLIER_LOT: lambda: _("No batch has the number {0}, and no supplier's delivery or invoice of that number brought one in."),
}  # fmt: skip
