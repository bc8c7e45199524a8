"""Open documents that name goods on hold, as far as somebody may be told of them.

No role of quality has a right to ERPNext's stock documents and needs none: who may hold goods is told which document takes them, how
many, from where and for whom, within what restricts them (`permissions/stock.py`), and who can act. What goes to a customer whom they may
not see counts without number or name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.constants.containment import HOLD, STOCK_ENTRY
from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext import open_users
from complaint_qms.integrations.erpnext.lots import known_lots, stock_units, titles_of
from complaint_qms.integrations.erpnext.open_users import User
from complaint_qms.integrations.erpnext.quarantine import drafted_for
from complaint_qms.integrations.erpnext.stock_movements import StockRow
from complaint_qms.permissions.query import MatchCondition, restrictions
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.containment.quarantine import held_lots
from complaint_qms.services.record.bulk_read import readable, values_of

Key = tuple[str, str]
Found = dict[Key, list[User]]
_TITLES: Final = {"Customer": "customer_name", "Supplier": "supplier_name"}
_CANCELLED: Final = (open_users.PICK_LIST, open_users.RESERVATION)
_NO_TIME: Final = datetime(1970, 1, 1)


class OpenDocuments:
    """Those of a hold, for the session's user.

    Attributes:
        opened: the user may read them.
        told: the user may know of them, and may not open them.
        nameless: they go to customers or suppliers whom the user may not see.
        not_shown: how many others there are.
    """

    def __init__(self, hold: Document) -> None:
        found, self.sight = _documents(hold), StockSight(frappe.session.user)
        self._serials = {lot.serial for lot in held_lots(hold)} - {""}
        self.opened = _readable(found)
        self.told: Found = {}
        self.nameless: Found = {}
        unread = {key: rows for key, rows in found.items() if key not in self.opened}
        if unread and frappe.has_permission(HOLD, "create"):
            self._tell(unread)
        self.not_shown = len(unread) - len(self.told) - len(self.nameless)

    def named(self, found: Found) -> set[Key]:
        """Customers and suppliers of documents who may be named."""
        parties = {row.party for rows in found.values() for row in rows}
        return {
            (kind, name)
            for kind in _TITLES
            for name in self.sight.parties(kind, {party for one, party in parties if one == kind})
        }

    def rows(self) -> list[dict[str, Any]]:
        """[{doctype, name, is_open, lots, goods: [{lot, item_code, item_name, qty, uom, warehouse}], party_type, party, party_name, status,
        owner, order: [DocType, name]}]."""
        shown = {**self.opened, **self.told}
        units, named, orders = _units(shown), self.named(shown), _open_orders(self.opened)
        titles = {
            kind: titles_of(kind, {name for one, name in named if one == kind}, field)
            for kind, field in _TITLES.items()
        }
        people = values_of("User", {rows[0].owner for rows in shown.values()}, "full_name")
        return [
            {
                "doctype": key[0],
                "name": key[1],
                "is_open": key in self.opened,
                "lots": sorted({row.lot for row in rows}),
                "goods": [_goods(row, units) for row in rows],
                **_party(rows, named, titles),
                "status": rows[0].status,
                "owner": people.get(rows[0].owner) or rows[0].owner,
                "order": next((list(row.order) for row in rows if row.order in orders), ["", ""]),
            }
            for key, rows in sorted(shown.items())
        ]

    def sums(self) -> list[dict[str, Any]]:
        """Of those without a name: [{doctype, number, party_type, goods: [{item_code, item_name, qty, uom}]}]."""
        units, kinds = _units(self.nameless), defaultdict(list)
        batch_of = {name: lot.batch for (_kind, name), lot in known_lots((), self._serials).items()}
        for (doctype, _name), rows in sorted(self.nameless.items()):
            kinds[doctype].append(rows)
        found = []
        for doctype, documents in kinds.items():
            quantities: dict[str, float] = defaultdict(float)
            for row in (row for rows in documents for row in _once(rows, batch_of)):
                quantities[row.item] += row.qty
            goods = [
                {"item_code": item, "item_name": units[item][0], "qty": flt(qty, 9), "uom": units[item][1]}
                for item, qty in sorted(quantities.items())
            ]
            kept_from = next(row.party[0] for rows in documents for row in rows if row.party[1])
            of_doctype = {"doctype": doctype, "number": len(documents), "party_type": kept_from}
            found.append({**of_doctype, "goods": goods})
        return found

    def actors(self) -> dict[str, list[str]]:
        """DocType of a document that the user may not open → roles that can act on it."""
        kinds = {doctype for doctype, _name in (*self.told, *self.nameless)}
        return {doctype: who_acts(doctype) for doctype in sorted(kinds)}

    def _tell(self, unread: Found) -> None:
        # Of what is theirs to read in general, single documents are kept from them for a reason.
        kinds = {doctype for doctype, _name in unread if not frappe.has_permission(doctype, "read")}
        unread = {key: rows for key, rows in unread.items() if key[0] in kinds}
        shown = set(self._in_sight(row for rows in unread.values() for row in rows))
        known = {key: rows for key, rows in unread.items() if shown.issuperset(rows)}
        named = self.named(known)
        self.nameless = {
            key: rows
            for key, rows in known.items()
            if any(row.party[1] and row.party not in named for row in rows)
        }
        rest = {key: rows for key, rows in known.items() if key not in self.nameless}
        self.told = _unrestricted(rest)

    def _in_sight(self, rows: Iterable[User]) -> list[User]:
        """Rows whose company, warehouse, item and lot the user is not kept from."""
        rows = list(rows)
        asked = [self._stock_row(str(at), row) for at, row in enumerate(rows)]
        shown = {row.id for row in self.sight.rows(asked)}
        return [row for at, row in enumerate(rows) if str(at) in shown]

    def _stock_row(self, at: str, row: User) -> StockRow:
        lot = Lot(row.item, "", row.lot) if row.lot in self._serials else Lot(row.item, row.lot)
        return StockRow(at, (row.doctype, row.name), row.company, _NO_TIME, lot, row.warehouse, 0)


def who_acts(doctype: str, right: str = "") -> list[str]:
    """Roles with the right by which a document is taken care of, by its permissions on this site."""
    right = right or ("cancel" if doctype in _CANCELLED else "write")
    rows = frappe.get_meta(doctype).permissions
    return sorted({row.role for row in rows if row.get(right) and not row.permlevel and not row.if_owner})


def _documents(hold: Document) -> Found:
    found: Found = defaultdict(list)
    # What takes the goods to where they are kept apart is no use of them.
    ours = {(STOCK_ENTRY, name) for names in drafted_for(hold.name).values() for name in names}
    for user in open_users.users_of(held_lots(hold)):
        if (user.doctype, user.name) not in ours:
            found[user.doctype, user.name].append(user)
    return dict(found)


def _readable(found: Found) -> Found:
    by_kind: dict[str, set[str]] = defaultdict(set)
    for doctype, name in found:
        by_kind[doctype].add(name)
    seen = {doctype: readable(doctype, names) for doctype, names in by_kind.items()}
    return {key: rows for key, rows in found.items() if key[1] in seen[key[0]]}


def _unrestricted(found: Found) -> Found:
    """Documents that no user permission on anything they name keeps from the user."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for doctype, name in found:
        by_kind[doctype].add(name)
    away: set[Key] = set()
    for doctype, names in by_kind.items():
        if not (kept := restrictions(doctype, frappe.session.user)):
            continue
        table = frappe.qb.DocType(doctype)
        query = frappe.qb.from_(table).select(table.name).where(table.name.isin(sorted(names)))
        away |= {(doctype, name) for name in names - set(query.where(MatchCondition(kept)).run(pluck=True))}
    return {key: rows for key, rows in found.items() if key not in away}


