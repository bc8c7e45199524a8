"""Who holds what a field action is about: computed from the genealogy, kept as it was seen and when, and compared with what was before."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import ceil
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_datetime, now_datetime

from complaint_qms.constants.field_action import GOODS_FIELDS, SCOPE_STAGES
from complaint_qms.engine.field_action import scope_changes
from complaint_qms.engine.trace import Holding, from_units, movements
from complaint_qms.integrations.erpnext.lots import known_lots
from complaint_qms.services.field_action import mass_balance
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.trace.labels import lot_name
from complaint_qms.services.trace.report import check_may_trace
from complaint_qms.services.trace.starts import BATCH, COMPLAINT, SERIAL, SUPPLIER_LOT, WORK_ORDER, start_of
from complaint_qms.services.trace.tracing import Traced, trace

_STARTS = (
    ("batch_no", BATCH),
    ("serial_no", SERIAL),
    ("supplier_lot", SUPPLIER_LOT),
    ("work_order", WORK_ORDER),
    ("complaint", COMPLAINT),
)


def compute(doc: Document) -> None:
    """Compute the scope anew and save it; customers follow.

    Raises:
        frappe.ValidationError: not at this stage, or there is nothing to start from.
        frappe.PermissionError: the user may not trace.
    """
    if doc.stage not in SCOPE_STAGES:
        refuse(_("The scope is computed while the field action stands in Scope or Under Way."))
    put_scope(doc)
    doc.flags.computed = True
    doc.save()


def put_scope(doc: Document) -> None:
    """Put the scope, as it is this moment, on a record that is being saved."""
    check_may_trace()
    kind, name = named_start(doc)
    traced = trace(
        start_of(kind, name, doc.supplier or "" if kind == SUPPLIER_LOT else ""), doc.way or "down"
    )
    not_shown = len(traced.withheld) + int(traced.genealogy.is_cut)
    if not_shown and doc.stage == "under_way":
        # What was approved does not shrink to what somebody may see.
        told = _(
            "{0} documents were not seen by whoever computed it, so it is not whole. Have somebody compute it who may see them."
        )
        refuse(told.format(not_shown))
    now = now_datetime()
    found = {
        "start": [kind, name],
        "way": doc.way,
        "customers": _customers(traced),
        "is_cut": traced.genealogy.is_cut,
    }
    before = stored_scope(doc)
    doc.scope_changes = json.dumps(scope_changes(before, found), ensure_ascii=False) if before else None
    doc.scope = json.dumps(found, ensure_ascii=False, default=str)
    doc.scope_at, doc.scope_by = now, frappe.session.user
    doc.scope_customers = sum(_holds(one) for one in found["customers"] if one["customer"])
    doc.scope_not_shown = not_shown
    if not doc.item_code and traced.start.lots:
        doc.item_code = traced.start.lots[0].item
    if doc.is_mock:
        mass_balance.put_balance(doc, kind, name)
        if not before:
            doc.time_to_list = ceil((now_datetime() - get_datetime(doc.started_at or now)).total_seconds())
    doc.flags.scope_taken = True


def check_start(doc: Document) -> None:
    """A scope starts from one batch, serial number, supplier lot or work order: of a second one nobody would be told. A serial number may
    stand beside its own batch, of which all customers are told. The item follows the goods.

    Raises:
        frappe.ValidationError: several are named, or goods of another item than was entered.
    """
    if not any(doc.has_value_changed(field) for field in ("item_code", *GOODS_FIELDS)):
        return
    given = [field for field in GOODS_FIELDS if doc.get(field)]
    known = known_lots([doc.batch_no] if doc.batch_no else [], [doc.serial_no] if doc.serial_no else [])
    batch, serial = known.get((BATCH, doc.batch_no)), known.get((SERIAL, doc.serial_no))
    if batch and serial and batch.item != serial.item:
        refuse(
            _("{0} and {1}: they belong to different items, {2} and {3}. Name one of the two; the other gets a field action of its own.").format(
                *_labels(doc, ("batch_no", "serial_no")), escape_html(batch.item), escape_html(serial.item)
            )
        )  # fmt: skip
    for field, lot in (("batch_no", batch), ("serial_no", serial)):
        if lot and doc.item_code and lot.item != doc.item_code:
            if not doc.has_value_changed("item_code"):
                doc.item_code = lot.item  # it was that of the goods before
                continue
            said = _("{0} and {1}: {2} is of the item {3}. Enter that item, or leave it empty.")
            refuse(
                said.format(
                    *_labels(doc, ("item_code", field)), escape_html(doc.get(field)), escape_html(lot.item)
                )
            )
    is_in_batch = given == ["batch_no", "serial_no"] and batch and serial and serial.batch == batch.batch
    if len(given) > 1 and not is_in_batch:
        said = _("{0}: a scope starts from one of them. Leave one; each of the others gets a field action of its own.")  # fmt: skip
        refuse(said.format(comma_list(_labels(doc, given))))


def stored_scope(doc: Document) -> dict[str, Any] | None:
    """The scope as it was computed last."""
    return json.loads(doc.scope) if doc.scope else None


def named_start(doc: Document) -> tuple[str, str]:
    """(kind, name) of what a scope starts from.

    Raises:
        frappe.ValidationError: nothing is named.
    """
    for field, kind in _STARTS:
        if doc.get(field):
            return kind, doc.get(field)
    refuse(
        _(
            "Batch: name what the scope starts from, or a serial number, supplier lot, work order or complaint."
        )
    )


def _customers(traced: Traced) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in traced.holdings():
        customer = found.setdefault(
            one.customer,
            {
                "customer": one.customer,
                "name": traced.title(one.deliveries[0]),
                "lines": {},
                "deliveries": [],
            },
        )
        name, unit = traced.items.get(one.lot.item, (one.lot.item, ""))
        line = customer["lines"].setdefault(
            one.lot.item,
            {
                "item_code": one.lot.item, "item_name": name, "uom": unit, "lots": [],
                "delivered": 0, "returned": 0, "held": 0,
            },
        )  # fmt: skip
        line["lots"].append(lot_name(one.lot))
        line["delivered"] += one.delivered
        line["returned"] += one.returned
        line["held"] += one.held
        customer["deliveries"] += _deliveries(one, unit)
    return [
        one
        | {
            "lines": [
                line | {name: from_units(line[name]) for name in ("delivered", "returned", "held")}
                for line in one["lines"].values()
            ]
        }
        for one in sorted(found.values(), key=lambda one: one["name"] or "")
    ]


def _deliveries(one: Holding, unit: str) -> list[dict[str, Any]]:
    told: dict[tuple[str, str], int] = {}
    dates = {}
    for moved in one.deliveries:
        if moved.voucher.is_anonymous:
            continue
        told[moved.voucher.key] = told.get(moved.voucher.key, 0) - moved.qty
        dates[moved.voucher.key] = moved.voucher.posted
    return [
        {
            "doctype": key[0], "document": key[1], "date": str(dates[key])[:10], "lot": lot_name(one.lot),
            "item_code": one.lot.item, "qty": from_units(qty), "uom": unit,
            "step": movements.DELIVERED if qty > 0 else movements.RETURNED,
        }
        for key, qty in told.items()
    ]  # fmt: skip


def _holds(customer: dict[str, Any]) -> bool:
    return any(line["held"] > 0 for line in customer["lines"])


def _labels(doc: Document, fields: Iterable[str]) -> list[str]:
    return [_(doc.meta.get_label(field), context=doc.doctype) for field in fields]
