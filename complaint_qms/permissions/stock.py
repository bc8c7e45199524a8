"""Which movements of stock somebody may be shown: by company, warehouse, item, batch and serial number, supplier and customer.

Roles of quality have no right to ERPNext's ledger and need none: what moved a lot is told them within what restricts them. A customer
is named to those alone who may look at customers: what went to others counts, as stock that left, without name or number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import frappe

from complaint_qms.engine.trace import Lot, Movement
from complaint_qms.integrations.erpnext.stock_movements import StockRow, in_slices
from complaint_qms.permissions.query import MatchCondition, hidden, restrictions


class StockSight:
    """Answers for one user; one query for each DocType that restricts them and each level.

    Attributes:
        withheld: vouchers of which something is not shown.
        withheld_lots: lots of which a movement is missing, so that their quantities are not whole.
        names_holds: whether a Quality Hold may be named to who may read it.
    """

    names_holds = True

    def __init__(self, user: str) -> None:
        self.user = user
        self.withheld: set[tuple[str, str]] = set()
        self.withheld_lots: set[Lot] = set()
        self._kept: dict[str, str] = {}
        self._known: dict[str, dict[str, bool]] = {}

    @property
    def is_narrowed(self) -> bool:
        """Whether what a user permission keeps from the reader would change figures; not so where a role alone names no customers."""
        return bool(self.withheld_lots) or any(
            restrictions(doctype, self.user) for doctype in ("Customer", "Supplier")
        )

    def lots(self, lots: Iterable[Lot]) -> list[Lot]:
        """Those of the lots whose item, batch and serial number the user is not kept from."""
        lots = list(lots)
        items = self._away("Item", {lot.item for lot in lots})
        batches = self._away("Batch", {lot.batch for lot in lots})
        serials = self._away("Serial No", {lot.serial for lot in lots})
        return [
            lot for lot in lots
            if lot.item not in items and lot.batch not in batches and lot.serial not in serials
        ]  # fmt: skip

    def rows(self, rows: Iterable[StockRow]) -> list[StockRow]:
        """Those of the rows whose company, warehouse, item, batch and serial number the user is not kept from."""
        rows = list(rows)
        named = {
            "Company": lambda row: row.company,
            "Warehouse": lambda row: row.warehouse,
            "Item": lambda row: row.lot.item,
            "Batch": lambda row: row.lot.batch,
            "Serial No": lambda row: row.lot.serial,
        }
        for doctype, name in named.items():
            away = self._away(doctype, {name(row) for row in rows})
            for row in rows if away else ():
                if name(row) in away:
                    self.withheld.add(row.voucher)
                    self.withheld_lots |= {row.lot, row.lot.folded()}
            rows = [row for row in rows if name(row) not in away]
        return rows

    def parties(self, doctype: str, names: Iterable[str]) -> set[str]:
        """Those of the customers or suppliers whom the user may be told of."""
        names = {name for name in names if name}
        return names - self._away(doctype, names)

    def movements(self, movements: Iterable[Movement]) -> list[Movement]:
        """The movements, without number and party where the user may not be told of the supplier or customer."""
        movements = list(movements)
        away = {
            doctype: self._away(
                doctype, {one.voucher.party for one in movements if one.voucher.party_type == doctype}
            )
            for doctype in ("Supplier", "Customer")
        }
        shown, nameless = [], {}
        for one in movements:
            voucher = one.voucher
            if voucher.party in away.get(voucher.party_type, ()):
                self.withheld.add(voucher.key)
                if voucher not in nameless:
                    nameless[voucher] = replace(voucher, party="", reference="", is_anonymous=True)
                one = replace(one, voucher=nameless[voucher])
            shown.append(one)
        return shown

    def _away(self, doctype: str, names: set[str]) -> set[str]:
        known = self._known.setdefault(doctype, {})
        unknown = sorted(name for name in names if name and name not in known)
        for some in in_slices(unknown):
            away = self._asked(doctype, some)
            known.update((name, name in away) for name in some)
        return {name for name in names if known.get(name)}

    def _asked(self, doctype: str, names: list[str]) -> set[str]:
        if doctype == "Customer":
            return hidden(doctype, names, self.user)
        if doctype not in self._kept:
            self._kept[doctype] = restrictions(doctype, self.user)
        if not self._kept[doctype]:
            return set()
        table = frappe.qb.DocType(doctype)
        query = frappe.qb.from_(table).select(table.name).where(table.name.isin(names))
        return set(names) - set(query.where(MatchCondition(self._kept[doctype])).run(pluck=True))


class FileSight(StockSight):
    """What a file may tell whoever opens it: of one company, and of no customer, supplier or hold by name."""

    names_holds = False

    def __init__(self, company: str) -> None:
        super().__init__("")
        self.company = company

    def _asked(self, doctype: str, names: list[str]) -> set[str]:
        kept = {"Company": {self.company}, "Customer": set(), "Supplier": set()}
        return set(names) - kept[doctype] if doctype in kept else set()
