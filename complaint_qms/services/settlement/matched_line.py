"""A line of a settlement beside what was sold, and the words in which its problems are told."""

from __future__ import annotations

from dataclasses import dataclass

from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money

from complaint_qms.integrations.erpnext.remaining import SoldRow

TOLERANCE = 1e-6


@dataclass
class Tied:
    """A line with the sold rows it stands on.

    Attributes:
        invoiced, delivered: row of the Sales Invoice and of the Delivery Note; None where there is none.
        goods: row through which goods come back; None when none do.
    """

    line: Document
    invoiced: SoldRow | None = None
    delivered: SoldRow | None = None
    goods: SoldRow | None = None

    @property
    def base(self) -> SoldRow | None:
        """The row whose quantity the remedy uses up, in whose unit the line counts."""
        return self.invoiced or self.delivered

    @property
    def stock_qty(self) -> float:
        """Quantity asked for, in the item's stock unit."""
        return flt(self.line.qty) * self.base.conversion_factor


class Problems(list[str]):
    """What is wrong with the lines of a settlement: sentences that name the row and the way out."""

    def add(self, line: Document, text: str) -> None:
        self.append(_("Row {0}: {1}").format(line.idx, text))


def place(row: SoldRow) -> str:
    """Where a sold row stands, in words."""
    return _("{0} {1}, row {2}").format(_(row.doctype), escape_html(row.parent), row.idx)


def money(amount: float, line: Document) -> str:
    """An amount or rate of a line in the currency of its settlement, with all the places it has."""
    places = len(number(amount).partition(".")[2])
    usual = line.precision("amount")
    return fmt_money(amount, places if places > usual else None, line.parent_doc.currency)


def number(value: float) -> str:
    """A quantity without needless zeros."""
    return f"{flt(value, 6):,.6f}".rstrip("0").rstrip(".")
