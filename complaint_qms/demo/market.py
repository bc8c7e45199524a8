"""Customers, suppliers and items of the demo company."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from complaint_qms.demo.tables import BAD_MATERIAL, CUSTOMERS, MATERIALS, PRODUCTS, SUPPLIERS, TERRITORIES


def insert(doctype: str, **values: object) -> Document:
    """A new document by the hand of the system."""
    return frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def leaf(doctype: str, wanted: str | None = None) -> str:
    """The node of a tree with this name, else the first one without children."""
    if wanted and frappe.db.exists(doctype, {"name": wanted, "is_group": 0}):
        return wanted
    return frappe.get_all(doctype, {"is_group": 0}, pluck="name", order_by="lft asc", limit=1)[0]


def make_market(company: str, operations: dict[str, object]) -> None:
    """Suppliers, items with their bills of material and operations, territories and customers."""
    for name, country in SUPPLIERS:
        insert(
            "Supplier",
            supplier_name=name,
            supplier_group=leaf("Supplier Group", "Raw Material"),
            country=country,
        )
    for code, title, _supplier, price, _prefix in MATERIALS:
        inspected = {"inspection_required_before_purchase": int(code == BAD_MATERIAL)}
        _item(code, title, "Raw Material", price, batched=True, **inspected)
    for code, title, _prefix, price, serials, _size, keeps, materials in PRODUCTS:
        months = {"shelf_life_in_days": keeps * 30, "has_expiry_date": 0}
        _item(code, title, "Products", price, batched=True, serials=serials, **months)
        _bill(company, code, materials, operations)
        insert("Item Price", item_code=code, price_list=selling_list(), price_list_rate=price)
    root = frappe.get_all(
        "Territory", {"parent_territory": ("in", ("", None))}, pluck="name", order_by="lft", limit=1
    )
    for name in TERRITORIES:
        if not frappe.db.exists("Territory", name):
            insert("Territory", territory_name=name, parent_territory=root[0])
    for row in CUSTOMERS:
        _customer(*row)


def selling_list() -> str:
    """The site's price list for selling."""
    return (
        frappe.db.get_single_value("Selling Settings", "selling_price_list")
        or frappe.get_all(
            "Price List", {"selling": 1, "enabled": 1}, pluck="name", order_by="name asc", limit=1
        )[0]
    )


def _item(
    code: str, title: str, group: str, price: float, *, batched: bool, serials: bool = False, **values: object
) -> None:
    insert(
        "Item",
        item_code=code,
        item_name=title,
        description=title,
        item_group=leaf("Item Group", group),
        stock_uom="Nos",
        is_stock_item=1,
        has_batch_no=int(batched),
        has_serial_no=int(serials),
        valuation_rate=round(price * 0.55, 2),
        **values,
    )


def _bill(company: str, code: str, materials: tuple[str, ...], operations: dict[str, object]) -> None:
    bill = insert(
        "BOM",
        item=code,
        company=company,
        quantity=1,
        currency=frappe.get_cached_value("Company", company, "default_currency"),
        rm_cost_as_per="Valuation Rate",
        items=[{"item_code": material, "qty": 1} for material in materials],
        **operations,
    )
    bill.submit()


def _customer(
    name: str, country: str, territory: str, group: str, person: str, language: str, _buys: int
) -> None:
    customer = insert(
        "Customer",
        customer_name=name,
        customer_type="Individual" if group == "Individual" else "Company",
        customer_group=leaf("Customer Group", group),
        territory=leaf("Territory", territory),
        language=language,
    )
    links = [{"link_doctype": "Customer", "link_name": customer.name}]
    first, _space, last = person.rpartition(" ")
    mail = f"contact-{frappe.db.count('Contact') + 1}@customer.example"
    contact = insert(
        "Contact",
        first_name=first or last,
        last_name=last if first else "",
        is_primary_contact=1,
        email_ids=[{"email_id": mail, "is_primary": 1}],
        links=links,
    )
    address = insert(
        "Address",
        address_title=name,
        address_type="Billing",
        address_line1="1 Market Street",
        city=country,
        country=country,
        is_primary_address=1,
        links=links,
    )
    customer.reload()
    customer.update({"customer_primary_contact": contact.name, "customer_primary_address": address.name})
    customer.save(ignore_permissions=True)
