"""Open documents that name lots: drafts, pick lists, reservations, and Work Orders to whose line they went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce
from frappe.utils import flt
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Field, Term, ValueWrapper

from complaint_qms.constants.containment import DRAFTED, STOCK_ENTRY
from complaint_qms.engine.trace import Lot, from_units
from complaint_qms.integrations.erpnext.batches_and_serials import split_serials
from complaint_qms.integrations.erpnext.party_search import like
from complaint_qms.integrations.erpnext.stock_movements import StockRow, in_slices, rows_of_lots

PICK_LIST: Final = "Pick List"
RESERVATION: Final = "Stock Reservation Entry"
WORK_ORDER: Final = "Work Order"
DRAFT: Final = "Draft"
_BUNDLE: Final = "Serial and Batch Bundle"
# Table → the documents whose rows they are; of a Stock Entry those alone that take from a warehouse
_ROWS: Final[dict[str, tuple[str, ...]]] = {
    "Delivery Note Item": ("Delivery Note",),
    "Sales Invoice Item": ("Sales Invoice",),
    "POS Invoice Item": ("POS Invoice",),
    "Packed Item": ("Delivery Note", "Sales Invoice", "POS Invoice"),
    "Stock Entry Detail": (STOCK_ENTRY,),
    "Pick List Item": (PICK_LIST,),
    "Purchase Receipt Item": ("Purchase Receipt",),
    "Purchase Invoice Item": ("Purchase Invoice",),
}
_RETURNS: Final = ("Purchase Receipt", "Purchase Invoice")
_PARTIES: Final = {
    "Delivery Note": "Customer", "Sales Invoice": "Customer", "POS Invoice": "Customer", PICK_LIST: "Customer",
    "Purchase Receipt": "Supplier", "Purchase Invoice": "Supplier",
}  # fmt: skip
# Table → the column with the quantity in the item's unit of stock, where it is called otherwise
_QUANTITIES: Final = {"Packed Item": "qty", "Stock Entry Detail": "transfer_qty"}
_DONE: Final = {
    PICK_LIST: ("Completed", "Cancelled"),
    RESERVATION: ("Delivered", "Cancelled"),
    WORK_ORDER: ("Completed", "Stopped", "Closed", "Cancelled", DRAFT),
}
_MOST_TEXTS: Final = 50


class User(NamedTuple):
    """A lot that a document names, in one warehouse.

    Attributes:
        order: Sales Order or Work Order that it belongs to.
        qty: in the item's unit of stock.
        party: (DocType, name) of whose goods they become, or were, where the document says so.
    """

    doctype: str
    name: str
    lot: str
    status: str
    owner: str
    order: tuple[str, str] = ("", "")
    item: str = ""
    warehouse: str = ""
    company: str = ""
    party: tuple[str, str] = ("", "")
    qty: float = 0


def users_of(lots: Iterable[Lot]) -> list[User]:
    """The number of queries does not grow with lots or documents."""
    lots = list(lots)
    names = (
        {lot.batch for lot in lots if lot.batch and not lot.serial},
        {lot.serial for lot in lots if lot.serial},
    )
    found: dict[tuple[str, ...], list[User]] = {}
    for way in (_by_rows(*names), _by_bundles(*names), _reserved(*names), _at_work(lots)):
        for goods, users in _summed(way).items():
            # A row and its bundle tell of the same goods, the row more of them; of a row without a quantity yet there is no more.
            if goods not in found or sum(user.qty for user in users) > sum(user.qty for user in found[goods]):
                found[goods] = users
    return sorted(user for users in found.values() for user in users)


def take_out(doc: Document, lots: Iterable[Lot]) -> list[Document]:
    """Take rows that name lots out of a draft, which is not saved: the rows. Emptied they would not do: ERPNext fills in the oldest batch
    at each save, which may be this one."""
    lots = list(lots)
    batches, serials = {lot.batch for lot in lots if not lot.serial}, {lot.serial for lot in lots} - {""}
    named = _bundles_with(sorted(bundles_in(doc)), batches, serials)
    gone = []
    for row in list(_tracked(doc)):
        own = {row.batch_no} & batches or set(split_serials(row.serial_no)) & serials
        if row.serial_and_batch_bundle in named or own:
            doc.remove(row)
            gone.append(row)
    return gone


def stop_work_order(name: str) -> None:
    """By ERPNext's own function, which asks the roles and not for this one."""
    from erpnext.manufacturing.doctype.work_order.work_order import stop_unstop

    stop_unstop(name, "Stopped")


def drop_bundles(names: Iterable[str]) -> None:
    """Draft bundles that no row names any more."""
    for name in names:
        if frappe.db.get_value(_BUNDLE, name, "docstatus") == 0:
            frappe.delete_doc(_BUNDLE, name, ignore_permissions=True, force=True)


def bundles_in(doc: Document) -> set[str]:
    return {row.serial_and_batch_bundle for row in _tracked(doc) if row.serial_and_batch_bundle}


