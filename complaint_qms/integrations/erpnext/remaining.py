"""What was sold on invoices and deliveries, and how much of it is still open to a remedy.

A row of a Sales Invoice answers for money, a row of a Delivery Note for goods. Both are counted in the stock unit,
because a return may be entered in another unit than the sale. Returns count as soon as they are drafted, whoever
drafted them: ERPNext itself counts submitted ones only, so two drafts could return the same unit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe.query_builder import Order
from frappe.query_builder.terms import Criterion
from frappe.utils import flt

from complaint_qms.constants.settlement import GOODWILL, LIVE, REPLACEMENT

INVOICE, NOTE = "Sales Invoice", "Delivery Note"
LINK = {INVOICE: "dn_detail", NOTE: "si_detail"}  # field of a row that names its row in the other document
RETURN_OF = {
    INVOICE: "sales_invoice_item",
    NOTE: "dn_detail",
}  # field of a returned row that names the sold row

_HEADER = [
    "name",
    "customer",
    "company",
    "currency",
    "conversion_rate",
    "docstatus",
    "is_return",
    "return_against",
    "posting_date",
    "net_total",
    "total",
]
_HEADER_OF = {
    INVOICE: [*_HEADER, "update_stock", "is_pos", "is_consolidated", "outstanding_amount"],
    NOTE: _HEADER,
}
_ROW = [
    "name",
    "parent",
    "idx",
    "item_code",
    "item_name",
    "description",
    "qty",
    "uom",
    "conversion_factor",
    "stock_qty",
    "rate",
    "amount",
    "net_amount",
    "warehouse",
    "batch_no",
    "serial_no",
    "serial_and_batch_bundle",
    "so_detail",
]


@dataclass
class SoldRow:
    """A row of a submitted Sales Invoice or Delivery Note.

    Attributes:
        stock_qty: sold, in the stock unit; `conversion_factor` stock units make one `uom`.
        rate, amount: per `uom` and of the row, in the document's currency, as printed on it.
        used_qty: credited, returned or replaced already, drafts included, in the stock unit.
        used_amount: money credited on this row already, drafts included.
        used_by: names of the documents behind `used_qty` and `used_amount`.
    """

    doctype: str
    parent: str
    name: str
    idx: int
    item_code: str
    item_name: str
    description: str | None
    uom: str
    conversion_factor: float
    stock_qty: float
    rate: float
    amount: float
    net_amount: float
    warehouse: str | None
    batch_no: str | None
    serial_no: str | None
    serial_and_batch_bundle: str | None
    so_detail: str | None
    link: str | None
    used_qty: float = 0.0
    used_amount: float = 0.0
    used_by: set[str] = field(default_factory=set)

    @property
    def qty(self) -> float:
        """Sold, in the row's own unit."""
        return self.stock_qty / self.conversion_factor

    @property
    def remaining_stock_qty(self) -> float:
        return max(flt(self.stock_qty - self.used_qty, 6), 0.0)

    @property
    def remaining_qty(self) -> float:
        """Still open to a remedy, in the row's own unit."""
        return flt(self.remaining_stock_qty / self.conversion_factor, 6)

    @property
    def remaining_amount(self) -> float:
        return max(self.amount - self.used_amount, 0.0)


@dataclass
class Sold:
    """Invoices and delivery notes with their rows.

    Attributes:
        headers: (DocType, name) to the fields of the document; `credited` is the sum of its returned rows.
        rows: row name to the row; names of rows are unique over both DocTypes.
    """

    headers: dict[tuple[str, str], frappe._dict]
    rows: dict[str, SoldRow]

    def of(self, doctype: str, parent: str) -> list[SoldRow]:
        """Rows of one document in their order."""
        return [row for row in self.rows.values() if (row.doctype, row.parent) == (doctype, parent)]

    def credit(self, doctype: str, name: str, amount: float) -> None:
        """Add a returned row's amount to what was credited on the whole document."""
        header = self.headers[(doctype, name)]
        header.credited = flt(header.credited) + abs(flt(amount))

    def partners(self, row: SoldRow) -> list[SoldRow]:
        """Rows of the other DocType for the same sale: delivered for an invoiced row, invoiced for a delivered one.

        A direct link decides; only without one do rows of the same order row belong together.
        """
        others = [other for other in self.rows.values() if other.doctype != row.doctype]
        direct = [other for other in others if other.name == row.link or other.link == row.name]
        if direct or not row.so_detail:
            return direct
        return [
            other for other in others if other.so_detail == row.so_detail and not other.link and not row.link
        ]


