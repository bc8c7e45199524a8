"""What was sold on invoices and deliveries, and how much of it is still open to a remedy.

A row of a Sales Invoice answers for money, a row of a Delivery Note for goods. Both are counted in the stock unit,
because a return may be entered in another unit than the sale. Returns count as soon as they are drafted, whoever
drafted them: ERPNext itself counts submitted ones only, so two drafts could return the same unit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

import frappe
from frappe.query_builder import Order
from frappe.utils import flt

from complaint_qms.constants.settlement import GOODWILL, LIVE, REPLACEMENT
from complaint_qms.engine.shares import shares
from complaint_qms.integrations.erpnext.sold_rows import (
    INVOICE,
    NOTE,
    Sold,
    SoldRow,
)

LINK = {INVOICE: "dn_detail", NOTE: "si_detail"}  # field of a row that names its row in the other document
RETURN_OF = {
    INVOICE: "sales_invoice_item",
    NOTE: "dn_detail",
}  # field of a returned row that names the sold row

_HEADER = [
    "name", "customer", "company", "currency", "conversion_rate", "docstatus", "is_return", "return_against", "posting_date",
    "net_total", "total", "grand_total", "discount_amount", "apply_discount_on",
]  # fmt: skip
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
    "distributed_discount_amount",
    "warehouse",
    "batch_no",
    "serial_no",
    "serial_and_batch_bundle",
    "so_detail",
]
_BOOKS = ("item_tax_template", "item_tax_rate", "income_account", "cost_center", "project")
Parents = dict[str, set[str]]  # DocType → names
_HOPS = 2  # an invoice of a delivery may bill other deliveries as well, whose invoices matter no more


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
        locked: hold the documents and read what is committed now, also since the transaction began.
    """
    named = {INVOICE: set(invoices), NOTE: set(notes)}
    parents = _locked(named) if locked else _with_linked(named)
    headers = {
        (doctype, row.name): row
        for doctype, names in parents.items()
        for row in _headers(doctype, names, locked)
    }
    rows = [
        _sold_row(doctype, row, headers[(doctype, row.parent)])
        for doctype in parents
        for row in _rows(doctype, parents[doctype], locked)
    ]
    sold = Sold(headers=headers, rows={row.name: row for row in rows})
    _count_returns(sold, INVOICE, parents[INVOICE], locked)
    returned = _count_returns(sold, NOTE, parents[NOTE], locked)
    _count_credits_of_returns(sold, returned, locked)
    _count_settled(sold, without_settlement, locked)
    return sold


def worth(row: frappe._dict, header: frappe._dict) -> float:
    """What a row of an invoice or credit note came to after the discount on the whole document, never negative.

    In the terms of its `amount`: before taxes that come on top of it, with those that are included in it.
    """
    discount, share = flt(header.discount_amount), 1.0
    if discount and flt(row.distributed_discount_amount):
        share = flt(row.net_amount) / (flt(row.net_amount) + flt(row.distributed_discount_amount))
    elif discount:  # booked apart, or from before ERPNext kept the part of each row
        whole = flt(header.net_total if header.apply_discount_on == "Net Total" else header.grand_total)
        share = whole / (whole + discount) if whole + discount else 1.0
    return abs(flt(row.amount)) * share


def _headers(doctype: str, names: Collection[str], locked: bool) -> list[frappe._dict]:
    table = frappe.qb.DocType(doctype)
    if not names:
        return []
    query = frappe.qb.from_(table).select(*[table[name] for name in _HEADER_OF[doctype]])
    return _run(query.where(table.name.isin(sorted(names))).orderby(table.name, order=Order.asc), locked)


def _rows(doctype: str, parents: Collection[str], locked: bool) -> list[frappe._dict]:
    if not parents:
        return []
    item = frappe.qb.DocType(f"{doctype} Item")
    books = [item[name] for name in _BOOKS] if doctype == INVOICE else []
    query = (
        frappe.qb.from_(item)
        .select(*[item[name] for name in _ROW], item[LINK[doctype]].as_("link"), *books)
        .where(item.parent.isin(sorted(parents)))
        .orderby(item.parent, item.idx, order=Order.asc)
    )
    return _run(query, locked)


def _sold_row(doctype: str, row: frappe._dict, header: frappe._dict) -> SoldRow:
    factor = flt(row.conversion_factor) or 1.0
    apart = ("qty", "stock_qty", "conversion_factor", "net_amount", "distributed_discount_amount", *_BOOKS)
    return SoldRow(
        doctype=doctype,
        conversion_factor=factor,
        stock_qty=flt(row.stock_qty) or flt(row.qty) * factor,
        value=worth(row, header),
        books=tuple(row.get(name) or "" for name in _BOOKS),
        **{key: value for key, value in row.items() if key not in apart},
    )