def _tracked(doc: Document) -> Iterator[Document]:
    for field in doc.meta.get_table_fields():
        if field.options in _ROWS:
            yield from doc.get(field.fieldname) or []


def _summed(way: Iterator[User]) -> dict[tuple[str, ...], list[User]]:
    """Goods that a document names → what it says of them, quantities of the same put together."""
    sums: dict[User, float] = defaultdict(float)
    for user in way:
        sums[user._replace(qty=0)] += user.qty
    found: dict[tuple[str, ...], list[User]] = defaultdict(list)
    for user, qty in sums.items():
        goods = (user.doctype, user.name, user.lot, user.item, user.warehouse)
        found[goods].append(user._replace(qty=flt(qty, 9)))
    return found


def _by_rows(batches: set[str], serials: set[str]) -> Iterator[User]:
    for table, parents in _ROWS.items():
        row = frappe.qb.DocType(table)
        for parent in parents:
            head = frappe.qb.DocType(parent)
            named = _named(row, batches, serials)
            if named is None:
                return
            query = (
                frappe.qb.from_(row)
                .inner_join(head)
                .on((head.name == row.parent) & (row.parenttype == parent))
                .select(head.name, row.batch_no, row.serial_no, head.owner, row.item_code, head.company)
                .select(row[_QUANTITIES.get(table, "stock_qty")].as_("qty"), *_more(parent, head, row))
                .select(row["s_warehouse" if parent == STOCK_ENTRY else "warehouse"].as_("warehouse"))
                .where(named & _is_open(parent, head))
            )
            if parent == PICK_LIST:
                query = _with_customer(query, row.sales_order, head.customer)
                query = query.where(_is_to_deliver(row)).select(_delivered(row).as_("gone"))
            if parent == STOCK_ENTRY:
                query = query.where(row.s_warehouse.isnotnull() & (row.s_warehouse != ""))
            for found in query.run(as_dict=True):
                for lot in _lots_of(found, batches, serials):
                    yield _user(parent, found, lot)


def _by_bundles(batches: set[str], serials: set[str]) -> Iterator[User]:
    entry, bundle = frappe.qb.DocType("Serial and Batch Entry"), frappe.qb.DocType(_BUNDLE)
    named = _in(entry.batch_no, batches) | _in(entry.serial_no, serials)
    for parent in DRAFTED:
        head = frappe.qb.DocType(parent)
        query = (
            frappe.qb.from_(entry)
            .inner_join(bundle)
            .on(bundle.name == entry.parent)
            .inner_join(head)
            .on(head.name == bundle.voucher_no)
            .select(head.name, entry.batch_no, entry.serial_no, head.owner, *_more(parent, head, None))
            .select(bundle.item_code, bundle.warehouse, head.company, entry.qty)
            .where(named & (bundle.voucher_type == parent) & (bundle.is_cancelled == 0))
            .where((bundle.type_of_transaction == "Outward") & _is_open(parent, head))
        )
        if parent == PICK_LIST:
            # A row that names the lot itself knows better how much is left; which lots of a bundle were delivered nothing says.
            row = frappe.qb.DocType("Pick List Item")
            query = query.left_join(row).on(row.serial_and_batch_bundle == bundle.name)
            query = query.where((Coalesce(row.batch_no, "") == "") & (Coalesce(row.serial_no, "") == ""))
            query = query.where(_is_to_deliver(row))
        for found in query.run(as_dict=True):
            for lot in _lots_of(found, batches, serials):
                yield _user(parent, found, lot)


def _reserved(batches: set[str], serials: set[str]) -> Iterator[User]:
    entry, head = frappe.qb.DocType("Serial and Batch Entry"), frappe.qb.DocType(RESERVATION)
    query = (
        frappe.qb.from_(entry)
        .inner_join(head)
        .on((head.name == entry.parent) & (entry.parenttype == RESERVATION))
        .select(head.name, entry.batch_no, entry.serial_no, head.owner, head.status)
        .select(head.voucher_type.as_("order_type"), head.voucher_no.as_("order"))
        .select(head.item_code, head.warehouse, head.company, entry.qty, entry.delivered_qty.as_("gone"))
        .where(_in(entry.batch_no, batches) | _in(entry.serial_no, serials))
        .where((entry.delivered_qty == 0) | (entry.delivered_qty < entry.qty))
        .where((head.docstatus == 1) & head.status.notin(_DONE[RESERVATION]))
    )
    for found in _with_customer(query, head.voucher_no).run(as_dict=True):
        for lot in _lots_of(found, batches, serials):
            yield _user(RESERVATION, found, lot)


