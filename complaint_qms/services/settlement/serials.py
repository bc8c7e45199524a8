"""One serial number is compensated once, over all complaints, settlements and remedies. A repair compensates nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.query_builder import CustomFunction, Order
from frappe.query_builder.terms import Criterion
from frappe.utils import escape_html

from complaint_qms.constants.settlement import (
    CREDIT,
    CREDIT_NOTE,
    DOCTYPE,
    GOODS_RETURN,
    LIVE,
    REPAIR,
    RETURN_CREDIT,
    RETURN_WITH_CREDIT,
)
from complaint_qms.integrations.erpnext.batches_and_serials import Units, split_serials
from complaint_qms.integrations.erpnext.remaining import INVOICE
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.settlement.matched_line import (
    Problems,
    Tied,
    number,
    place,
)

_INSTR = CustomFunction("INSTR", ["text", "part"])


@dataclass(frozen=True)
class _Given:
    """A serial number that another settlement compensates, and the sold rows it did so for."""

    settlement: str
    complaint: str
    rows: frozenset[str]


def check_serials(
    lines: Iterable[Tied],
    units_of: dict[str, Units],
    problems: Problems,
    *,
    without: str | None,
    locked: bool,
) -> None:
    """Refuse serial numbers that are named twice, or that another submitted settlement compensates.

    A serial number that came back and was sold anew belongs to the new sale. What is typed for an item that ERPNext does
    not track counts as well, in capital or small letters.

    Args:
        without: settlement that is checked.
        locked: see `remaining.load`.
    """
    named = [(tied, split_serials(tied.line.serial_no)) for tied in lines if tied.line.remedy != REPAIR]
    given = _given({serial for _tied, serials in named for serial in serials}, without, locked)
    seen: dict[str, bool] = {}
    for tied, serials in named:
        if not serials:
            continue
        rows = {row.name for row in (tied.invoiced, tied.delivered, tied.goods) if row}
        row = tied.goods or tied.delivered or tied.base
        units = units_of[row.name] if row else Units()
        _check_count(tied, serials, problems)
        for serial in serials:
            key = serial.casefold()
            if key in seen and not (seen[key] and tied.goods):  # goods are told about it by their own check
                problems.add(tied.line, _("Serial Nos: {0} is named twice.").format(escape_html(serial)))
            seen[key] = bool(tied.goods)
            for other in given.get(key, ()):
                if rows & other.rows or serial not in units.delivered:
                    problems.add(
                        tied.line,
                        _(
                            "Serial Nos: {0} was compensated already with {1} (complaint {2}). Take it out."
                        ).format(
                            escape_html(serial), escape_html(other.settlement), escape_html(other.complaint)
                        ),
                    )
                    break
        if row and row.doctype == INVOICE and not tied.goods:
            _check_credited(tied, serials, units, problems)


def _check_count(tied: Tied, serials: list[str], problems: Problems) -> None:
    if tied.base and not tied.goods and len(serials) > tied.stock_qty > 0:
        problems.add(
            tied.line,
            _("Serial Nos: {0} named, but the quantity is {1}. Name no more than that.").format(
                len(serials), number(tied.stock_qty)
            ),
        )


def _check_credited(tied: Tied, serials: list[str], units: Units, problems: Problems) -> None:
    """What came back on an invoice that moved stock came back for its money."""
    credited = [serial for serial in serials if serial in units.delivered and serial not in units.serials]
    if credited:
        problems.add(
            tied.line,
            _("Serial Nos: {0} came back and was credited on {1} already. Take it out.").format(
                escape_html(comma_list(credited)), place(tied.invoiced)
            ),
        )


def _given(serials: Collection[str], without: str | None, locked: bool) -> dict[str, list[_Given]]:
    """Settlements that compensate any of `serials`, by the serial number in small letters; one query."""
    if not serials:
        return {}
    line, parent = frappe.qb.DocType("Complaint Settlement Line"), frappe.qb.DocType(DOCTYPE)
    document = frappe.qb.DocType("Complaint Settlement Document")
    of_money = (
        line.remedy.isin((CREDIT, RETURN_CREDIT))
        & document.purpose.isin((CREDIT_NOTE, RETURN_WITH_CREDIT, GOODS_RETURN))
        & document.source_name.isin((line.sales_invoice, line.delivery_note))
    )
    query = (
        frappe.qb.from_(line)
        .inner_join(parent)
        .on(parent.name == line.parent)
        .inner_join(document)
        .on((document.parent == line.parent) & (of_money | (document.purpose == line.remedy)))
        .select(line.name, line.parent, parent.complaint, line.serial_no)
        .select(line.sales_invoice_item, line.delivery_note_item)
        .where((line.docstatus == 1) & (line.remedy != REPAIR) & (line.parent != (without or "")))
        .where(document.document_status.isin(LIVE))
        .where(Criterion.any(_INSTR(line.serial_no, serial) > 0 for serial in sorted(serials)))
        .orderby(line.parent, line.idx, order=Order.asc)
    )
    found: dict[str, list[_Given]] = {}
    for row in (query.for_update() if locked else query).run(as_dict=True):
        rows = frozenset(filter(None, (row.sales_invoice_item, row.delivery_note_item)))
        given = _Given(row.parent, row.complaint, rows)
        for serial in split_serials(row.serial_no):
            if given not in found.setdefault(serial.casefold(), []):
                found[serial.casefold()].append(given)
    return found