def lock(doctype: str, names: Iterable[str]) -> None:
    """Hold the rows of `names` until the transaction ends, always in the order of their names."""
    table = frappe.qb.DocType(doctype)
    wanted = sorted(set(names))
    if wanted:
        frappe.qb.from_(table).select(table.name).where(table.name.isin(wanted)).orderby(
            table.name, order=Order.asc
        ).for_update().run()


def load(
    invoices: Collection[str],
    notes: Collection[str],
    *,
    without_settlement: str | None = None,
    locked: bool = False,
) -> Sold:
    """Read documents, the ones linked to them by rows, and what is used up of every row.

    Args:
        invoices: names of Sales Invoices.
        notes: names of Delivery Notes.
        without_settlement: settlement whose own lines do not count as used.
        locked: hold the documents and read what is committed now. An ordinary read would show the database as it
            was when the transaction began, and miss the return that another user drafted a moment ago.
    """
    invoices, notes = set(invoices), set(notes)
    rows = [*_rows(INVOICE, invoices), *_rows(NOTE, notes)]
    invoices |= _linked(INVOICE, [row for row in rows if row.doctype == NOTE])
    notes |= _linked(NOTE, [row for row in rows if row.doctype == INVOICE])
    if locked:
        lock(INVOICE, invoices)
        lock(NOTE, notes)
    sold = Sold(
        headers={
            (doctype, row.name): row
            for doctype, names in ((INVOICE, invoices), (NOTE, notes))
            for row in _headers(doctype, names, locked)
        },
        rows={row.name: row for row in (*_rows(INVOICE, invoices), *_rows(NOTE, notes))},
    )
    _count_returns(sold, INVOICE, invoices, locked)
    returned = _count_returns(sold, NOTE, notes, locked)
    _count_credits_of_returns(sold, returned, locked)
    _count_settled(sold, without_settlement, locked)
    return sold


def _headers(doctype: str, names: Collection[str], locked: bool) -> list[frappe._dict]:
    table = frappe.qb.DocType(doctype)
    if not names:
        return []
    query = frappe.qb.from_(table).select(*[table[name] for name in _HEADER_OF[doctype]])
    return _run(query.where(table.name.isin(sorted(names))).orderby(table.name, order=Order.asc), locked)


def _rows(doctype: str, parents: Collection[str]) -> list[SoldRow]:
    if not parents:
        return []
    item = frappe.qb.DocType(f"{doctype} Item")
    found = (
        frappe.qb.from_(item)
        .select(*[item[name] for name in _ROW], item[LINK[doctype]].as_("link"))
        .where(item.parent.isin(sorted(parents)))
        .orderby(item.parent, item.idx, order=Order.asc)
    ).run(as_dict=True)
    return [_sold_row(doctype, row) for row in found]


def _sold_row(doctype: str, row: frappe._dict) -> SoldRow:
    factor = flt(row.conversion_factor) or 1.0
    stock_qty = flt(row.stock_qty) or flt(row.qty) * factor
    values = {
        key: value for key, value in row.items() if key not in ("qty", "stock_qty", "conversion_factor")
    }
    return SoldRow(doctype=doctype, conversion_factor=factor, stock_qty=stock_qty, **values)


def _linked(doctype: str, rows: list[SoldRow]) -> set[str]:
    """Submitted documents of `doctype` whose rows stand for the same sale as `rows`."""
    if not rows:
        return set()
    item, parent = frappe.qb.DocType(f"{doctype} Item"), frappe.qb.DocType(doctype)
    names = [row.name for row in rows]
    links = [row.link for row in rows if row.link]
    orders = [row.so_detail for row in rows if row.so_detail]
    ways = [item[LINK[doctype]].isin(names)]
    if links:
        ways.append(item.name.isin(links))
    if orders:
        ways.append(item.so_detail.isin(orders))
    query = (
        frappe.qb.from_(item)
        .inner_join(parent)
        .on(parent.name == item.parent)
        .select(parent.name)
        .distinct()
        .where((parent.docstatus == 1) & (parent.is_return == 0) & Criterion.any(ways))
        .orderby(parent.name, order=Order.asc)
    )
    return set(query.run(pluck=True))


