"""A year of purchases, production, deliveries and invoices: real ERPNext documents at their dates, oldest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.demo.floor import Floor, inspect, work
from complaint_qms.demo.market import insert, selling_list
from complaint_qms.demo.tables import (
    BAD_DELIVERY,
    BAD_MATERIAL,
    CUSTOMERS,
    MATERIALS,
    PORTAL_CUSTOMER,
    PRODUCTS,
)
from complaint_qms.demo.time_travel import at, into_office

# The time in which the bad batches are sold, until the leaks are traced to them.
SELLING_TIME = timedelta(days=55)


@dataclass(frozen=True)
class Sale:
    """One delivered row: what a complaint can be about."""

    customer: str
    delivered: datetime
    delivery_note: str
    sales_invoice: str
    invoice_row: str
    item_code: str
    batch: str
    serials: tuple[str, ...]
    qty: float
    rate: float


@dataclass
class Shop:
    """What the company has at a moment of the year.

    Attributes:
        lots: material → lot received last.
        stock: product → [batch, quantity left, serial numbers left], oldest first.
        bad_batches: finished batches that contain the bad lot; from `withdrawn` on nobody delivers them any more.
        sales: every delivered row, oldest first.
    """

    company: str
    random: Random
    floor: Floor
    lots: dict[str, str] = field(default_factory=dict)
    stock: dict[str, list[list]] = field(default_factory=lambda: defaultdict(list))
    bad_lot: str = ""
    withdrawn: datetime | None = None
    bad_batches: set[str] = field(default_factory=set)
    sales: list[Sale] = field(default_factory=list)

    @property
    def stores(self) -> str:
        return _warehouse(self.company, "Stores")

    @property
    def finished(self) -> str:
        return _warehouse(self.company, "Finished Goods")


def run_year(
    shop: Shop, start: datetime, end: datetime, receipts: int, deliveries: int, commit: Callable[[], None]
) -> None:
    """Fill the time from `start` to `end`: `receipts` times a purchase, production and a share of the deliveries.

    `commit` is called after each of them: drawing numbers locks out everybody else on the site until then.
    """
    span = (end - start) / receipts
    products = [row[0] for row in PRODUCTS]
    for number in range(receipts):
        arrival = into_office(start + span * number)
        with at(arrival):
            _receive(shop, number)
        commit()
        # The bad lot goes into more batches than any other, of both products it fits.
        planned = [products[(2 * number + place) % len(products)] for place in (0, 1)]
        if number == BAD_DELIVERY:
            planned = ["HB-KETTLE-17", "HB-FLASK-05"] * 2
        elif number == 0:
            planned = products
        for place, product in enumerate(planned):
            with at(into_office(arrival + timedelta(days=2 + place, hours=1))):
                _produce(shop, product)
            commit()
        begin = arrival + timedelta(days=3 + len(planned))
        rest = max(arrival + span - begin, timedelta(days=1))
        count = deliveries // receipts
        for place in range(count):
            moment = into_office(begin + rest * (place / count))
            if moment < end:
                with at(moment):
                    _deliver(shop, moment)
                commit()


def ensure_years(start: datetime, end: datetime) -> None:
    """A fiscal year for every day of the demo; only what is missing is made."""
    for year in range(start.year, end.year + 1):
        first, last = f"{year}-01-01", f"{year}-12-31"
        if not _covered(first, last):
            insert("Fiscal Year", year=f"Demo {year}", year_start_date=first, year_end_date=last)


def _receive(shop: Shop, number: int) -> None:
    now = frappe.utils.now_datetime()
    by_supplier: dict[str, list[tuple]] = defaultdict(list)
    for row in MATERIALS:
        by_supplier[row[2]].append(row)
    # One receipt may bring goods of one supplier only; every second time the others' lots last.
    for supplier, rows in by_supplier.items():
        if number % 2 and supplier != "Quayside Seals & Gaskets":
            continue
        items = []
        for code, _title, _supplier, price, prefix in rows:
            lot = f"{prefix}-{now:%y%m}{number:02d}"
            insert(
                "Batch",
                item=code,
                batch_id=lot,
                supplier=supplier,
                manufacturing_date=getdate(now - timedelta(days=20)),
            )
            shop.lots[code] = lot
            if number == BAD_DELIVERY and code == BAD_MATERIAL:
                shop.bad_lot, shop.withdrawn = lot, now + SELLING_TIME
            items.append(
                {
                    "item_code": code,
                    "qty": 12000,
                    "rate": price,
                    "warehouse": shop.stores,
                    "batch_no": lot,
                    "use_serial_batch_fields": 1,
                }
            )
        receipt = _drafted("Purchase Receipt", company=shop.company, supplier=supplier, items=items)
        for code in {row["item_code"] for row in items} & {BAD_MATERIAL}:
            inspect(shop.floor, receipt, code, shop.lots[code], now, bad=shop.lots[code] == shop.bad_lot)
            receipt.reload()
        _submit(receipt)
        for row in receipt.items:
            frappe.db.set_value(
                "Batch", row.batch_no, {"reference_doctype": "Purchase Receipt", "reference_name": receipt.name},
                update_modified=False,
            )  # fmt: skip


def _produce(shop: Shop, product: str) -> None:
    now = frappe.utils.now_datetime()
    code, _title, prefix, _price, serials, size, keeps, materials = next(
        row for row in PRODUCTS if row[0] == product
    )
    bill = frappe.db.get_value("BOM", {"item": code, "is_default": 1, "docstatus": 1})
    order = frappe.get_doc(
        doctype="Work Order",
        production_item=code,
        bom_no=bill,
        qty=size,
        company=shop.company,
        skip_transfer=1,
        source_warehouse=shop.stores,
        wip_warehouse=_warehouse(shop.company, "Work In Progress"),
        fg_warehouse=shop.finished,
        planned_start_date=now,
    )
    order.set_work_order_operations()
    _submit(order)
    work(shop.floor, order, now)
    batch = f"{prefix}{now:%y%m}-{len(shop.stock[code]) + 1:02d}"
    made = {"manufacturing_date": getdate(now), "expiry_date": getdate(now + timedelta(days=30 * keeps))}
    insert(
        "Batch", item=code, batch_id=batch, reference_doctype="Work Order", reference_name=order.name, **made
    )
    numbers = [f"{batch}-{index:03d}" for index in range(1, size + 1)] if serials else []
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Manufacture",
            "purpose": "Manufacture",
            "company": shop.company,
            "work_order": order.name,
            "bom_no": bill,
            "from_bom": 1,
            "use_multi_level_bom": 0,
            "fg_completed_qty": size,
            "from_warehouse": shop.stores,
            "to_warehouse": shop.finished,
            "set_posting_time": 1,
            "posting_date": f"{now:%Y-%m-%d}",
            "posting_time": f"{now:%H:%M:%S}",
        }
    )
    entry.get_items()
    for row in entry.items:
        row.use_serial_batch_fields = 1
        if row.is_finished_item:
            row.batch_no, row.serial_no = batch, "\n".join(numbers)
        else:
            row.batch_no = shop.lots[row.item_code]
    _submit(entry)
    shop.stock[code].append([batch, size, numbers])
    is_bad = bool(shop.bad_lot and shop.lots[BAD_MATERIAL] == shop.bad_lot and BAD_MATERIAL in materials)
    if is_bad:
        shop.bad_batches.add(batch)
    if BAD_MATERIAL in materials:
        inspect(shop.floor, entry, code, batch, now, bad=is_bad)


def _deliver(shop: Shop, moment: datetime) -> None:
    """A delivery of one or two products to a customer, and the invoice for it."""
    random = shop.random
    customer = random.choices(CUSTOMERS, weights=[row[-1] for row in CUSTOMERS])[0]
    if not shop.sales:
        customer = next(row for row in CUSTOMERS if row[0] == PORTAL_CUSTOMER)
    name, weight = customer[0], customer[-1]
    rows = []
    for code in random.sample([row[0] for row in PRODUCTS], k=random.choice((1, 1, 2))):
        taken = _take(shop, code, weight, moment)
        if taken:
            batch, qty, numbers = taken
            price = next(row[3] for row in PRODUCTS if row[0] == code)
            rows.append(
                {"item_code": code, "qty": qty, "rate": price, "warehouse": shop.finished, "batch_no": batch,
                 "serial_no": "\n".join(numbers), "use_serial_batch_fields": 1}
            )  # fmt: skip
    if not rows:
        return
    values = {"company": shop.company, "customer": name, "selling_price_list": selling_list(), "ignore_pricing_rule": 1,
              "currency": frappe.get_cached_value("Company", shop.company, "default_currency")}  # fmt: skip
    note = _posted("Delivery Note", **values, items=rows)
    lines = [
        {
            "item_code": row.item_code,
            "qty": row.qty,
            "rate": row.rate,
            "delivery_note": note.name,
            "dn_detail": row.name,
            "warehouse": row.warehouse,
        }
        for row in note.items
    ]
    invoice = _posted("Sales Invoice", **values, items=lines, due_date=getdate(moment + timedelta(days=30)))
    for given, line in zip(rows, invoice.items, strict=True):
        numbers = tuple(number for number in given["serial_no"].split("\n") if number)
        shop.sales.append(
            Sale(
                name,
                moment,
                note.name,
                invoice.name,
                line.name,
                line.item_code,
                given["batch_no"],
                numbers,
                line.qty,
                line.rate,
            )
        )


def _take(shop: Shop, code: str, weight: int, moment: datetime) -> tuple[str, float, list[str]] | None:
    """Goods of one batch off the shelf. The bad batches stand in front of it while they are sold."""
    filled = [row for row in shop.stock[code] if row[1] > 0]
    bad = [row for row in filled if row[0] in shop.bad_batches]
    good = [row for row in filled if row[0] not in shop.bad_batches]
    if bad and moment < shop.withdrawn:
        shelf = shop.random.choice(bad)
    elif good:
        shelf = good[0]
    else:
        return None
    most = 6 if shelf[2] else 40 * weight
    qty = min(shelf[1], shop.random.randint(max(most // 3, 1), most))
    numbers, shelf[2] = shelf[2][:qty], shelf[2][qty:]
    shelf[1] -= qty
    return shelf[0], qty, numbers


def _posted(doctype: str, **values: object) -> Document:
    return _submit(_drafted(doctype, **values))


def _drafted(doctype: str, **values: object) -> Document:
    now = frappe.utils.now_datetime()
    return insert(
        doctype,
        set_posting_time=1,
        posting_date=f"{now:%Y-%m-%d}",
        posting_time=f"{now:%H:%M:%S}",
        **values,
    )


def _submit(document: Document) -> Document:
    document.flags.ignore_permissions = True
    if document.is_new():
        document.insert()
    document.submit()
    return document


def _warehouse(company: str, wanted: str) -> str:
    """The company's warehouse of this name, else its first one."""
    found = frappe.get_all(
        "Warehouse",
        filters={"company": company, "is_group": 0, "warehouse_type": ("is", "not set")},
        fields=["name", "warehouse_name"],
        order_by="lft asc",
    )
    return next((row.name for row in found if row.warehouse_name == wanted), found[0].name)


def _covered(first: str, last: str) -> bool:
    """Years that do not follow the calendar may cover a calendar year together."""
    years = frappe.get_all(
        "Fiscal Year",
        filters={"year_start_date": ("<=", last), "year_end_date": (">=", first), "disabled": 0},
        fields=["year_start_date", "year_end_date"],
        order_by="year_start_date asc",
    )
    day = getdate(first)
    for row in years:
        if row.year_start_date <= day:
            day = max(day, row.year_end_date + timedelta(days=1))
    return day > getdate(last)
