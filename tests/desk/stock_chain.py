"""A company's chain from three supplier lots to its customers, made of ERPNext's own documents, and a diary of what was done.

The diary is kept beside the documents, in plain numbers; what a genealogy has to say is reckoned from it and never from a ledger.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import frappe
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime

from tests.desk import factory


@dataclass
class Chain:
    """What was done, in order.

    Attributes:
        lots: short name → batch number; items: short name → item code, of the batch as well.
        moved: (lot, place, quantity).
        uses: (taken {lot: quantity}, made {lot: quantity}, document) of everything that consumed and produced.
        sold: (customer, lot) → [delivered, came back].
        received: lot → (supplier, document).
    """

    lots: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    moved: list[tuple[str, str, float]] = field(default_factory=list)
    uses: list[tuple[dict[str, float], dict[str, float], str]] = field(default_factory=list)
    sold: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    received: dict[str, tuple[str, str]] = field(default_factory=dict)
    minutes: int = -600

    def new_item(self, short: str, **values: object) -> str:
        self.items[short] = factory.item(batch=True, price=None, **values).name
        return self.items[short]

    def new_lot(self, short: str, item: str) -> str:
        self.items[short] = self.items[item]
        self.lots[short] = factory.batch(self.items[item]).name
        return self.lots[short]

    def buy(self, lot: str, qty: float, supplier: str, number: str = "") -> Document:
        row = self.row(lot, qty, warehouse=factory.store(), rate=5)
        made = self.post("Purchase Receipt", supplier=supplier, supplier_delivery_note=number, items=[row])
        self.moved.append((lot, factory.store(), qty))
        self.received[lot] = (supplier, made.name)
        return made

    def make(self, taken: dict[str, float], made: dict[str, float]) -> Document:
        """Repack: anything into anything, all in the store."""
        rows = [self.row(lot, qty, s_warehouse=factory.store()) for lot, qty in taken.items()]
        rows += [
            self.row(
                lot,
                qty,
                t_warehouse=factory.store(),
                is_finished_item=int(place == 0),
                set_basic_rate_manually=1,
            )
            for place, (lot, qty) in enumerate(made.items())
        ]
        entry = self.post("Stock Entry", stock_entry_type="Repack", purpose="Repack", items=rows)
        self._used(taken, made, entry.name)
        return entry

    def manufacture(self, bill: str, taken: dict[str, float], lot: str, qty: float) -> Document:
        """By a Work Order of its own."""
        order = self.order(bill, lot, qty)
        entry = self.entry("Manufacture", order, bill, taken, {lot: qty}, qty)
        self._used(taken, {lot: qty}, entry.name)
        return order

    def order(self, bill: str, lot: str, qty: float) -> Document:
        """Work Order for the item of a lot, everything in the store."""
        store = factory.store()
        order = factory.make(
            "Work Order",
            production_item=self.items[lot],
            bom_no=bill,
            qty=qty,
            skip_transfer=1,
            company=factory.company(),
            source_warehouse=store,
            wip_warehouse=store,
            fg_warehouse=store,
            planned_start_date=now_datetime(),
        )
        order.submit()
        return order

    def entry(
        self,
        purpose: str,
        order: Document,
        bill: str,
        taken: dict[str, float],
        made: dict[str, float],
        qty: float,
    ) -> Document:
        """Stock Entry for a Work Order."""
        rows = [self.row(lot, of, s_warehouse=factory.store()) for lot, of in taken.items()]
        rows += [
            self.row(lot, of, t_warehouse=factory.store(), is_finished_item=1) for lot, of in made.items()
        ]
        return self.post(
            "Stock Entry",
            stock_entry_type=purpose,
            purpose=purpose,
            work_order=order.name,
            bom_no=bill,
            from_bom=1,
            fg_completed_qty=qty,
            items=rows,
        )

    def till(self) -> tuple[str, str]:
        """(mode of payment, POS Profile)."""
        if frappe.get_meta("POS Settings").has_field("invoice_type"):  # ERPNext 16 writes sales invoices else
            frappe.db.set_single_value("POS Settings", "invoice_type", "POS Invoice")
        company = frappe.get_cached_doc("Company", factory.company())
        cash = {"company": company.name, "account_type": "Cash", "is_group": 0}
        account = frappe.get_all("Account", cash, pluck="name", order_by="name")[0]
        mode = factory.make(
            "Mode of Payment",
            mode_of_payment=factory.unique("Till"),
            type="Cash",
            accounts=[{"company": company.name, "default_account": account}],
        ).name
        profile = factory.make(
            "POS Profile",
            __newname=factory.unique("Till"),
            company=company.name,
            warehouse=factory.store(),
            currency=company.default_currency,
            write_off_account=company.write_off_account or company.default_expense_account,
            write_off_cost_center=company.cost_center,
            cost_center=company.cost_center,
            selling_price_list="Standard Selling",
            payments=[{"mode_of_payment": mode, "default": 1}],
        )
        return mode, profile.name

    def bill(self, item: str, parts: dict[str, float]) -> str:
        rows = [{"item_code": self.items[part], "qty": qty, "rate": 1} for part, qty in parts.items()]
        made = factory.make("BOM", item=self.items[item], company=factory.company(), quantity=1, items=rows)
        made.submit()
        return made.name

    def move(self, lot: str, qty: float, place: str) -> Document:
        row = self.row(lot, qty, s_warehouse=factory.store(), t_warehouse=place)
        self.moved += [(lot, factory.store(), -qty), (lot, place, qty)]
        return self.post(
            "Stock Entry", stock_entry_type="Material Transfer", purpose="Material Transfer", items=[row]
        )

    def scrap(self, lot: str, qty: float) -> Document:
        self.moved.append((lot, factory.store(), -qty))
        row = self.row(lot, qty, s_warehouse=factory.store())
        return self.post(
            "Stock Entry", stock_entry_type="Material Issue", purpose="Material Issue", items=[row]
        )

    def count(self, lot: str, qty: float, before: float) -> Document:
        """Stock Reconciliation: `qty` were found where `before` lay."""
        self.moved.append((lot, factory.store(), qty - before))
        row = self.row(lot, qty, warehouse=factory.store(), valuation_rate=5)
        return self.post("Stock Reconciliation", purpose="Stock Reconciliation", items=[row])

    def sell(self, customer: str, *lots: tuple[str, float], by_invoice: bool = False) -> Document:
        lines = [factory.Line(self.items[lot], qty=qty, batch=self.lots[lot]) for lot, qty in lots]
        for lot, qty in lots:
            self.sold[customer, lot][0] += qty
            self.moved.append((lot, factory.store(), -qty))
        if by_invoice:
            return factory.invoice(customer, *lines, update_stock=True, **self.next_moment())
        return factory.delivery(customer, *lines, **self.next_moment())

    def post_sale(self, customer: str, item: str, serials: list[str]) -> Document:
        """Delivery of serial numbers."""
        line = factory.Line(item, qty=len(serials), serials=serials)
        return factory.delivery(customer, line, **self.next_moment())

    def take_back(self, delivery: Document, lot: str, qty: float) -> Document:
        from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

        back = make_sales_return(delivery.name)
        back.items = [row for row in back.items if row.item_code == self.items[lot]]
        for row in back.items:
            row.qty, row.use_serial_batch_fields, row.batch_no = -qty, 1, self.lots[lot]
            row.serial_and_batch_bundle = None
        back.update(self.next_moment())
        back.insert(ignore_permissions=True)
        back.submit()
        self.sold[delivery.customer, lot][1] += qty
        self.moved.append((lot, factory.store(), qty))
        return back

    def on_hand(self, lot: str) -> dict[str, float]:
        places: dict[str, float] = defaultdict(float)
        for one, place, qty in self.moved:
            places[place] += qty if one == lot else 0
        return {place: qty for place, qty in places.items() if qty}

    def below(self, lot: str) -> set[str]:
        """Lots that may hold one: the diary read from the front, again and again until nothing more comes."""
        return self._reached(lot, {(taken, made) for taken, made in self._pairs()})

    def above(self, lot: str) -> set[str]:
        return self._reached(lot, {(made, taken) for taken, made in self._pairs()})

    def row(self, lot: str, qty: float, **more: object) -> dict:
        fields = {"use_serial_batch_fields": 1, "batch_no": self.lots[lot], "basic_rate": 5}
        return {"item_code": self.items[lot], "qty": qty, **fields, **more}

    def post(self, doctype: str, **values: object) -> Document:
        made = frappe.get_doc(
            {"doctype": doctype, "company": factory.company(), **self.next_moment(), **values}
        )
        made.flags.ignore_permissions = True
        made.insert()
        made.submit()
        return made

    def next_moment(self) -> dict[str, object]:
        """Each document a minute after the one before."""
        self.minutes += 1
        moment = add_to_date(now_datetime(), minutes=self.minutes)
        return {
            "posting_date": moment.date(),
            "posting_time": moment.strftime("%H:%M:%S"),
            "set_posting_time": 1,
        }

    def _pairs(self) -> set[tuple[str, str]]:
        return {(one, other) for taken, made, _name in self.uses for one in taken for other in made}

    def _reached(self, start: str, pairs: set[tuple[str, str]]) -> set[str]:
        found = {start}
        while more := {other for one, other in pairs if one in found} - found:
            found |= more
        return found - {start}

    def _used(self, taken: dict[str, float], made: dict[str, float], document: str) -> None:
        self.uses.append((taken, made, document))
        self.moved += [(lot, factory.store(), -qty) for lot, qty in taken.items()]
        self.moved += [(lot, factory.store(), qty) for lot, qty in made.items()]


def as_before_bundles(*documents: str) -> None:
    """The ledger rows of these documents as ERPNext 14 wrote them: batch and serial numbers in the row, no bundle."""
    for row in frappe.get_all(
        "Stock Ledger Entry",
        {"voucher_no": ("in", documents), "serial_and_batch_bundle": ("is", "set")},
        ["name", "serial_and_batch_bundle"],
        order_by="name",
    ):
        entries = frappe.get_all(
            "Serial and Batch Entry",
            {"parent": row.serial_and_batch_bundle},
            ["batch_no", "serial_no"],
            order_by="idx",
        )
        values = {
            "batch_no": entries[0].batch_no,
            "serial_no": "\n".join(entry.serial_no for entry in entries if entry.serial_no),
            "serial_and_batch_bundle": None,
        }
        frappe.db.set_value("Stock Ledger Entry", row.name, values, update_modified=False)
        frappe.db.delete("Serial and Batch Entry", {"parent": row.serial_and_batch_bundle})
        frappe.db.delete("Serial and Batch Bundle", {"name": row.serial_and_batch_bundle})


def sold_at_the_till(chain: Chain, customer: str, lot: str, qty: float) -> Document:
    """POS Invoice at a till of its own."""
    mode, profile = chain.till()
    opened = frappe.get_doc(
        {
            "doctype": "POS Opening Entry", "company": factory.company(), "pos_profile": profile, "user": factory.person("Sales User"),  # a cashier has one till on 16
            "period_start_date": now_datetime(), "posting_date": now_datetime().date(),
            "balance_details": [{"mode_of_payment": mode, "opening_amount": 0}],
        }
    ).insert(ignore_permissions=True)  # fmt: skip
    opened.submit()
    line = factory.Line(chain.items[lot], qty=qty, rate=10, batch=chain.lots[lot])
    sale = frappe.get_doc(
        {
            "doctype": "POS Invoice", "company": factory.company(), "pos_profile": profile, "is_pos": 1, "update_stock": 1, "customer": customer,
            "currency": factory.company_value("default_currency"), "selling_price_list": "Standard Selling", "items": [line.row()],
            "payments": [{"mode_of_payment": mode, "amount": 10 * qty}],
        }
    ).insert(ignore_permissions=True)  # fmt: skip
    sale.submit()
    return sale