def _count_returns(
    sold: Sold, doctype: str, parents: Collection[str], locked: bool
) -> dict[str, list[SoldRow]]:
    """Count returns against `parents`; gives the returned rows' names with the sold rows they were counted on."""
    if not parents:
        return {}
    item, parent = frappe.qb.DocType(f"{doctype} Item"), frappe.qb.DocType(doctype)
    source = item[RETURN_OF[doctype]]
    query = (
        frappe.qb.from_(item)
        .inner_join(parent)
        .on(parent.name == item.parent)
        .select(item.name, item.parent, item.item_code, parent.return_against, source.as_("source"))
        .select(item.qty, item.stock_qty, item.conversion_factor, item.amount)
        .where(
            (parent.return_against.isin(sorted(parents))) & (parent.is_return == 1) & (parent.docstatus < 2)
        )
        .orderby(item.parent, item.idx, order=Order.asc)
    )
    counted: dict[str, list[SoldRow]] = {}
    for row in _run(query, locked):
        if row.source in sold.rows:
            targets = [sold.rows[row.source]]
        else:  # a return entered by hand that names the item only
            targets = [
                sold_row
                for sold_row in sold.of(doctype, row.return_against)
                if sold_row.item_code == row.item_code
            ]
        counted[row.name] = targets
        sold.credit(doctype, row.return_against, row.amount)
        _use(targets, row)
    return counted


def _count_credits_of_returns(sold: Sold, returned: dict[str, list[SoldRow]], locked: bool) -> None:
    """Count credit notes made from a Delivery Note return.

    ERPNext links such a note to the returned delivery, not to the invoice, so the invoice looks as if nothing had
    been credited.
    """
    if not returned:
        return
    item, parent = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType(INVOICE)
    query = (
        frappe.qb.from_(item)
        .inner_join(parent)
        .on(parent.name == item.parent)
        .select(item.parent, item.dn_detail, item.qty, item.stock_qty, item.conversion_factor, item.amount)
        .where(item.dn_detail.isin(sorted(returned)) & (parent.is_return == 1) & (parent.docstatus < 2))
        .where(parent.return_against.isnull() | (parent.return_against == ""))
        .orderby(item.parent, item.idx, order=Order.asc)
    )
    for row in _run(query, locked):
        targets = [partner for source in returned[row.dn_detail] for partner in sold.partners(source)]
        if targets:
            sold.credit(INVOICE, targets[0].parent, row.amount)
        _use(targets, row)


def _count_settled(sold: Sold, without: str | None, locked: bool) -> None:
    """Count what other submitted settlements replace or grant on a row, as long as their document lives.

    The documents for these remedies do not name the sold row, so the settlement's own lines are read.
    """
    if not sold.rows:
        return
    line = frappe.qb.DocType("Complaint Settlement Line")
    document = frappe.qb.DocType("Complaint Settlement Document")
    names = sorted(sold.rows)
    query = (
        frappe.qb.from_(line)
        .inner_join(document)
        .on((document.parent == line.parent) & (document.purpose == line.remedy))
        .select(line.name, line.parent, line.remedy, line.qty, line.amount, line.sales_invoice)
        .select(line.sales_invoice_item, line.delivery_note_item, document.source_name)
        .where((line.docstatus == 1) & (line.parent != (without or "")))
        .where(line.remedy.isin((REPLACEMENT, GOODWILL)) & document.document_status.isin(LIVE))
        .where(line.sales_invoice_item.isin(names) | line.delivery_note_item.isin(names))
        .orderby(line.parent, line.idx, order=Order.asc)
    )
    for row in _run(query, locked):
        target = sold.rows.get(row.sales_invoice_item) or sold.rows[row.delivery_note_item]
        if row.remedy == REPLACEMENT:
            _use([target], row | {"stock_qty": flt(row.qty) * target.conversion_factor, "amount": 0})
        elif row.source_name == row.sales_invoice:
            _use([target], row | {"qty": 0})


def _use(targets: list[SoldRow], row: dict[str, Any]) -> None:
    """Take the quantity and amount of `row` from the first of `targets` that has some left, then from the next."""
    stock_qty = abs(flt(row.get("stock_qty")) or flt(row["qty"]) * (flt(row.get("conversion_factor")) or 1.0))
    amount = abs(flt(row["amount"]))
    for target in targets:
        last = target is targets[-1]
        taken = stock_qty if last else min(stock_qty, target.remaining_stock_qty)
        money = amount if last else min(amount, target.remaining_amount)
        if taken or money:
            target.used_by.add(row["parent"])
        target.used_qty += taken
        target.used_amount += money
        stock_qty, amount = stock_qty - taken, amount - money


def _run(query: Any, locked: bool) -> list[frappe._dict]:
    return (query.for_update() if locked else query).run(as_dict=True)
