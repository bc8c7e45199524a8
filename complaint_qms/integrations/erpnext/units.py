"""Units of measure of an item."""

import frappe
from erpnext.stock.doctype.item.item import get_uom_conv_factor
from frappe.utils import cint


def stock_factor(item_code: str, uom: str | None) -> float | None:
    """How many stock units of an item one `uom` is; 1 without a unit, None where ERPNext knows no conversion."""
    item = frappe.get_cached_value("Item", item_code, ["stock_uom", "variant_of"], as_dict=True)
    if not uom or uom == item.stock_uom:
        return 1.0
    rows = frappe.get_all(
        "UOM Conversion Detail",
        filters={
            "parenttype": "Item",
            "parent": ("in", [name for name in (item_code, item.variant_of) if name]),
            "uom": uom,
        },
        fields=["parent", "conversion_factor"],
        order_by="parent asc",
    )
    own = sorted(rows, key=lambda row: row.parent != item_code)
    return own[0].conversion_factor if own else get_uom_conv_factor(uom, item.stock_uom)


def is_counted_whole(uom: str | None) -> bool:
    """Whether there is no half of a unit."""
    return bool(uom and cint(frappe.get_cached_value("UOM", uom, "must_be_whole_number")))
