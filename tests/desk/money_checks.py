"""What must hold of the ledgers however a sale was settled; each check names the figures that disagree."""

from __future__ import annotations

from collections import defaultdict

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.integrations.erpnext.credited import payable
from tests.desk.money_cases import Case, Sale


def returns_of(invoices: list[Document], *, drafts: bool = False) -> list[Document]:
    """Credit notes against the invoices, oldest first."""
    names = [invoice.name for invoice in invoices]
    docstatus = ("<", 2) if drafts else 1
    found = frappe.get_all(
        "Sales Invoice",
        {"return_against": ("in", names), "is_return": 1, "docstatus": docstatus},
        pluck="name",
        order_by="creation, name",
    )
    return [frappe.get_doc("Sales Invoice", name) for name in found]


def check(case: Case, sale: Sale) -> None:
    """All that holds at any moment."""
    drafted = returns_of(sale.invoices, drafts=True)
    submitted = [doc for doc in drafted if doc.docstatus == 1]
    _ledgers_balance(case, submitted)  # what ERPNext booked for the sale itself is not ours
    _outstanding_is_the_ledgers([*sale.invoices, *submitted])
    for invoice in sale.invoices:
        mine = [doc for doc in drafted if doc.return_against == invoice.name]
        _no_more_than_was_billed(case, invoice, mine)
        _no_more_than_was_paid(case, invoice, mine)
    _no_more_goods_than_were_sold(sale, drafted)


def check_nothing_is_left(case: Case, sale: Sale) -> None:
    """Everything was given back: no cent stays anywhere."""
    names = [invoice.name for invoice in sale.invoices]
    notes = returns_of(sale.invoices)
    vouchers = [*names, *(doc.name for doc in notes)]
    ledger: dict[str, float] = defaultdict(float)
    foreign: dict[str, float] = defaultdict(float)
    stock = _stock_accounts()
    for row in frappe.get_all(
        "GL Entry",
        {"voucher_no": ("in", vouchers), "is_cancelled": 0},
        ["account", "debit", "credit", "debit_in_account_currency", "credit_in_account_currency", "party"],
    ):
        if row.account in stock:
            continue
        ledger[row.account] += row.debit - row.credit
        if row.party:
            foreign[row.account] += row.debit_in_account_currency - row.credit_in_account_currency
    # In a foreign currency each credit is converted, and its rows rounded, by itself.
    rows = sum(len(doc.items) + len(doc.taxes) + 1 for doc in (*sale.invoices, *notes))
    allowed = case.unit * (0.01 if case.currency == "USD" else 0.5 * rows)
    left = {account: flt(value, 6) for account, value in ledger.items() if abs(value) > allowed + 1e-9}
    assert not left, f"left in the ledger: {left}"
    open_ = {account: flt(value, 6) for account, value in foreign.items() if abs(value) > case.unit / 100}
    assert not open_, f"left with the customer: {open_}"
    for invoice in sale.invoices:
        mine = [doc for doc in notes if doc.return_against == invoice.name]
        discount = flt(invoice.discount_amount) + sum(flt(doc.discount_amount) for doc in mine)
        assert abs(discount) < _moved(case, mine) + case.unit / 100, (
            f"{invoice.name}: {discount} of the discount are left"
        )
        rest = payable(invoice) + sum(payable(doc) for doc in mine)
        assert abs(rest) < case.unit / 100, f"{invoice.name}: {rest} of what was payable are left"
    for doc in (*sale.invoices, *notes):
        now = flt(frappe.db.get_value("Sales Invoice", doc.name, "outstanding_amount"))
        assert abs(now) < case.unit / 100, f"{doc.name}: {now} outstanding"


def _ledgers_balance(case: Case, documents: list[Document]) -> None:
    names = [doc.name for doc in documents]
    sums: dict[str, float] = defaultdict(float)
    for row in frappe.get_all(
        "GL Entry", {"voucher_no": ("in", names), "is_cancelled": 0}, ["voucher_no", "debit", "credit"]
    ):
        sums[row.voucher_no] += row.debit - row.credit
    # ERPNext converts what was rounded to coins by itself, and its own returns are a unit off as well then.
    apart = {
        doc.name: case.unit if case.currency != "USD" and flt(doc.rounding_adjustment) else 0
        for doc in documents
    }
    off = {name: flt(value, 6) for name, value in sums.items() if abs(value) > apart[name] + 1e-6}
    assert not off, f"General Ledger out of balance: {off}"


