"""Whether the money that the lines of a settlement ask for was paid and is not given back already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.constants.settlement import CREDIT, GOODWILL, RETURN_CREDIT
from complaint_qms.integrations.erpnext.remaining import INVOICE
from complaint_qms.services.settlement.tied import TOLERANCE, Problems, Tied, number, place


def check_money(
    lines: Iterable[Tied], headers: dict[tuple[str, str], frappe._dict], problems: Problems
) -> None:
    """Rates not above the original, and never more money on a row or an invoice than it was worth."""
    on_row: dict[str, float] = defaultdict(float)
    on_invoice: dict[str, float] = defaultdict(float)
    for tied in lines:
        line = tied.line
        if line.remedy == CREDIT and not tied.invoiced:
            problems.add(
                line,
                _(
                    "{0} is not invoiced yet, so no money can be credited: choose a Sales Invoice, or another remedy."
                ).format(place(tied.base)),
            )
            continue
        if tied.base and flt(line.rate) > tied.base.rate + TOLERANCE:
            problems.add(
                line,
                _("Rate: {0} is above the {1} of {2}. Lower the rate, or add a Goodwill line.").format(
                    number(line.rate), number(tied.base.rate), place(tied.base)
                ),
            )
            continue
        if line.remedy == GOODWILL and flt(line.amount) <= 0:
            problems.add(line, _("Amount: enter the amount that is granted."))
        elif _comes_to_nothing(line):
            problems.add(
                line,
                _("Amount: {0} at a rate of {1} comes to nothing. Enter a larger quantity.").format(
                    number(line.qty), number(line.rate)
                ),
            )
        elif line.remedy == GOODWILL and not line.sales_invoice:
            problems.add(line, _("Sales Invoice: choose the invoice the goodwill is granted on."))
        elif line.remedy in (CREDIT, RETURN_CREDIT, GOODWILL) and line.sales_invoice:
            _ask_money(problems, tied, headers[(INVOICE, line.sales_invoice)], on_row, on_invoice)


def _comes_to_nothing(line: Document) -> bool:
    """A quantity that is one, but so small that its money is rounded away."""
    counts = flt(line.qty, line.precision("qty")) > 0 and flt(line.rate) > 0
    return line.remedy in (CREDIT, RETURN_CREDIT) and counts and not flt(line.amount)


def _ask_money(
    problems: Problems,
    tied: Tied,
    header: frappe._dict,
    on_row: dict[str, float],
    on_invoice: dict[str, float],
) -> None:
    line, row, cent = tied.line, tied.invoiced, 0.5 * 10 ** -tied.line.precision("amount")
    on_invoice[header.name] += flt(line.amount)
    left, where = header.total - flt(header.credited), header.name
    asked = on_invoice[header.name]
    if row:
        on_row[row.name] += flt(line.amount)
        if row.remaining_amount - on_row[row.name] < left - asked:
            left, asked, where = row.remaining_amount, on_row[row.name], place(row)
    if asked > left + cent:
        problems.add(
            line,
            _(
                "Amount: {0} asked on {1}, but only {2} of its value are not credited yet. Lower the amount."
            ).format(number(asked), where, number(max(left, 0))),
        )