def _at_work(lots: list[Lot]) -> Iterator[User]:
    """Work Orders for which a lot was brought to the line or consumed, and that are not done: by warehouse what was taken from it, less
    what came back. What went from the store to the line and was consumed there counts once, as taken from the store."""
    # A batch is asked for as a whole, a unit alone is told by its number.
    batches, serials = {lot.batch for lot in lots if not lot.serial}, {lot.serial for lot in lots} - {""}
    moved: dict[str, list[tuple[str, StockRow]]] = defaultdict(list)
    for row in rows_of_lots(lots):
        if row.voucher[0] == STOCK_ENTRY:
            named = ({row.lot.batch} & batches) | ({row.lot.serial} & serials)
            moved[row.voucher[1]] += [(name, row) for name in sorted(named)]
    entry, order = frappe.qb.DocType(STOCK_ENTRY), frappe.qb.DocType(WORK_ORDER)
    net: dict[User, int] = defaultdict(int)
    for names in in_slices(sorted(moved)):
        query = (
            frappe.qb.from_(entry)
            .inner_join(order)
            .on(order.name == entry.work_order)
            .select(order.name, order.status, order.owner, entry.name.as_("entry"))
            .where(entry.name.isin(names) & (order.docstatus == 1) & order.status.notin(_DONE[WORK_ORDER]))
        )
        for found in query.run(as_dict=True):
            for name, row in moved[found.entry]:
                of_row = {"item_code": row.lot.item, "warehouse": row.warehouse, "company": row.company}
                found.update(of_row, batch_no=name, qty=0)
                net[_user(WORK_ORDER, found, name)] += row.qty
    for user, units in net.items():
        if units < 0:
            yield user._replace(qty=from_units(-units))


def _named(row: Any, batches: set[str], serials: set[str]) -> Criterion | None:
    """Rows that name a lot themselves; a serial number stands in a text with others."""
    parts = [_in(row.batch_no, batches)] if batches else []
    if len(serials) <= _MOST_TEXTS:
        parts += [row.serial_no.like(like(serial)) for serial in sorted(serials)]
    elif serials:
        parts.append(row.serial_no.isnotnull() & (row.serial_no != ""))
    return Criterion.any(parts) if parts else None


def _in(field: Any, names: set[str]) -> Criterion:
    return field.isin(sorted(names) or ["\0"])


def _is_open(parent: str, head: Any) -> Criterion:
    if parent == PICK_LIST:
        return (head.docstatus < 2) & head.status.notin(_DONE[PICK_LIST])
    drafts = head.docstatus == 0
    return drafts & (head.is_return == 1) if parent in _RETURNS else drafts


def _is_to_deliver(row: Any) -> Criterion:
    """Of a pick list: what a delivery note took as a whole is picked no more."""
    gone = _delivered(row)
    return (gone == 0) | (gone < row.stock_qty)


def _delivered(row: Any) -> Term:
    # Earlier releases of ERPNext 15 have no such column.
    return (
        Coalesce(row.delivered_qty, 0)
        if frappe.get_meta("Pick List Item").has_field("delivered_qty")
        else ValueWrapper(0)
    )


def _more(parent: str, head: Any, row: Any) -> list[Any]:
    if parent == PICK_LIST:
        order = [row.sales_order.as_("order")] if row is not None else [head.customer.as_("party")]
        return [head.status, head.docstatus, *order]
    if parent == STOCK_ENTRY:
        return [head.docstatus, head.work_order.as_("order")]
    return [head.docstatus, head[_PARTIES[parent].lower()].as_("party")]


def _user(doctype: str, found: frappe._dict, lot: str) -> User:
    kinds = {PICK_LIST: "Sales Order", STOCK_ENTRY: WORK_ORDER}
    kind = found.get("order_type") or kinds.get(doctype, "")
    order = (kind, found.order) if found.get("order") and kind else ("", "")
    status = found.get("status") or DRAFT
    named = found.get("party")
    party = (_PARTIES.get(doctype, "Customer"), named) if named else ("", "")
    # Of serial numbers in a text each is one.
    qty = abs(flt(found.qty)) - flt(found.get("gone")) if lot == found.batch_no else 1
    place = (found.item_code or "", found.warehouse or "", found.company or "")
    return User(doctype, found.name, lot, status, found.owner, order, *place, party, qty)


def _with_customer(query: QueryBuilder, order: Field, *else_: Field) -> QueryBuilder:
    """The customer of the Sales Order, or whom the document names itself."""
    sold = frappe.qb.DocType("Sales Order")
    return (
        query.left_join(sold).on(sold.name == order).select(Coalesce(sold.customer, *else_, "").as_("party"))
    )


def _lots_of(found: frappe._dict, batches: set[str], serials: set[str]) -> Iterator[str]:
    if found.batch_no in batches:
        yield found.batch_no
    yield from (serial for serial in split_serials(found.serial_no) if serial in serials)


def _bundles_with(bundles: list[str], batches: set[str], serials: set[str]) -> set[str]:
    entry = frappe.qb.DocType("Serial and Batch Entry")
    if not bundles:
        return set()
    query = frappe.qb.from_(entry).select(entry.parent).distinct().where(entry.parent.isin(sorted(bundles)))
    return set(query.where(_in(entry.batch_no, batches) | _in(entry.serial_no, serials)).run(pluck=True))
