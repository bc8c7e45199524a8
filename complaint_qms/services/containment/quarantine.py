"""Goods on hold go to where they are kept apart: a transfer is drafted for each company, stock staff submit it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.containment import HOLD, HOLDERS, RELEASED
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext.quarantine import draft_transfer, drafted_for
from complaint_qms.integrations.erpnext.stock_movements import StockRow, rows_of_lots
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.containment.places import KeptApart, kept_apart
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.record.timeline import Link, line, note_on


def held_lots(doc: Document) -> list[Lot]:
    """What a hold still holds."""
    return [Lot(row.item_code, row.batch_no or "", row.serial_no or "") for row in doc.lots if row.is_held]


def draft_moves(name: str) -> dict[str, Any]:
    """Draft a transfer for each company in whose warehouses goods of a hold lie, one alone however often it is asked.

    Returns:
        {drafts: [{name, company, is_new}], without: [companies without a quarantine warehouse], not_shown: warehouses that the user may not see}

    Raises:
        frappe.ValidationError: nothing is left to move.
    """
    check_role(_("hold goods"), *HOLDERS)
    lock_rows(HOLD, [name])
    doc = frappe.get_doc(HOLD, name)
    if doc.status == RELEASED:
        refuse(_("{0} is released already.").format(name))
    places, sight = kept_apart(), StockSight(frappe.session.user)
    lying = _lying(held_lots(doc), places)
    shown = sight.rows(lying)
    if not lying:
        refuse(_("Nothing of it lies in a warehouse but where it is kept apart."))
    have, drafts, without = drafted_for(name), [], []
    by_company: dict[str, list[StockRow]] = defaultdict(list)
    for row in shown:
        by_company[row.company].append(row)
    for company, rows in sorted(by_company.items()):
        if company in have:
            drafts += [{"name": entry, "company": company, "is_new": False} for entry in have[company]]
        elif target := places.of_company.get(company):
            entry = draft_transfer(company, rows, target, name)
            note_on(doc, line("drafted {0} to the quarantine warehouse", Link(entry.doctype, entry.name)))
            drafts.append({"name": entry.name, "company": company, "is_new": True})
        else:
            without.append(company)
    if without and not drafts:
        refuse(
            _("{0} has no quarantine warehouse. Name one in {1}, under Quarantine Warehouses.").format(
                without[0], _(SETTINGS)
            )
        )
    return {"drafts": drafts, "without": without, "not_shown": len({row.warehouse for row in lying} - {row.warehouse for row in shown})}  # fmt: skip


def _lying(lots: list[Lot], places: KeptApart) -> list[StockRow]:
    """What lies where, outside of the warehouses that keep goods apart; serial numbers one by one. What a till has handed out is gone,
    although the ledger does not know yet."""
    sums: dict[tuple[Lot, str], int] = defaultdict(int)
    last: dict[tuple[Lot, str], StockRow] = {}
    for row in rows_of_lots(lots):
        key = (row.lot, row.warehouse)
        sums[key] += row.qty
        if not row.is_pending:
            last[key] = row
    apart = places.quarantine | places.scrap
    return [row._replace(qty=sums[key]) for key, row in last.items() if sums[key] > 0 and key[1] not in apart]