def _outstanding_is_the_ledgers(documents: list[Document]) -> None:
    names = [doc.name for doc in documents]
    sums: dict[str, float] = defaultdict(float)
    for row in frappe.get_all(
        "Payment Ledger Entry",
        {"against_voucher_no": ("in", names), "delinked": 0},
        ["against_voucher_no", "amount_in_account_currency"],
    ):
        sums[row.against_voucher_no] += row.amount_in_account_currency
    stored = dict(
        frappe.get_all("Sales Invoice", {"name": ("in", names)}, ["name", "outstanding_amount"], as_list=True)
    )
    off = {
        name: (outstanding, flt(sums[name], 6))
        for name, outstanding in stored.items()
        if abs(outstanding - sums[name]) > 1e-6
    }
    assert not off, f"outstanding (stored, by Payment Ledger): {off}"
    below = {name: value for name, value in stored.items() if value < -1e-6 and name in _originals(documents)}
    assert not below, f"invoices credited below zero: {below}"


def _originals(documents: list[Document]) -> set[str]:
    return {doc.name for doc in documents if not doc.is_return}


def _no_more_than_was_billed(case: Case, invoice: Document, returns: list[Document]) -> None:
    parts = sum(len(doc.items) for doc in returns)
    for figure in ("total", "net_total"):  # the rows may each be rounded up; what is payable may not
        given = -sum(flt(doc.get(figure)) for doc in returns)
        moved = _moved(case, returns) if figure == "net_total" else 0
        assert given <= flt(invoice.get(figure)) + 0.5 * parts * case.unit + moved + 1e-9, (
            f"{invoice.name}: {figure} billed {invoice.get(figure)}, given back {given}"
        )
    given = -sum(payable(doc) for doc in returns)
    assert given <= payable(invoice) + case.unit / 100, (
        f"{invoice.name}: payable {payable(invoice)}, given back {given}"
    )
    billed, back = _by_account([invoice]), _by_account(returns)
    for account, amount in back.items():
        assert -amount <= billed.get(account, 0) + case.unit / 100 or account not in billed, (
            f"{invoice.name}: {account} billed {billed.get(account)}, given back {-amount}"
        )


def _moved(case: Case, returns: list[Document]) -> float:
    """Without decimals a credit may need another discount than its share, so that its ledger balances; a row of the
    taxes makes up for it."""
    return 12 * case.unit * len(returns) if case.decimals == 0 else 0.0


def _by_account(documents: list[Document]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for doc in documents:
        for tax in doc.taxes:
            sums[tax.account_head] += flt(tax.tax_amount_after_discount_amount)
    return sums


def _no_more_than_was_paid(case: Case, invoice: Document, returns: list[Document]) -> None:
    paid: dict[str, float] = defaultdict(float)
    back: dict[str, float] = defaultdict(float)
    for row in invoice.payments:
        paid[row.mode_of_payment] += flt(row.amount)
    paid["Cash"] -= flt(invoice.change_amount)
    for doc in returns:
        for row in doc.payments:
            back[row.mode_of_payment] -= flt(row.amount)
    for mode, amount in back.items():
        assert amount <= paid[mode] + case.unit / 100, (
            f"{invoice.name}: paid {paid[mode]} by {mode}, refunded {amount}"
        )


def _no_more_goods_than_were_sold(sale: Sale, returns: list[Document]) -> None:
    sold: dict[str, float] = defaultdict(float)
    back: dict[str, float] = defaultdict(float)
    for doc in sale.notes or [invoice for invoice in sale.invoices if invoice.update_stock]:
        for row in doc.items:
            sold[row.item_code] += row.stock_qty
    for doc in returns:
        for row in doc.items if doc.update_stock else ():
            back[row.item_code] -= row.stock_qty
    notes = [note.name for note in sale.notes]
    for parent in frappe.get_all(
        "Delivery Note", {"return_against": ("in", notes), "docstatus": ("<", 2)}, pluck="name"
    ):
        for row in frappe.get_doc("Delivery Note", parent).items:
            back[row.item_code] -= row.stock_qty
    over = {item: (sold[item], qty) for item, qty in back.items() if qty > sold[item] + 1e-6}
    assert not over, f"goods (sold, back): {over}"
    vouchers = [doc.name for doc in (*sale.notes, *sale.invoices, *returns)]
    for item in sold:
        rows = frappe.get_all(
            "Stock Ledger Entry", {"item_code": item, "is_cancelled": 0}, ["actual_qty", "warehouse"]
        )
        held = sum(row.actual_qty for row in rows)
        bins = sum(frappe.get_all("Bin", {"item_code": item}, pluck="actual_qty"))
        assert abs(held - bins) < 1e-6, f"{item}: {held} by the Stock Ledger, {bins} in the bins ({vouchers})"


def _stock_accounts() -> set[str]:
    kinds = ("Stock", "Cost of Goods Sold", "Stock Adjustment", "Stock Received But Not Billed")
    return set(frappe.get_all("Account", {"account_type": ("in", kinds)}, pluck="name"))
