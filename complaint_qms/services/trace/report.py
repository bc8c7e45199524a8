"""The report Batch Genealogy: a genealogy as a tree, who holds it, where it lies, or whether its quantities agree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from frappe import _
from frappe.utils import escape_html

from complaint_qms.engine.trace import BOTH, FAMILY, from_units
from complaint_qms.services.reporting.access import check_may_open
from complaint_qms.services.reporting.columns import column, sentences, summary
from complaint_qms.services.reporting.filter_values import check_known, read_choice
from complaint_qms.services.reporting.filters import read_object
from complaint_qms.services.trace.figures import balance_rows, holder_rows, stock_rows
from complaint_qms.services.trace.labels import quantity_text
from complaint_qms.services.trace.notes import HOLDERS, TREE, notes
from complaint_qms.services.trace.starts import COMPLAINT, start_of
from complaint_qms.services.trace.tracing import WAYS, Traced, trace
from complaint_qms.services.trace.tree import tree_rows

REPORT: Final = "Batch Genealogy"
STOCK: Final = "stock"
BALANCE: Final = "balance"
VIEWS: Final = (TREE, HOLDERS, STOCK, BALANCE)
# What a genealogy starts from → the filter that names it
NAMED_IN: Final = {
    "Complaint": "complaint",
    "Batch": "batch_no",
    "Serial No": "serial_no",
    "Supplier Lot": "supplier_lot",
    "Work Order": "work_order",
    "Purchase Receipt": "purchase_receipt",
}


class BatchGenealogy:
    """What the report shows, by its filters.

    Args:
        given: `start` (one of `NAMED_IN`) and the filter that names it, `supplier` (of a supplier's lot), `way` (one of
            `WAYS`), `show` (one of `VIEWS`), `others` (without the complaint's own customer).
    """

    def __init__(self, given: Mapping | str | None) -> None:
        check_may_trace()
        given = read_object(given)
        check_known(given, NAMED_IN.values(), ("start", "supplier", "way", "show", "others"))
        self.kind = read_choice(given, "start", NAMED_IN)
        self.name = _text(given, NAMED_IN.get(self.kind, ""))
        self.supplier = _text(given, "supplier")
        self.way = read_choice(given, "way", WAYS) or BOTH
        self.show = read_choice(given, "show", VIEWS) or TREE
        self.without_own = given.get("others") in (1, "1", True) and self.kind == COMPLAINT

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        if not self.name:
            return self.columns(), [], sentences([_("Choose a complaint, batch, serial number, supplier lot, work order or purchase receipt to start from.")]), None, [], True  # fmt: skip
        return self.columns(), self.rows(), self.message(), None, self.summary(), True

    @cached_property
    def traced(self) -> Traced:
        return trace(start_of(self.kind, self.name, self.supplier), self.way)

    def rows(self) -> list[dict[str, Any]]:
        if self.show == HOLDERS:
            return holder_rows(self.traced, others=self.without_own)
        return {TREE: tree_rows, STOCK: stock_rows, BALANCE: balance_rows}[self.show](self.traced)

    def columns(self) -> list[dict]:
        return {TREE: tree_columns, HOLDERS: _holders, STOCK: _stock, BALANCE: _balances}[self.show]()

    def message(self) -> str:
        said = notes(self.traced, self.show)
        if self.show == HOLDERS and not self.rows():
            said = [self.nobody(), *said]
        return sentences(said)

    def nobody(self) -> str:
        """Why no customer is shown, what lies in stock, and where else to look."""
        traced = self.traced
        on_hand: dict[str, int] = {}
        for balance in traced.balances(traced.downstream):
            on_hand[balance.lot.item] = on_hand.get(balance.lot.item, 0) + balance.total_on_hand
        lying = [
            f"{quantity_text(from_units(qty))} {_(traced.items.get(item, ('', ''))[1])} {escape_html(item)}"
            for item, qty in on_hand.items()
            if qty
        ]
        with_own = bool(traced.holdings()) and self.without_own
        said = [
            _("No other customer that is shown to you was delivered any: all of it went to the customer who complains.")
            if with_own
            else _("No customer that is shown to you was delivered any."),
            _("In stock: {0}.").format(", ".join(lying)) if lying else _("Nothing of it is in stock."),
        ]  # fmt: skip
        if self.way != FAMILY:
            said.append(_("The direction “All with the Same Components” shows what else was made of the same components, and who has that."))  # fmt: skip
        return " ".join(said)

    def summary(self) -> list[dict]:
        traced = self.traced
        holding = [one for one in traced.holdings(others=self.without_own) if one.held > 0]
        named = {one.customer for one in holding if one.customer}
        shown = [
            summary(_("Batches and Serial Numbers"), len(traced.lots)),
            summary(
                _("Other Customers Who Have It")
                if self.without_own and traced.start.customer
                else _("Customers Who Have It"),
                len(named),
                "orange",
            ),
        ]
        units = {traced.unit(one.lot) for one in holding}
        if len(units) == 1:
            held = from_units(sum(one.held for one in holding))
            shown.append(summary(_("With Customers ({0})").format(_(units.pop())), held, "orange", "Float"))
        if traced.withheld:
            shown.append(summary(_("Documents Not Shown to You"), len(traced.withheld), "red"))
        return shown


def check_may_trace() -> None:
    """Whoever may open the report may ask, by whichever way.

    Raises:
        frappe.PermissionError: the user may not.
    """
    check_may_open(REPORT)


def tree_columns() -> list[dict]:
    return [
        column("label", _("Batch or Step"), width=250),
        column("step", _("Step"), width=120),
        column("quantity", _("Quantity"), "Float", 95),
        column("uom", _("UOM"), width=90),
        column("holds", _("On Quality Hold"), width=130),
        column("document", _("Document"), width=190),
        column("date", _("Date"), "Date", 115),
        column("party_name", _("Customer or Supplier"), width=175),
        column("attributed", _("Attributed"), "Float", 100),
        column("attributed_uom", _("UOM of It"), width=110),
        column("basis", _("Known"), width=90),
        column("warehouse", _("Warehouse"), width=160),
        column("item_code", _("Item"), width=140, link_to="Item"),
        column("item_name", _("Item Name"), width=160),
        column("reference", _("Their Number"), width=120),
        column("note", _("Note"), width=180),
    ]


def _holders() -> list[dict]:
    return [
        column("label", _("Customer"), width=220, link_to="Customer", link_from="customer"),
        column("lot", _("Batch or Serial No"), width=140),
        column("held", _("Has Now"), "Float", 90),
        column("uom", _("UOM"), width=90),
        column("delivered", _("Delivered"), "Float", 90),
        column("returned", _("Returned"), "Float", 90),
        column("date", _("Last Delivered"), "Date", 115),
        column("document", _("Document"), width=190),
        column("email", _("Email"), width=230),
        column("phone", _("Phone"), width=140),
        column("deliveries", _("Deliveries"), "Int", 95),
        column("note", _("Note"), width=180),
        column("item_code", _("Item"), width=140, link_to="Item"),
        column("item_name", _("Item Name"), width=160),
    ]


def _stock() -> list[dict]:
    return [
        *_of_lots(),
        column("warehouse", _("Warehouse"), width=220),
        column("on_hand", _("On Hand"), "Float", 110),
        column("uom", _("UOM"), width=90),
        column("holds", _("On Quality Hold"), width=140),
    ]


def _balances() -> list[dict]:
    figures = {
        "received": _("Received"),
        "brought_in": _("Brought In"),
        "produced": _("Produced"),
        "consumed": _("Consumed"),
        "delivered": _("Delivered"),
        "returned": _("Returned by Customer"),
        "sent_back": _("Returned to Supplier"),
        "issued": _("Issued"),
        "adjusted": _("Adjusted"),
        "otherwise": _("Other"),
        "on_hand": _("On Hand"),
        "recorded": _("On Its Record"),
        "difference": _("Difference in Quantity"),
    }
    return [
        *_of_lots(),
        *(column(name, title, "Float", 105) for name, title in figures.items()),
        column("uom", _("UOM"), width=90),
        column("explanation", _("Explanation"), width=320),
    ]


def _of_lots() -> list[dict]:
    return [
        column("lot", _("Batch or Serial No"), width=170),
        column("item_code", _("Item"), width=150, link_to="Item"),
        column("item_name", _("Item Name"), width=180),
    ]


def _text(given: Mapping, name: str) -> str:
    value = given.get(name)
    # What the database cannot even compare names nothing.
    return value.strip().encode("utf-8", "replace").decode() if isinstance(value, str) else ""