def _locked(named: Parents) -> Parents:
    """`named` and what is linked to them, held: found by an ordinary read, locked in one order whichever of them was named,
    and looked for again, because they may have been billed or delivered further meanwhile."""
    held: Parents = {doctype: set() for doctype in named}
    wanted = _with_linked(named)
    while any(wanted[doctype] - held[doctype] for doctype in named):
        for doctype, names in wanted.items():
            lock(doctype, names)
            held[doctype] |= names
        wanted = _with_linked(named, locked=True)
    return wanted


def _with_linked(named: Parents, locked: bool = False) -> Parents:
    """`named` and the submitted documents whose rows stand for the same sales as rows of theirs."""
    parents = {doctype: set(names) for doctype, names in named.items()}
    known = {doctype: _rows(doctype, names, locked) for doctype, names in parents.items()}
    near = dict(known)
    for _hop in range(_HOPS):
        found = {doctype: _linked(doctype, near, locked) - parents[doctype] for doctype in parents}
        if not any(found.values()):
            break
        names = {row.name for rows in near.values() for row in rows}
        links = {row.link for rows in near.values() for row in rows if row.link}
        orders = {row.so_detail for rows in near.values() for row in rows if row.so_detail}
        for doctype in parents:
            parents[doctype] |= found[doctype]
            near[doctype] = [
                row for row in _rows(doctype, found[doctype], locked)
                if row.name in links or row.link in names or row.so_detail in orders
            ]  # fmt: skip
    return parents


def _linked(doctype: str, near: dict[str, list[frappe._dict]], locked: bool) -> set[str]:
    """Submitted documents of `doctype` with a row that is linked to one of `near`, or of the same order row.

    Each way is asked by its own index: a locking read that had to scan would hold up everybody who sells.
    """
    item, parent = frappe.qb.DocType(f"{doctype} Item"), frappe.qb.DocType(doctype)
    others = [row for other, rows in near.items() if other != doctype for row in rows]
    orders = {row.so_detail for rows in near.values() for row in rows if row.so_detail}
    ways = (
        (item[LINK[doctype]], {row.name for row in others}),
        (item.name, {row.link for row in others if row.link}),
        (item.so_detail, orders),
    )
    query = (
        frappe.qb.from_(item)
        .inner_join(parent)
        .on(parent.name == item.parent)
        .select(parent.name)
        .distinct()
        .where((parent.docstatus == 1) & (parent.is_return == 0))
        .orderby(parent.name, order=Order.asc)
    )
    return {
        row.name
        for field, values in ways
        if values
        for row in _run(query.where(field.isin(sorted(values))), locked)
    }


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
        .select(*_counted(item, parent))
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
                if row.item_code and sold_row.item_code == row.item_code
            ]
        counted[row.name] = targets
        value = worth(row, row)
        sold.credit(doctype, row.return_against, value)
        _use(targets, row.parent, _stock_qty(row), value)
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
        .select(item.parent, item.dn_detail, parent.docstatus, parent.complaint_settlement)
        .select(*_counted(item, parent))
        .where(item.dn_detail.isin(sorted(returned)) & (parent.is_return == 1) & (parent.docstatus < 2))
        .where(parent.return_against.isnull() | (parent.return_against == ""))
        .orderby(item.parent, item.idx, order=Order.asc)
    )
    for row in _run(query, locked):
        targets = [partner for source in returned[row.dn_detail] for partner in sold.partners(source)]
        granted = row.docstatus == 1 or row.complaint_settlement
        credit = sold.credit_apart if granted else sold.credit
        _use(targets, row.parent, _stock_qty(row), worth(row, row), credit)


