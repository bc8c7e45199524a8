"""Partial credits of an invoice add up to it: discount, fixed charges, taxes and rounding go back to the last cent.

ERPNext reckons every credit note by itself. The mapper gives fixed charges and a fixed discount back whole with each
part, a shipping rule charges the parcel again, and what each part rounds off stays on the invoice for good. Here each
part gets its share, and the one that gives back what was left takes all that is left. The difference to what ERPNext
reckons for it is a row of fixed charges, because ERPNext reckons everything else anew whenever somebody saves.
"""

from __future__ import annotations

from collections import defaultdict

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money

from complaint_qms.integrations.erpnext.credited import Charge, GivenBack, payable

_TINY = 1e-9
# One pass sets a figure right, and that may move the next one.
_PASSES = 4
# ERPNext 16 takes the rate of an account for all rows from its last row, unless that one says it comes from an item's template:
# a fixed charge, which has none, would take the tax away from the account's other row.
_NO_RATE = {"set_by_item_tax_template": 1}
# How far the sides of an invoice's ledger may differ, in company currency: ERPNext's `get_debit_credit_allowance`.
_LEDGER_TOLERANCE = 0.5
# Units of the currency by which a discount may differ for the ledger's sake, the least first: a tax of a tenth moves
# by a unit within ten of them.
_DISCOUNT_STEPS = tuple(sign * step for step in range(1, 13) for sign in (1, -1))


class Balance:
    """What of an invoice is left to give back before the credit note `doc` with its agreed rows.

    Attributes:
        last: the credit note gives back everything that is left.
        shares: it credits sold rows, so discount and charges of the whole invoice go back with it.
        taxes: of the invoice, by account.
        takes_discount: all that is left of the discount goes back with it.
        corrections: rows that set right what was rounded off, by account.
        rounding: the most that rounding alone may amount to.
    """

    def __init__(self, doc: Document, source: Document, given: GivenBack) -> None:
        self.doc, self.source, self.given = doc, source, given
        self.unit = 10.0 ** -source.precision("grand_total")
        self.value = -sum(flt(row.qty * row.rate, row.precision("amount")) for row in doc.items)
        self.shares = all(row.sales_invoice_item for row in doc.items)
        self.taxes: dict[str, float] = defaultdict(float)
        charges = 0.0
        for tax in source.taxes:
            amount = flt(tax.tax_amount_after_discount_amount)
            self.taxes[tax.account_head] += amount
            charges += amount if tax.charge_type == "Actual" else 0.0
        # A gesture does not refund freight, so it is not the end of an invoice that has some.
        freight_left = abs(charges - sum(given.charges.values())) >= self.unit / 2
        self.last = self._is_last() and (self.shares or not freight_left)
        # Amounts that were granted had no discount, so the rest of it is more than belongs to the last rows.
        self.takes_discount = self.last and given.total - given.sold < self.unit / 2
        self.corrections: dict[str, Document] = {}
        # What rounding alone may have brought about: one unit for each figure that was rounded.
        parts = sum(given.times.values()) + len(doc.items)
        self.rounding = self.unit * (parts + len(source.taxes) + 1)

    def differs(self, missing: float) -> bool:
        """Whether the whole is to be set right by `missing`: the last part to the cent, another one only downward.

        What was rounded down on the invoice was never billed, however its parts add up.
        """
        if abs(missing) < self.unit / 2:
            return False
        rounded_down = max(-flt(self.source.rounding_adjustment), 0.0)
        return self.last or -(self.rounding + rounded_down) <= missing < 0

    def share(self, whole: float, given: float, *, rest: bool) -> float:
        """Share of a figure of the invoice, of which `given` went back before; with `rest` all that is left of it."""
        left = flt(whole) - given
        if rest:
            return left
        if not (self.shares and self.source.total):
            return 0.0
        before = self.given.sold / self.source.total
        after = before + self.value / self.source.total
        places = self.source.precision("grand_total")
        own = flt(whole * after, places) - flt(whole * before, places)
        return min(max(own, 0.0), max(left, 0.0)) if whole > 0 else max(min(own, 0.0), min(left, 0.0))

    def _is_last(self) -> bool:
        granted = self.given.total - self.given.sold
        rest = flt(self.source.total) - self.given.sold - (self.value if self.shares else 0.0)
        if granted > self.unit / 2 or not self.shares:
            # Amounts that were granted count after the discount on the whole invoice, as its ceiling does.
            rest = rest * self._after_discount() - granted - (0.0 if self.shares else self.value)
            parts = sum(self.given.times.values()) + len(self.doc.items)
            return abs(rest) <= 0.5 * self.unit * (1 + parts * (self._after_discount() < 1)) - _TINY
        if abs(rest) < self.unit / 2:
            return True
        return all(self._used_up(row) for row in self.source.items)

    def _after_discount(self) -> float:
        """Part of the rows' amounts that the discount on the whole invoice left."""
        whole = sum(flt(row.net_amount) + flt(row.distributed_discount_amount) for row in self.source.items)
        return sum(flt(row.net_amount) for row in self.source.items) / whole if whole else 1.0

    def _used_up(self, row: Document) -> bool:
        """No quantity of a sold row is left, and of its amount no more than its parts have rounded off."""
        mine = [back for back in self.doc.items if back.sales_invoice_item == row.name]
        qty = flt(row.qty) - self.given.qty[row.name] + sum(flt(back.qty) for back in mine)
        amount = (
            flt(row.amount)
            - self.given.amount[row.name]
            + sum(flt(back.qty * back.rate, back.precision("amount")) for back in mine)
        )
        parts = self.given.times[row.name] + len(mine)
        return abs(qty) < 1e-6 and abs(amount) <= 0.5 * self.unit * parts + _TINY