def _open_orders(found: Found) -> set[Key]:
    orders: dict[str, set[str]] = defaultdict(set)
    for doctype, name in {row.order for rows in found.values() for row in rows} - {("", "")}:
        orders[doctype].add(name)
    return {(doctype, name) for doctype, names in orders.items() for name in readable(doctype, names)}


def _units(found: Found) -> dict[str, tuple[str, str]]:
    items = {row.item for rows in found.values() for row in rows}
    return {item: (item, "") for item in items} | stock_units(items - {""})


def _goods(row: User, units: dict[str, tuple[str, str]]) -> dict[str, Any]:
    title, unit = units[row.item]
    return {
        "lot": row.lot,
        "item_code": row.item,
        "item_name": title,
        "qty": row.qty,
        "uom": unit,
        "warehouse": row.warehouse,
    }


def _once(rows: list[User], batch_of: dict[str, str]) -> list[User]:
    """Rows of a document without the units of a batch that it names as well: where both are held, the batch counts them."""
    named = {(row.lot, row.item, row.warehouse) for row in rows}
    return [row for row in rows if (batch_of.get(row.lot), row.item, row.warehouse) not in named]


def _party(rows: list[User], named: set[Key], titles: dict[str, dict[str, str]]) -> dict[str, str]:
    kind, name = next((row.party for row in rows if row.party in named), ("", ""))
    return {
        "party_type": kind,
        "party": name,
        "party_name": titles[kind].get(name, name) if kind else "",
    }