def _count_settled(sold: Sold, without: str | None, locked: bool) -> None:
    """Count what other submitted settlements replace or grant on a row, as long as their document lives.

    The documents for these remedies do not name the sold row, so the settlement's own lines are read.
    """
    if not sold.rows:
        return
    line = frappe.qb.DocType("Complaint Settlement Line")
    document = frappe.qb.DocType("Complaint Settlement Document")
    names = sorted(sold.rows)
    of_rows = line.sales_invoice_item.isin(names) | line.delivery_note_item.isin(names)
    invoices = sorted(name for doctype, name in sold.headers if doctype == INVOICE)
    of_invoices = (line.remedy == GOODWILL) & line.sales_invoice.isin(invoices or [""])
    query = (
        frappe.qb.from_(line)
        .inner_join(document)
        .on((document.parent == line.parent) & (document.purpose == line.remedy))
        .select(line.name, line.parent, line.remedy, line.qty, line.amount, line.goods_come_back)
        .select(line.sales_invoice, line.sales_invoice_item, line.delivery_note_item)
        .select(document.source_name, document.remedy_value, document.granted_value)
        .where((line.docstatus == 1) & (line.parent != (without or "")))
        .where(line.remedy.isin((REPLACEMENT, GOODWILL)) & document.document_status.isin(LIVE))
        .where(of_rows | of_invoices)
        .orderby(line.parent, line.idx, order=Order.asc)
    )
    for row in _run(query, locked):
        if row.remedy == REPLACEMENT:
            _count_replaced(sold, row)
        elif row.source_name == row.sales_invoice:
            # Finance may have lowered the document that grants it.
            kept = flt(row.remedy_value) / flt(row.granted_value) if flt(row.granted_value) else 1.0
            _count_goodwill(sold, row, flt(row.amount) * min(kept, 1.0))
    _count_billed_later(sold)


def _count_billed_later(sold: Sold) -> None:
    """Units that were replaced before anybody billed them are not paid back once they are billed."""
    for row in sold.rows.values():
        later = row.replaced_qty - sold.never_billed(row) if row.doctype == NOTE else 0.0
        if later > 0 and (invoices := sold.partners(row)):
            _use(invoices, "", later, later * invoices[0].value / invoices[0].stock_qty)


def _count_replaced(sold: Sold, row: frappe._dict) -> None:
    """Free goods: of an invoice row their value is given away, of a delivery row that nobody billed only the units."""
    target = sold.rows.get(row.sales_invoice_item)
    if target:
        stock_qty = flt(row.qty) * target.conversion_factor
        _use([target], row.parent, stock_qty, flt(row.amount) * target.value_share, sold.credit)
    elif target := sold.rows.get(row.delivery_note_item):
        stock_qty = flt(row.qty) * target.conversion_factor
        target.replaced_qty += stock_qty
        target.exchanged_qty += stock_qty if row.goods_come_back else 0
        target.used_by.add(row.parent)


def _count_goodwill(sold: Sold, row: frappe._dict, amount: float) -> None:
    """Goodwill for a row, or for the whole invoice: then spread over its rows as its credit note is.

    The credit note itself was counted on the invoice already.
    """
    if target := sold.rows.get(row.sales_invoice_item):
        targets, parts = [target], [amount]
    else:
        targets = sold.of(INVOICE, row.sales_invoice)
        parts = shares(amount, [target.remaining_value for target in targets])
    for target, part in zip(targets, parts, strict=True):
        _use([target], row.parent, 0.0, part)


def _counted(item: Any, parent: Any) -> list[Any]:
    """Columns that `worth` and `_stock_qty` need of a returned row."""
    fields = ("qty", "stock_qty", "conversion_factor", "amount", "net_amount", "distributed_discount_amount")
    header = ("apply_discount_on", "net_total", "grand_total", "discount_amount")
    return [*[item[name] for name in fields], *[parent[name] for name in header]]


def _stock_qty(row: frappe._dict) -> float:
    return abs(flt(row.stock_qty) or flt(row.qty) * (flt(row.conversion_factor) or 1.0))


def _use(
    targets: list[SoldRow],
    by: str,
    stock_qty: float,
    value: float,
    credit: Callable[[str, str, float], None] | None = None,
) -> None:
    """Take a quantity and a value from the first of `targets` that has some left, then from the next.

    Args:
        by: document that takes it.
        credit: told how much value was taken from which document.
    """
    for target in targets:
        if target is targets[-1]:
            taken, money = stock_qty, value
        elif stock_qty:  # the money goes with the units it was paid for
            taken = min(stock_qty, target.remaining_stock_qty)
            money = value * taken / stock_qty
        else:
            taken, money = 0.0, min(value, target.remaining_value)
        if taken or money:
            target.used_by.update({by} - {""})
        target.used_qty += taken
        target.used_value += money
        if credit and money:
            credit(target.doctype, target.parent, money)
        stock_qty, value = stock_qty - taken, value - money


def _run(query: Any, locked: bool) -> list[frappe._dict]:
    return (query.for_update() if locked else query).run(as_dict=True)
