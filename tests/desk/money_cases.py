"""Generated sales and what is agreed on them, and how each is built from ERPNext's own documents.

A case is plain data that hypothesis draws and shrinks; `Market` keeps the masters that all cases of a run share.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice as invoice_of_order
from frappe.cache_manager import clear_defaults_cache
from frappe.model.document import Document
from frappe.utils import flt
from hypothesis import strategies as st

from tests.desk import factory

FLOWS = ("invoice", "stock", "delivered", "two_deliveries", "two_invoices", "pos")
TAXES = ("none", "exclusive", "inclusive", "stacked", "inclusive_stacked", "freight", "shipping_rule", "both")
PAID = ("full", "full", "change", "part", "none", "written_off")
FREIGHT = 13.57


@dataclass(frozen=True)
class Row:
    """A sold row; `rate` in the smallest unit of the currency, `discount` a percentage or an amount."""

    kind: str
    qty: int
    rate: int
    discount: tuple[str, int] = ("none", 0)


@dataclass(frozen=True)
class Step:
    """A settlement: what is agreed on a share of what is left of a row, and whether finance submits it at once."""

    remedy: str
    row: int
    share: float
    submit: bool = True


@dataclass(frozen=True)
class Case:
    flow: str = "stock"
    rows: tuple[Row, ...] = (Row("plain", 3, 3333),)
    tax: str = "none"
    discount: tuple[str, str, int] = ("none", "Grand Total", 0)
    rounded: bool = False
    coin: float = 0.01
    decimals: int = 2
    currency: str = "USD"
    paid: str = "full"
    modes: int = 1
    steps: tuple[Step, ...] = ()

    @property
    def unit(self) -> float:
        """Smallest unit of money."""
        return 10.0**-self.decimals

    def fitting(self) -> Case:
        """The case without what ERPNext or the app cannot have."""
        case = self
        if any(step.remedy == "goodwill" for step in case.steps):
            # An amount granted is not discounted, so the discount on the whole would not come back with it.
            case = replace(case, discount=("none", "Grand Total", 0))
        if not case.decimals:
            # ERPNext books no invoice or return whose rows, each converted to whole units, are one unit off the total.
            case = replace(case, currency="USD")
        return case

    @property
    def whole(self) -> bool:
        """Whether nothing but credits and returns is agreed, so that all money comes back in the end."""
        return not any(step.remedy in ("replacement", "goodwill") for step in self.steps)


_ROWS = st.builds(
    Row,
    kind=st.sampled_from(("plain", "plain", "weighed", "batch", "serial")),
    qty=st.integers(1, 7),
    rate=st.integers(7, 99_999),
    discount=st.one_of(
        st.just(("none", 0)),
        st.tuples(st.just("percentage"), st.integers(1, 60)),
        st.tuples(st.just("amount"), st.integers(1, 6)),
    ),
)
_STEPS = st.builds(
    Step,
    remedy=st.sampled_from(("credit", "return_credit", "return_credit", "goodwill", "replacement")),
    row=st.integers(0, 2),
    share=st.sampled_from((0.2, 0.34, 0.5, 0.75, 1.0)),
    submit=st.booleans(),
)
CASES = st.builds(
    Case,
    flow=st.sampled_from((*FLOWS, "pos")),
    rows=st.lists(_ROWS, min_size=1, max_size=3).map(tuple),
    tax=st.sampled_from(TAXES),
    discount=st.one_of(
        st.just(("none", "Grand Total", 0)),
        st.tuples(
            st.sampled_from(("percentage", "amount")),
            st.sampled_from(("Net Total", "Grand Total")),
            st.integers(1, 40),
        ),
    ),
    rounded=st.booleans(),
    coin=st.sampled_from((0.01, 0.05, 0.0)),
    decimals=st.sampled_from((2, 2, 2, 0, 3)),
    currency=st.sampled_from(("USD", "USD", "EUR")),
    paid=st.sampled_from(PAID),
    modes=st.sampled_from((1, 2)),
    steps=st.lists(_STEPS, min_size=0, max_size=3).map(tuple),
).map(Case.fitting)


@dataclass
class Sale:
    """What was sold: the invoices, and what was paid at the till for each by mode of payment."""

    invoices: list[Document] = field(default_factory=list)
    notes: list[Document] = field(default_factory=list)


class Market:
    """Masters that the cases of one run share: goods in stock, customers, taxes, modes of payment."""

    def __init__(self) -> None:
        self.abbr = factory.company_value("abbr")
        self.items = {
            "plain": factory.stocked(5_000).item,
            "weighed": factory.stocked(5_000, stock_uom="Kg").item,
            "batch": factory.stocked(5_000, with_batch=True).item,
            "serial": factory.stocked(30, with_serials=True).item,
        }
        self.batch = frappe.get_all("Batch", {"item": self.items["batch"]}, pluck="name", order_by="name")[0]
        self.serials = frappe.get_all(
            "Serial No", {"item_code": self.items["serial"]}, pluck="name", order_by="name"
        )
        self.taxes = [factory.tax_account(), f"ST 4% - {self.abbr}", f"ST 6.25% - {self.abbr}"]
        self.freight = f"Freight and Forwarding Charges - {self.abbr}"
        self.customers = {"USD": factory.customer().name, "EUR": self._customer_in_euro()}
        self.shipping_rule = factory.make(
            "Shipping Rule",
            label=factory.unique("Parcel"),
            shipping_rule_type="Selling",
            calculate_based_on="Fixed",
            shipping_amount=FREIGHT,
            company=factory.company(),
            account=self.freight,
            cost_center=factory.company_value("cost_center"),
        ).name
        self._card()

    def _customer_in_euro(self) -> str:
        """A customer whose receivables are kept in euro, as ERPNext wants for exact balances in a foreign currency."""
        debtors = factory.make(
            "Account",
            account_name=factory.unique("Debtors EUR"),
            parent_account=frappe.db.get_value("Account", f"Debtors - {self.abbr}", "parent_account"),
            account_type="Receivable",
            account_currency="EUR",
            company=factory.company(),
        )
        accounts = [{"company": factory.company(), "account": debtors.name}]
        return factory.customer(default_currency="EUR", accounts=accounts).name

    def _card(self) -> None:
        card = frappe.get_doc("Mode of Payment", "Credit Card")
        bank = factory.make(
            "Account",
            account_name=factory.unique("Card"),
            parent_account=frappe.db.get_value("Account", f"Cash - {self.abbr}", "parent_account"),
            account_type="Cash",
            company=factory.company(),
        )
        card.append("accounts", {"company": factory.company(), "default_account": bank.name})
        card.save()

    # A case ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def keeping(self, case: Case):
        """Run one case with its currency settings, and forget it."""
        frappe.db.savepoint("money_case")
        number_format = {0: "#,###", 2: "#,###.##", 3: "#,###.###"}[case.decimals]
        try:
            # Past `set_default`, which empties every cache of the site.
            default = {"parent": "__default", "defkey": "number_format"}
            frappe.db.set_value("DefaultValue", default, "defvalue", number_format)
            frappe.db.set_value("Currency", case.currency, "smallest_currency_fraction_value", case.coin)
            _forget()
            yield
        finally:
            frappe.set_user("Administrator")
            frappe.db.rollback(save_point="money_case")
            _forget()

    def sell(self, case: Case) -> Sale:
        """Build the case's sale; all documents submitted."""
        return getattr(self, f"_sell_{case.flow}")(case)

    def _sell_invoice(self, case: Case) -> Sale:
        return Sale([_submitted(self._invoice(case))])

    def _sell_stock(self, case: Case) -> Sale:
        return Sale([_submitted(self._invoice(case, update_stock=1))])

    def _sell_pos(self, case: Case) -> Sale:
        doc = self._invoice(case, update_stock=1, is_pos=1)
        doc.set_missing_values()
        doc.calculate_taxes_and_totals()
        total = flt(doc.rounded_total or doc.grand_total)
        share = {"none": 0, "part": 0.4, "written_off": 0.9}.get(case.paid, 1)
        paid = flt(total * share, case.decimals)
        first = flt(paid * 0.6, case.decimals) if case.modes == 2 else paid
        change = 5 if case.paid == "change" and paid else 0
        doc.set("payments", [])
        for mode, amount in (("Cash", first + change), ("Credit Card", paid - first)):
            if flt(amount, case.decimals) or mode == "Cash":
                doc.append("payments", {"mode_of_payment": mode, "amount": flt(amount, case.decimals)})
        if case.paid == "written_off":
            doc.write_off_account = f"Write Off - {self.abbr}"
            doc.write_off_amount = flt(total - paid, case.decimals)
        return Sale([_submitted(doc)])

    def _sell_delivered(self, case: Case) -> Sale:
        note = _submitted(self._note(case))
        invoice = self._invoice(case)
        for row, delivered in zip(invoice.items, note.items, strict=True):
            row.update({"delivery_note": note.name, "dn_detail": delivered.name})
        return Sale([_submitted(invoice)], [note])

    def _sell_two_invoices(self, case: Case) -> Sale:
        note = _submitted(self._note(case))
        invoices = []
        for part in (0, 1):
            invoice = self._invoice(case)
            kept = []
            for row, delivered in zip(invoice.items, note.items, strict=True):
                qty = delivered.qty // 2 if part == 0 else delivered.qty - delivered.qty // 2
                if qty:
                    row.update({"delivery_note": note.name, "dn_detail": delivered.name, "qty": qty})
                    row.update({"serial_no": None, "batch_no": None, "use_serial_batch_fields": 0})
                    kept.append(row)
            invoice.set("items", kept)
            if kept:
                invoices.append(_submitted(invoice))
        return Sale(invoices, [note])

    def _sell_two_deliveries(self, case: Case) -> Sale:
        order = self._document("Sales Order", case)
        order.delivery_date = frappe.utils.nowdate()
        for row in order.items:
            row.delivery_date = order.delivery_date
            row.update({"serial_no": None, "batch_no": None, "use_serial_batch_fields": 0})
        order = _submitted(order)
        notes, taken = [], 0
        for part in (0, 1):
            note = make_delivery_note(order.name)
            for row in list(note.items):
                ordered = order.items[row.idx - 1].qty if part == 0 else row.qty
                row.qty = ordered // 2 if part == 0 else row.qty
                if row.item_code == self.items["batch"]:
                    row.update({"use_serial_batch_fields": 1, "batch_no": self.batch})
                if row.item_code == self.items["serial"] and row.qty:
                    numbers = self.serials[taken : taken + int(row.qty)]
                    taken += len(numbers)
                    row.update({"use_serial_batch_fields": 1, "serial_no": "\n".join(numbers)})
            note.set("items", [row for row in note.items if row.qty])
            if note.items:
                notes.append(_submitted(note))
        invoice = invoice_of_order(order.name)
        return Sale([_submitted(invoice)], notes)

    # Documents -------------------------------------------------------------------------------------------------------

    def _note(self, case: Case) -> Document:
        plain = replace(case, tax="none", discount=("none", "Grand Total", 0))
        return self._document("Delivery Note", plain)

    def _invoice(self, case: Case, **values: object) -> Document:
        doc = self._document("Sales Invoice", case)
        doc.update(values)
        doc.due_date = frappe.utils.add_days(frappe.utils.nowdate(), 30)
        return doc

    def _document(self, doctype: str, case: Case) -> Document:
        kind, on, value = case.discount
        taken, rows = 0, []
        for row in case.rows:
            rows.append(self._row(case, row, self.serials[taken : taken + row.qty]))
            taken += row.qty if row.kind == "serial" else 0
        doc = frappe.get_doc(
            {
                "doctype": doctype,
                "company": factory.company(),
                "customer": self.customers[case.currency],
                "currency": case.currency,
                "conversion_rate": 1.0837 if case.currency == "EUR" else 1,
                "selling_price_list": "Standard Selling",
                "price_list_currency": "USD",
                "plc_conversion_rate": 1,
                "ignore_pricing_rule": 1,
                "items": rows,
                "taxes": self._taxes(case),
                "apply_discount_on": on,
                "disable_rounded_total": int(not case.rounded),
            }
        )
        if case.tax in ("shipping_rule", "both") and case.flow != "pos":
            doc.shipping_rule = self.shipping_rule
        if kind == "percentage":
            doc.additional_discount_percentage = value
        elif kind == "amount":
            doc.discount_amount = flt(
                0.01 * value * sum(row["rate"] * row["qty"] for row in rows) / 2, case.decimals
            )
        return doc

    def _row(self, case: Case, row: Row, serials: list[str]) -> dict:
        rate = flt(row.rate * case.unit, case.decimals)
        qty = row.qty + 0.37 if row.kind == "weighed" else row.qty
        values = {
            "item_code": self.items[row.kind],
            "qty": qty,
            "warehouse": factory.store(),
            "price_list_rate": rate,
            "rate": rate,
        }
        kind, value = row.discount
        if kind == "percentage":
            values |= {"discount_percentage": value, "rate": flt(rate * (1 - value / 100), case.decimals)}
        elif kind == "amount":
            amount = flt(value * case.unit, case.decimals)
            values |= {"discount_amount": amount, "rate": flt(rate - amount, case.decimals)}
        if row.kind == "batch":
            values |= {"use_serial_batch_fields": 1, "batch_no": self.batch}
        elif row.kind == "serial":
            values |= {"use_serial_batch_fields": 1, "serial_no": "\n".join(serials)}
        return values

    def _taxes(self, case: Case) -> list[dict]:
        inclusive = int(case.tax.startswith("inclusive"))
        rate = {"charge_type": "On Net Total", "included_in_print_rate": inclusive}
        sales = rate | {"account_head": self.taxes[0], "description": "VAT", "rate": 19}
        second = {
            "charge_type": "On Previous Row Total",
            "row_id": 1,
            "account_head": self.taxes[1],
            "description": "Surtax",
            "rate": 3.5,
            "included_in_print_rate": inclusive,
        }
        parcel = {
            "charge_type": "Actual",
            "account_head": self.freight,
            "description": "Freight",
            "tax_amount": FREIGHT if case.decimals else 14,
        }
        return {
            "none": [],
            "exclusive": [sales],
            "inclusive": [sales],
            "stacked": [sales, second],
            "inclusive_stacked": [sales, second],
            "freight": [parcel],
            "shipping_rule": [],
            "both": [sales, parcel],
        }[case.tax]


def _submitted(doc: Document) -> Document:
    doc.flags.ignore_permissions = True
    doc.insert()
    doc.submit()
    return doc.reload()


def _forget() -> None:
    """What the process remembers of records that a case changes or that go with it."""
    frappe.db.value_cache.clear()
    clear_defaults_cache("__default")
    for currency in ("USD", "EUR"):
        frappe.clear_document_cache("Currency", currency)