def share_charges(doc: Document, source: Document, given: GivenBack) -> Balance:
    """Give `doc` its share of fixed charges and of the discount on the whole invoice."""
    balance = Balance(doc, source, given)
    doc.shipping_rule = None  # ERPNext would charge the parcel again; what was charged is a row of the taxes
    doc.set("taxes", doc.taxes[: len(source.taxes)])
    seen: dict[Charge, float] = defaultdict(float)
    by_rate = {
        tax.account_head for tax in source.taxes if tax.charge_type != "Actual" and flt(tax.tax_amount)
    }
    for tax, charged in zip(doc.taxes, source.taxes, strict=True):
        if tax.charge_type == "Actual":
            whole = flt(charged.tax_amount_after_discount_amount)
            if charged.account_head in by_rate:
                tax.update(_NO_RATE)
            key = (charged.account_head, charged.description)
            earlier = given.charges[key] - seen[key]
            if abs(earlier) > abs(whole):
                earlier = whole  # of two like rows the first one is given back first
            seen[key] += earlier
            tax.tax_amount = -flt(
                balance.share(whole, earlier, rest=balance.last), tax.precision("tax_amount")
            )
    if not balance.shares:
        # What is granted counts after the discount already.
        doc.additional_discount_percentage = doc.discount_amount = 0
    elif balance.takes_discount or not doc.additional_discount_percentage:
        doc.additional_discount_percentage = 0
        doc.discount_amount = -flt(
            balance.share(source.discount_amount, given.discount, rest=balance.takes_discount),
            doc.precision("discount_amount"),
        )
    return balance


