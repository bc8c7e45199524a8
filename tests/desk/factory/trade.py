"""ERPNext's own documents: parties, goods in stock, sales."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from tests.desk.factory import copied
from tests.desk.factory.base import company, company_value, first_leaf, make, store, unique

RATE = 100.0
COST = 60.0


@dataclass(frozen=True)
class Line:
    """One line of a selling or stock document.

    Attributes:
        item: item code.
        qty: in the item's stock unit.
        rate: per unit, in the company's currency.
        batch: batch number the quantity comes from.
        serials: serial numbers, one per unit.
        warehouse: the company's store when empty.
    """

    item: str
    qty: float = 1
    rate: float = RATE
    batch: str | None = None
    serials: Sequence[str] = ()
    warehouse: str | None = None

    def row(self, **extra: object) -> dict:
        row = {
            "item_code": self.item,
            "qty": self.qty,
            "rate": self.rate,
            "warehouse": self.warehouse or store(),
        }
        if self.batch or self.serials:
            row |= {
                "use_serial_batch_fields": 1,
                "batch_no": self.batch,
                "serial_no": "\n".join(self.serials) or None,
            }
        return row | extra


# Parties -------------------------------------------------------------------------------------------------------------


def customer(**values: object) -> Document:
    """A company as customer, first group and territory that are not groups of others. One without further values is copied from
    one made before."""
    name = unique("Customer")
    wanted = {
        "customer_name": name,
        "customer_type": "Company",
        "customer_group": first_leaf("Customer Group"),
        "territory": first_leaf("Territory"),
    }
    if values:
        return make("Customer", **wanted | values)
    kind = ("Customer", wanted["customer_group"], wanted["territory"], *_sums(CUSTOMER_FOLLOWS))
    copied.build(kind, {"<customer>": name}, lambda: make("Customer", **wanted))
    made = frappe.get_doc("Customer", {"customer_name": name})
    made.flags.ignore_permissions = True
    return made


def contact(party: str, party_type: str = "Customer", **values: object) -> Document:
    """A person with an email address of their own at a customer or supplier."""
    address = f"{frappe.generate_hash(length=10)}@customer.example"
    defaults = {
        "first_name": unique("Contact"),
        "email_ids": [{"email_id": address, "is_primary": 1}],
        "links": [{"link_doctype": party_type, "link_name": party}],
    }
    return make("Contact", **defaults | values)


def supplier(**values: object) -> Document:
    defaults = {"supplier_name": unique("Supplier"), "supplier_group": first_leaf("Supplier Group")}
    return make("Supplier", **defaults | values)


# Items, batches, serial numbers --------------------------------------------------------------------------------------


def item(
    *, batch: bool = False, serial: bool = False, price: float | None = RATE, **values: object
) -> Document:
    """A stock item, tracked by batch or serial number when asked, with a selling price."""
    code = unique("Item")
    defaults = {
        "item_code": code,
        "item_name": code,
        "item_group": first_leaf("Item Group"),
        "stock_uom": "Nos",
        "is_stock_item": 1,
        "has_batch_no": int(batch),
        "has_serial_no": int(serial),
        "valuation_rate": COST,
        "item_defaults": [{"company": company(), "default_warehouse": store()}],
    }
    made = make("Item", **defaults | values)
    if price is not None:
        item_price(made.name, price)
    return made


def item_price(item_code: str, rate: float, price_list: str = "Standard Selling") -> Document:
    return make("Item Price", item_code=item_code, price_list=price_list, price_list_rate=rate)


def batch(item_code: str, **values: object) -> Document:
    """A batch made a month ago that expires in a year."""
    defaults = {
        "item": item_code,
        "batch_id": unique("B").upper().replace(" ", "-"),
        "manufacturing_date": add_days(nowdate(), -30),
        "expiry_date": add_days(nowdate(), 335),
    }
    return make("Batch", **defaults | values)


def serials(count: int) -> list[str]:
    """Serial numbers that no item has yet, in order; a receipt creates them."""
    return sorted(unique("SN").upper().replace(" ", "-") for _ in range(count))


# Stock and selling ---------------------------------------------------------------------------------------------------


def receive(*lines: Line, posting_date: str | None = None) -> Document:
    """Bring goods into stock (submitted Stock Entry, Material Receipt) at `COST` each."""
    rows = [
        line.row(t_warehouse=line.warehouse or store(), basic_rate=COST, warehouse=None) | {"rate": None}
        for line in lines
    ]
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": company(),
            "items": rows,
            **_posted_on(posting_date),
        }
    )
    return _submit(entry)


def stocked(
    qty: float = 10, *, with_batch: bool = False, with_serials: bool = False, **values: object
) -> Line:
    """A new item of which `qty` lie in stock, as the line that sells one unit of it.

    With serial numbers the line names the first of them; all are found in Serial No by item. Stock without further values is
    copied from one made before.
    """
    code = str(values.get("item_code") or unique("Item"))
    number = unique("B").upper().replace(" ", "-") if with_batch else None
    whole = Line(code, qty=qty, batch=number, serials=serials(int(qty)) if with_serials else [])

    def bring() -> None:
        item(**{"item_code": code, "item_name": code, "batch": with_batch, "serial": with_serials} | values)
        if number:
            batch(code, batch_id=number)
        receive(whole)

    if values:
        bring()
    else:
        words = {"<item>": code, "<batch>": number} if number else {"<item>": code}
        words |= {f"<serial {place}>": serial for place, serial in enumerate(whole.serials)}
        copied.build(("Stock", qty, with_batch, with_serials, *_settings()), words, bring)
    return replace(whole, qty=1, serials=whole.serials[:1])


def sales_order(customer_name: str, *lines: Line, **values: object) -> Document:
    """Submitted Sales Order, delivery in a week. It promises goods, so it names no batch or serial number."""
    due = add_days(nowdate(), 7)
    rows = [{k: v for k, v in line.row(delivery_date=due).items() if k in ORDER_FIELDS} for line in lines]
    defaults = {"customer": customer_name, "company": company(), "delivery_date": due, "items": rows}
    return _submit(frappe.get_doc({"doctype": "Sales Order", **defaults, **values}))


ORDER_FIELDS = {"item_code", "qty", "rate", "warehouse", "delivery_date"}


def delivery(customer_name: str, *lines: Line, posting_date: str | None = None, **values: object) -> Document:
    """Submitted Delivery Note: the goods leave the store."""
    return _submit(_selling_document("Delivery Note", customer_name, lines, posting_date, values))


def invoice(
    customer_name: str,
    *lines: Line,
    update_stock: bool = False,
    posting_date: str | None = None,
    **values: object,
) -> Document:
    """Submitted Sales Invoice; with `update_stock` it also delivers."""
    values = {"update_stock": int(update_stock), "due_date": add_days(posting_date or nowdate(), 30)} | values
    return _submit(_selling_document("Sales Invoice", customer_name, lines, posting_date, values))


def invoice_of(delivery_note: str, **values: object) -> Document:
    """Submitted Sales Invoice for everything on a Delivery Note, its lines linked back to it."""
    from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice

    # A note of an earlier day has its own time; on 16 the invoice takes it over, and lies before or after now as the hour has it.
    made = make_sales_invoice(delivery_note)
    made.update({"set_posting_time": 0} | values)
    return _submit(made)


def sold(qty: float = 10, **options: object) -> tuple[Document, Document, Document]:
    """Customer, submitted Delivery Note and its Sales Invoice for `qty` of a new item.

    Keyword arguments are those of `stocked` (`with_batch`, `with_serials`, fields of the item). A sale without any is copied from
    one made before; the company's sum of the month does not count it.
    """
    if options:
        return _sell(qty, customer, **options)
    code, buyer = unique("Item"), unique("Customer")
    copied.build(
        ("Sale", qty, *_settings()),
        {"<item>": code, "<customer>": buyer},
        lambda: _sell(qty, lambda: customer(customer_name=buyer), item_code=code, item_name=code),
    )
    return _sale_to(buyer)


def tax_account() -> str:
    """An account of the company that taxes are booked on."""
    found = {"company": company(), "account_type": "Tax", "is_group": 0}
    return frappe.get_all("Account", found, pluck="name", order_by="name", limit=1)[0]


def freight_account() -> str:
    """An account of the company that freight is booked on; on that of a tax, Frappe 16 would take the tax away."""
    found = {"company": company(), "account_name": "Freight and Forwarding Charges"}
    return frappe.db.get_value("Account", found)


def taxed_invoice(**values: object) -> Document:
    """Submitted Sales Invoice over ten units with 10 % tax and 40 for freight."""
    tax, freight = tax_account(), freight_account()
    taxes = [
        {"charge_type": "On Net Total", "account_head": tax, "description": "VAT", "rate": 10},
        {"charge_type": "Actual", "account_head": freight, "description": "Freight", "tax_amount": 40},
    ]
    line = replace(stocked(10), qty=10)
    return invoice(customer().name, line, **{"update_stock": True, "taxes": taxes, **values})


def _sell(
    qty: float, new_customer: Callable[[], Document], **options: object
) -> tuple[Document, Document, Document]:
    line = stocked(qty, **options)
    numbers: Iterable[str] = ()
    if line.serials:
        numbers = frappe.get_all("Serial No", {"item_code": line.item}, pluck="name", order_by="name")
    buyer = new_customer()
    note = delivery(buyer.name, replace(line, qty=qty, serials=tuple(numbers)))
    return buyer, note, invoice_of(note.name)


def _sale_to(customer_name: str) -> tuple[Document, Document, Document]:
    """The only sale to a customer, as it is stored."""
    sale = [frappe.get_doc(doctype, {"customer_name": customer_name}) for doctype in SALE]
    for document in sale[1:]:
        document.flags.ignore_permissions = True
    return tuple(sale)


SALE = ("Customer", "Delivery Note", "Sales Invoice")


def _settings() -> list[str]:
    """What a sale of goods at their list price follows: another value means another sale."""
    of_company = frappe.get_doc("Company", company()).as_dict(no_default_fields=True)
    of_company.pop("total_monthly_sales")
    return [*_sums(SALE_FOLLOWS), frappe.as_json(of_company)]


def _sums(doctypes: Iterable[str]) -> list[int]:
    tables = ", ".join(f"`tab{doctype}`" for doctype in doctypes)
    return [total for _, total in frappe.db.sql(f"checksum table {tables}")]


CUSTOMER_FOLLOWS = (
    "Singles",
    "Property Setter",
    "Custom Field",
    "Customer Group",
    "Territory",
    "DefaultValue",
)
SALE_FOLLOWS = (
    "Singles", "Property Setter", "Custom Field", "Pricing Rule", "Tax Rule", "Sales Taxes and Charges Template", "Price List",
    "Currency", "Account", "Warehouse", "Item Group", "Customer Group", "Territory", "UOM",
)  # fmt: skip


def _selling_document(
    doctype: str, customer_name: str, lines: Sequence[Line], posting_date: str | None, values: dict
) -> Document:
    defaults = {
        "customer": customer_name,
        "company": company(),
        "currency": company_value("default_currency"),
        "selling_price_list": "Standard Selling",
        "items": [line.row() for line in lines],
    }
    return frappe.get_doc({"doctype": doctype, **defaults, **_posted_on(posting_date), **values})


def _posted_on(date: str | None) -> dict:
    return {"posting_date": date, "posting_time": "09:00:00", "set_posting_time": 1} if date else {}


def _submit(document: Document) -> Document:
    document.flags.ignore_permissions = True
    document.insert()
    document.submit()
    return document
