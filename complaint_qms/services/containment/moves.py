"""Transfers to quarantine of a hold, told to who may hold goods: no role of quality has a right to Stock Entries."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants.containment import HOLD, STOCK_ENTRY
from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext.batches_and_serials import split_serials
from complaint_qms.integrations.erpnext.lots import stock_units
from complaint_qms.integrations.erpnext.quarantine import Transfer, transfers_of
from complaint_qms.integrations.erpnext.stock_movements import StockRow
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.containment.open_documents import who_acts
from complaint_qms.services.record.bulk_read import readable

_MOST: Final = 20
_NO_TIME: Final = datetime(1970, 1, 1)


def moves(hold: Document) -> dict[str, Any]:
    """{transfers: [{name, is_open, company, is_submitted, number, goods: [{lot, item_code, item_name, qty, uom, source, target}]}], actors:
    [roles that submit them], not_shown}; of many rows the first."""
    rows = transfers_of(hold.name)
    opened = readable(STOCK_ENTRY, {row.name for row in rows})
    shown = _in_sight(rows) if frappe.has_permission(HOLD, "create") else set()
    by_name: dict[str, list[Transfer]] = defaultdict(list)
    for row in rows:
        by_name[row.name].append(row)
    told = {name: some for name, some in by_name.items() if name in opened or shown.issuperset(some)}
    units = stock_units(row.item for some in told.values() for row in some)
    return {
        "transfers": [
            {
                "name": name,
                "is_open": name in opened,
                "company": some[0].company,
                "is_submitted": some[0].is_submitted,
                "number": len(some),
                "goods": [_goods(row, units) for row in some[:_MOST]],
            }
            for name, some in told.items()
        ],
        "actors": who_acts(STOCK_ENTRY, "submit"),
        "not_shown": len(by_name) - len(told),
    }


def _in_sight(rows: list[Transfer]) -> set[Transfer]:
    """Rows of which the user is kept neither from the company, the warehouses, the item nor the lot."""
    asked = [
        StockRow(str(at), (STOCK_ENTRY, row.name), row.company, _NO_TIME, lot, warehouse, 0)
        for at, row in enumerate(rows)
        for lot in [Lot(row.item, row.batch, serial) for serial in split_serials(row.serials) or [""]]
        for warehouse in (row.source, row.target)
    ]
    seen = StockSight(frappe.session.user).rows(asked)
    away = {row.id for row in set(asked) - set(seen)}
    return {row for at, row in enumerate(rows) if str(at) not in away}


def _goods(row: Transfer, units: dict[str, tuple[str, str]]) -> dict[str, Any]:
    title, unit = units.get(row.item, (row.item, ""))
    return {
        "lot": row.batch or ", ".join(split_serials(row.serials)),
        "item_code": row.item,
        "item_name": title,
        "qty": row.qty,
        "uom": unit,
        "source": row.source,
        "target": row.target,
    }