def settle_cents(doc: Document, balance: Balance) -> None:
    """Reckon `doc`, and set right what its parts rounded off: by tax account, the rows, and the whole.

    Raises:
        frappe.ValidationError: the credit would come to more than is left of what was billed.
    """
    source, given = balance.source, balance.given
    # The invoice's own rounding to whole coins goes back with the last part, in one piece.
    doc.disable_rounded_total = int(bool(source.disable_rounded_total) or not balance.last)
    doc.run_method("calculate_taxes_and_totals")
    _keep_discount(doc, balance)
    _keep_ledger(doc, balance)
    rest = payable(source) - given.payable
    income = doc.items[0].income_account
    round_off = frappe.get_cached_value("Company", doc.company, "round_off_account") or income
    earlier = sum(
        amount for account, amount in given.taxes.items() if account not in (*balance.taxes, round_off)
    )
    for _pass in range(_PASSES):
        changed = [
            _correct(doc, account, whole - given.taxes[account] + _taxed(doc, account), balance)
            for account, whole in balance.taxes.items()
        ]
        mine = _taxed(doc, income) if income not in balance.taxes else 0.0
        net = flt(source.net_total) - given.net_total - earlier
        changed.append(_correct(doc, income, net + doc.net_total + mine, balance))
        if any(changed):
            doc.run_method("calculate_taxes_and_totals")
        if balance.differs(rest + payable(doc)):
            doc.disable_rounded_total = 1
            doc.run_method("calculate_taxes_and_totals")
            _add(doc, round_off, rest + doc.grand_total, balance)
            doc.run_method("calculate_taxes_and_totals")
            changed.append(True)
        if not any(changed):
            break
    if -payable(doc) > rest + balance.unit / 2:
        frappe.throw(
            _(
                "{0} with taxes and charges would be given back, but only {1} of what {2} billed is left. Lower the amounts."
            ).format(
                fmt_money(-payable(doc), currency=doc.currency),
                fmt_money(max(rest, 0), currency=doc.currency),
                escape_html(source.name),
            )
        )


def _keep_discount(doc: Document, balance: Balance) -> None:
    """A percentage of a part may be rounded up: never more discount than is left of it."""
    rest = flt(balance.source.discount_amount) - balance.given.discount
    if doc.additional_discount_percentage and -doc.discount_amount > max(rest, 0) + balance.unit / 2:
        doc.additional_discount_percentage = 0
        doc.discount_amount = -max(rest, 0)
        doc.run_method("calculate_taxes_and_totals")


def _keep_ledger(doc: Document, balance: Balance) -> None:
    """Choose a discount that ERPNext can spread over rows and taxes without a rest, where the ledger cannot bear one.

    It adds such a rest, and what included taxes leave, to the grand total and books it nowhere. Where a unit of the
    currency is worth more than the ledger tolerates (no decimals, or a foreign currency), the credit note could not be
    submitted. A row on the income account makes up for the difference, so that the customer gets what was agreed.
    """
    if _is_booked(doc):
        return
    agreed, total = flt(doc.discount_amount), doc.grand_total
    doc.additional_discount_percentage = 0
    for step in (*_DISCOUNT_STEPS, 0):
        doc.discount_amount = flt(agreed + step * balance.unit, doc.precision("discount_amount"))
        doc.run_method("calculate_taxes_and_totals")
        if _is_booked(doc):
            break
    if doc.grand_total != total:
        _add(doc, doc.items[0].income_account, doc.grand_total - total, balance)
        doc.run_method("calculate_taxes_and_totals")


def _is_booked(doc: Document) -> bool:
    """Whether net total and taxes come to the grand total, as far as the ledger wants it."""
    taxes = sum(flt(tax.tax_amount_after_discount_amount) for tax in doc.taxes)
    rest = flt(doc.grand_total) - flt(doc.net_total) - taxes
    return abs(rest * flt(doc.conversion_rate)) <= _LEDGER_TOLERANCE


def _correct(doc: Document, account: str, missing: float, balance: Balance) -> bool:
    """Credit `missing` more (less when negative) on `account`, unless later parts will still do so."""
    if abs(missing) < balance.unit / 2 or not (balance.last or -balance.rounding <= missing < 0):
        return False
    _add(doc, account, missing, balance)
    return True


def _add(doc: Document, account: str, missing: float, balance: Balance) -> None:
    if account not in balance.corrections:
        balance.corrections[account] = doc.append(
            "taxes",
            {
                "charge_type": "Actual",
                "account_head": account,
                "description": _("Difference to Earlier Credits"),
                "cost_center": doc.items[0].cost_center or doc.cost_center,
                "tax_amount": 0,
                **_NO_RATE,
            },
        )
    row = balance.corrections[account]
    row.tax_amount = flt(flt(row.tax_amount) - missing, row.precision("tax_amount"))


def _taxed(doc: Document, account: str) -> float:
    return sum(flt(tax.tax_amount_after_discount_amount) for tax in doc.taxes if tax.account_head == account)
