"""Generated sales, settled in any order, keep every ledger true and leave no cent.

`QMS_MONEY_CASES=500` runs that many new cases instead of the suite's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import flt
from hypothesis import HealthCheck, Phase, assume, example, given, settings

from complaint_qms.integrations.erpnext.batches_and_serials import units_with_customer
from complaint_qms.integrations.erpnext.credited import given_back
from complaint_qms.integrations.erpnext.remaining import load
from complaint_qms.services.settlement.proposal import lines_of
from tests.desk import settling
from tests.desk.money_cases import CASES, Case, Market, Row, Step
from tests.desk.money_checks import check, check_nothing_is_left, returns_of

WANTED = int(os.environ.get("QMS_MONEY_CASES", "0"))
GENERATED = settings(
    max_examples=WANTED or 40,
    derandomize=not WANTED,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)

# The large row's rounding is more than the small ones are worth in cents, and all of them are to be given back.
SMALL_BESIDE_LARGE = Case(
    flow="delivered",
    rows=(
        Row(kind="batch", qty=3, rate=99999, discount=("none", 0)),
        Row(kind="serial", qty=2, rate=580, discount=("percentage", 52)),
        Row(kind="weighed", qty=1, rate=286, discount=("percentage", 45)),
    ),
    tax="inclusive_stacked", discount=("percentage", "Net Total", 21), rounded=True, coin=0.01, decimals=2,
    currency="USD", paid="written_off", modes=2,
    steps=(Step(remedy="return_credit", row=0, share=1.0, submit=False),),
)  # fmt: skip

# No whole discount spreads over rows and tax without a rest of one, and the ledger bears half of one.
NO_DECIMALS = Case(
    flow="invoice",
    rows=(Row(kind="plain", qty=7, rate=12801, discount=("percentage", 46)),),
    tax="exclusive", discount=("percentage", "Grand Total", 1), rounded=False, coin=0.01, decimals=0,
    currency="USD", paid="full", modes=1,
    steps=(Step(remedy="credit", row=0, share=0.2, submit=False),) * 2,
)  # fmt: skip

# The included taxes of what is left come to one less than its rows are worth.
INCLUDED_WITHOUT_DECIMALS = Case(
    flow="pos",
    rows=(
        Row(kind="serial", qty=2, rate=1248, discount=("amount", 4)),
        Row(kind="batch", qty=6, rate=3897, discount=("amount", 6)),
    ),
    tax="inclusive", discount=("none", "Grand Total", 0), rounded=False, coin=0.01, decimals=0,
    currency="USD", paid="none", modes=2,
    steps=(
        Step(remedy="credit", row=1, share=0.2, submit=False),
        Step(remedy="goodwill", row=1, share=0.2, submit=True),
        Step(remedy="replacement", row=2, share=0.5, submit=True),
    ),
)  # fmt: skip

# Free goods, goodwill and credits of a sale whose freight is most of it.
FREE_GOODS_AND_FREIGHT = Case(
    flow="two_invoices",
    rows=tuple(Row(kind=kind, qty=1, rate=7, discount=("none", 0)) for kind in ("batch", "plain", "serial")),
    tax="shipping_rule", discount=("none", "Grand Total", 0), rounded=False, coin=0.0, decimals=2,
    currency="USD", paid="full", modes=1,
    steps=(
        Step(remedy="goodwill", row=1, share=1.0, submit=True),
        Step(remedy="credit", row=0, share=0.2, submit=True),
        Step(remedy="replacement", row=0, share=0.75, submit=True),
    ),
)  # fmt: skip

# The discount that lets the ledger balance is made up for in the same credit note.
MADE_UP_FOR = Case(
    flow="delivered", rows=(Row(kind="weighed", qty=3, rate=7, discount=("amount", 1)),),
    tax="inclusive_stacked", discount=("none", "Grand Total", 0), rounded=False, coin=0.05, decimals=0,
    currency="USD", paid="full", modes=2,
    steps=(
        Step(remedy="return_credit", row=0, share=0.5, submit=False),
        Step(remedy="return_credit", row=0, share=0.2, submit=False),
    ),
)  # fmt: skip

# A part so small that its taxes come to nothing: ERPNext then books the net total, one cent less than the grand total.
TAXES_COME_TO_NOTHING = Case(
    flow="pos",
    rows=tuple(Row(kind="weighed", qty=qty, rate=7, discount=("none", 0)) for qty in (2, 1, 2)),
    tax="inclusive_stacked", discount=("percentage", "Net Total", 24), rounded=True, coin=0.05, decimals=2,
    currency="USD", paid="none", modes=2,
    steps=(
        Step(remedy="return_credit", row=2, share=0.75, submit=True),
        Step(remedy="return_credit", row=1, share=0.34, submit=True),
        Step(remedy="return_credit", row=2, share=0.2, submit=True),
    ),
)  # fmt: skip

# The same of a credit that just pays what is left of its invoice, with three decimals.
JUST_PAID = Case(
    flow="two_deliveries",
    rows=tuple(Row(kind=kind, qty=1, rate=7, discount=("none", 0)) for kind in ("weighed", "plain")),
    tax="inclusive_stacked", discount=("none", "Grand Total", 0), rounded=False, coin=0.0, decimals=3,
    currency="USD", paid="none", modes=1,
    steps=(
        Step(remedy="return_credit", row=1, share=0.75, submit=True),
        Step(remedy="credit", row=0, share=0.34, submit=False),
    ),
)  # fmt: skip

# Goodwill leaves less of a row than its units are worth, and then they are to be replaced.
GOODWILL_THEN_REPLACED = Case(
    flow="delivered", rows=(Row(kind="plain", qty=2, rate=3000),),
    steps=(
        Step(remedy="goodwill", row=0, share=1.0, submit=True),
        Step(remedy="replacement", row=0, share=1.0, submit=True),
        Step(remedy="replacement", row=0, share=0.5, submit=True),
    ),
)  # fmt: skip

# Some invoices without decimals with included taxes, a delivery whose order's discount is more than its own rows, and a
# discount on the grand total of an order whose shipping rule adds the first row of taxes.
UNSALEABLE = (
    "Debit and Credit not equal",
    "cannot exceed the total before such discount",
    "grand_total_for_distributing_discount",
    "Item Wise Tax Details do not match",  # 16, where included taxes without decimals come to a whole unit more or less
)


@pytest.mark.slow
def test_ledgers_stay_true_and_everything_given_back_leaves_nothing() -> None:
    frappe.db.set_single_value("Complaint QMS Settings", "replacement_document", "Sales Order")
    unlimited(settling.APPROVER[0])
    market = Market()
    ran = []

    @GENERATED
    @example(case=SMALL_BESIDE_LARGE)
    @example(case=NO_DECIMALS)
    @example(case=INCLUDED_WITHOUT_DECIMALS)
    @example(case=FREE_GOODS_AND_FREIGHT)
    @example(case=MADE_UP_FOR)
    @example(case=TAXES_COME_TO_NOTHING)
    @example(case=JUST_PAID)
    @example(case=GOODWILL_THEN_REPLACED)
    @given(case=CASES)
    def run(case: Case) -> None:
        with market.keeping(case), bookable(case):
            play(market, case)
        ran.append(case)

    try:
        run()
    finally:
        print(f"{len(ran)} cases held")
    assert len(ran) >= (WANTED or 40) * 0.9


@contextmanager
def bookable(case: Case) -> Iterator[None]:
    """Without decimals ERPNext adds what included taxes of several rows leave to the grand total and books it nowhere; no
    discount mends all of these, and such a credit note is left to accounts as a draft."""
    try:
        yield
    except frappe.ValidationError as refusal:
        unbooked = case.decimals == 0 and case.tax.startswith("inclusive") and len(case.rows) > 1
        assume(not (unbooked and "Debit and Credit not equal" in str(refusal)))
        raise


def unlimited(role: str) -> None:
    """Let a role approve any amount."""
    doc = frappe.get_single("Complaint QMS Settings")
    for row in doc.approval_limits:
        if row.role == role:
            row.unlimited = 1
    doc.save()


def play(market: Market, case: Case) -> None:
    """Sell, settle step by step, then give back all that is left."""
    try:
        sale = market.sell(case)
    except (frappe.ValidationError, AttributeError) as refusal:
        # What ERPNext itself cannot sell there is nothing to give back of.
        assume(not any(reason in str(refusal) for reason in UNSALEABLE))
        raise
    complaint = settling.complaint_on(sale.invoices[0], expectation="refund")
    complaint.item_code = None  # lines for the whole sale, not only for the item complained about
    for step in case.steps:
        settle(complaint, sale.invoices[0], step)
        check(case, sale)
    for invoice in sale.invoices:
        give_the_rest_back(complaint, invoice)
        check(case, sale)
    for doc in returns_of(sale.invoices, drafts=True):
        if doc.docstatus == 0:
            frappe.get_doc(doc.doctype, doc.name).submit()
    check(case, sale)
    if case.whole:
        check_nothing_is_left(case, sale)


def settle(complaint: Document, invoice: Document, step: Step) -> None:
    offered = offer(complaint, invoice, step.remedy)
    if not offered:
        return
    line = offered[step.row % len(offered)]
    if step.remedy == "goodwill":
        row = load({invoice.name}, ()).rows[line["sales_invoice_item"]]
        amount = flt(row.remaining_value * step.share / 4, row_precision())
        if amount <= 0:
            return
        keep = ("sales_invoice", "sales_invoice_item", "item_code")
        line = {key: line[key] for key in keep} | {"remedy": "goodwill", "amount": amount}
    else:
        qty = line["qty"] * step.share
        qty = flt(qty, 2) if line["uom"] == "Kg" else float(max(int(qty), 1))
        line = named(line | {"qty": qty})
        price = load({invoice.name}, ()).rows[line["sales_invoice_item"]].rate
        line["rate"] = fitting_rate(invoice, line, qty)
        if not flt(line["rate"] * qty, row_precision()):
            return
        if step.remedy == "replacement" and line["rate"] < price:
            return  # free goods count at their price, of which goodwill has left less
    agree(complaint, invoice, [line], submit=step.submit)


def give_the_rest_back(complaint: Document, invoice: Document) -> None:
    """What is offered, at the rate at which it is."""
    lines = [named(line) for line in offer(complaint, invoice, "return_credit")]
    lines = [line for line in lines if flt(line["rate"] * line["qty"], row_precision())]
    if lines:
        agree(complaint, invoice, lines, submit=True)


def offer(complaint: Document, invoice: Document, remedy: str) -> list[dict]:
    """Lines for what is left of the invoice; money alone where no goods can come back."""
    lines = lines_of(complaint, invoice.name, None)["lines"]
    for line in lines:
        if remedy != "return_credit":
            line["remedy"] = remedy
            line["goods_come_back"] = 0
        if remedy in ("credit", "goodwill"):
            line.update({"delivery_note": None, "delivery_note_item": None})
    return [line for line in lines if line["qty"] > 0]


def named(line: dict) -> dict:
    """The line with the serial numbers that come back."""
    sold = load({line["sales_invoice"]}, ())
    row = sold.rows[line.get("delivery_note_item") or line["sales_invoice_item"]]
    units = units_with_customer([row], locked=False)[row.name]
    if units.has_serial and line["remedy"] == "return_credit":
        line["qty"] = float(min(line["qty"], len(units.serials)))
        line["serial_no"] = "\n".join(list(units.serials)[: int(line["qty"])])
    return line


def fitting_rate(invoice: Document, line: dict, qty: float) -> float:
    """The row's rate, or what goodwill has left of it for `qty`."""
    given = given_back(invoice.name)
    row = load({invoice.name}, ()).rows[line["sales_invoice_item"]]
    left, places = row.remaining_value / (row.value_share or 1.0), row_precision()
    # Without goodwill only rounding can have made it less.
    if given.total - given.sold < 0.5 * 10**-places or row.rate * qty <= left + 0.5 * 10**-places:
        return row.rate
    unit = 10**-places
    return flt(int(left / qty / unit + 1e-9) * unit, places)


def row_precision() -> int:
    return frappe.get_precision("Sales Invoice Item", "amount")


def agree(complaint: Document, invoice: Document, lines: list[dict], *, submit: bool) -> None:
    with settling.acting_as(*settling.PROPOSER):
        doc = settling.proposal(complaint, invoice, *lines).insert()
    settlement = settling.approve(doc)
    for row in settlement.documents if submit else ():
        if row.document_type in ("Sales Invoice", "Delivery Note"):
            frappe.get_doc(row.document_type, row.document_name).submit()
