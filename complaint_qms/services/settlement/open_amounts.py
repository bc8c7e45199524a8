"""Whether the money that the lines of a settlement ask for was paid and is not given back already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt

from complaint_qms.constants.settlement import CONSUMING, CREDIT, GOODWILL, RETURN_CREDIT
from complaint_qms.integrations.erpnext.remaining import INVOICE, Sold, SoldRow
from complaint_qms.services.settlement.matched_line import (
    TOLERANCE,
    Problems,
    Tied,
    money,
    number,
    place,
)


def check_money(lines: Iterable[Tied], sold: Sold, problems: Problems) -> dict[str, float]:
    """Rates not above the original, and never more value on a row or an invoice than was billed and not given back.

    Money and free goods count together: who got the whole row replaced gets no goodwill for it as well.

    Returns the value that is asked for on each row, by its name.
    """
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
                    money(line.rate, line), money(tied.base.rate, line), place(tied.base)
                ),
            )
            continue
        if line.remedy == GOODWILL and flt(line.amount) <= 0:
            problems.add(line, _("Amount: enter the amount that is granted."))
        elif _comes_to_nothing(line):
            problems.add(
                line,
                _("Amount: {0} at a rate of {1} comes to nothing. Enter a larger quantity.").format(
                    number(line.qty), money(line.rate, line)
                ),
            )
        elif line.remedy == GOODWILL and not line.sales_invoice:
            problems.add(line, _("Sales Invoice: choose the invoice the goodwill is granted on."))
        elif line.remedy in (*CONSUMING, GOODWILL) and line.sales_invoice:
            _ask_money(problems, tied, sold, on_row, on_invoice)
    return on_row


def _comes_to_nothing(line: Document) -> bool:
    """A quantity that is one, but so small that its money is rounded away."""
    counts = flt(line.qty, line.precision("qty")) > 0 and flt(line.rate) > 0
    return line.remedy in (CREDIT, RETURN_CREDIT) and counts and not flt(line.amount)


def _ask_money(
    problems: Problems,
    tied: Tied,
    sold: Sold,
    on_row: dict[str, float],
    on_invoice: dict[str, float],
) -> None:
    line, row, invoice = tied.line, tied.invoiced, tied.line.sales_invoice
    # An amount is granted as it is; a quantity has its share in the discount on the whole invoice.
    share = 1.0 if line.remedy == GOODWILL or not row else row.value_share
    asked = flt(line.amount) * share
    on_invoice[invoice] += asked
    left = sold.value_of(invoice) - flt(sold.headers[(INVOICE, invoice)].credited)
    bounds = [(on_invoice[invoice], left, _rounded(sold.of(INVOICE, invoice)), escape_html(invoice))]
    if row:
        on_row[row.name] += asked
        bounds.append((on_row[row.name], row.remaining_value, _rounded([row]), place(row)))
    unit = 10 ** -line.precision("amount")
    passed = [bound for bound in bounds if bound[0] > bound[1] + bound[2] * unit]
    if passed:
        asked, left, _units, where = min(passed, key=lambda bound: bound[1] - bound[0])
        share = share or 1.0
        problems.add(
            line,
            _(
                "Amount: {0} asked on {1}, but only {2} of its value are not credited yet. Lower the amount."
            ).format(money(flt(asked / share, 2), line), where, money(flt(max(left, 0) / share, 2), line)),
        )


def _rounded(rows: Iterable[SoldRow]) -> int:
    """Smallest units by which the value of rows may be off: each document rounds each row by itself."""
    return sum(1 + len(row.used_by) for row in rows)
