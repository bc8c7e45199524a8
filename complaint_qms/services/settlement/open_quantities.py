"""Whether the goods that the lines of a settlement ask for are still there: quantities, batches and serial numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from frappe import _
from frappe.utils import escape_html, flt

from complaint_qms.constants.settlement import CONSUMING, GOODWILL, REPAIR
from complaint_qms.integrations.erpnext.batches_and_serials import Units, split_serials
from complaint_qms.integrations.erpnext.remaining import NOTE, Sold, SoldRow
from complaint_qms.services.record.language import comma_list, labelled, sentence_list
from complaint_qms.services.settlement.matched_line import (
    TOLERANCE,
    Problems,
    Tied,
    number,
    place,
)


def open_stock_qty(tied: Tied, sold: Sold) -> float:
    """Quantity that is open to a line's remedy before its settlement, in the stock unit, whatever became of the goods."""
    base = tied.base
    if base.doctype == NOTE and tied.line.remedy in CONSUMING:
        return sold.unbilled_stock_qty(base)
    return base.remaining_stock_qty


def check_quantities(lines: Iterable[Tied], sold: Sold, problems: Problems) -> None:
    """Sum of all lines on a row against what is left of it, for the sale and for the goods."""
    asked: dict[tuple[str, str], float] = defaultdict(float)
    for tied in lines:
        line, base = tied.line, tied.base
        if line.remedy == GOODWILL:
            continue
        if flt(line.qty, line.precision("qty")) <= 0:
            problems.add(line, _("Quantity: enter more than zero."))
            continue
        told = False
        if line.remedy in CONSUMING or line.remedy == REPAIR:
            told = _ask(problems, asked, tied, base, open_stock_qty(tied, sold))
        if tied.goods and tied.goods.doctype == NOTE and not told:
            goods = tied.goods
            _ask(problems, asked, tied, goods, goods.remaining_stock_qty, "goods")


def check_units(lines: Iterable[Tied], units_of: dict[str, Units], problems: Problems) -> None:
    """Batches and serial numbers: delivered with the row, still with the customer, and named where it matters."""
    lines = list(lines)
    _complete_serials(lines, units_of)
    batch_asked: dict[tuple[str, str], float] = defaultdict(float)
    serial_asked: set[str] = set()
    for tied in lines:
        base = tied.base
        if base is None:
            continue
        row = tied.goods or tied.delivered or base
        units, serials = units_of[row.name], split_serials(tied.line.serial_no)
        delivered = units.delivered or {row.batch_no, *split_serials(row.serial_no)}
        named = [*serials, *([tied.line.batch_no] if tied.line.batch_no else [])]
        unknown = [unit for unit in named if unit not in delivered]
        if unknown and (tied.goods or units.delivered):
            problems.add(
                tied.line,
                _("{0} was not delivered with {1}: choose what was.").format(
                    escape_html(comma_list(unknown)), place(row)
                ),
            )
        elif tied.goods:
            _complete_batch(tied, units)
            _check_goods(problems, tied, units, batch_asked, serial_asked)


def _ask(
    problems: Problems,
    asked: dict[tuple[str, str], float],
    tied: Tied,
    row: SoldRow,
    open_qty: float,
    what: str = "sale",
) -> bool:
    key = (what, row.name)
    asked[key] += tied.stock_qty
    if asked[key] <= open_qty + TOLERANCE:
        return False
    factor = tied.base.conversion_factor
    used = comma_list(sorted(row.used_by))
    left = flt(max(open_qty - asked[key] + tied.stock_qty, 0) / factor, 6)
    asked_for = _("Quantity: {0} {1} asked, but only {2} of {3} sold with {4} are left.").format(
        number(tied.line.qty),
        escape_html(tied.base.uom),
        number(left),
        number(row.stock_qty / factor),
        place(row),
    )
    before = _("Returned, drafted or replaced already: {0}.").format(used) if used else ""
    problems.add(tied.line, sentence_list([asked_for, before, _("Lower the quantity.")]))
    return True


def _complete_serials(lines: list[Tied], units_of: dict[str, Units]) -> None:
    """Name the serial numbers where only one answer is possible: all that the customer still has come back."""
    by_row: dict[str, list[Tied]] = defaultdict(list)
    for tied in lines:
        if tied.goods and units_of[tied.goods.name].has_serial:
            by_row[tied.goods.name].append(tied)
    for name, of_row in by_row.items():
        named = {serial for tied in of_row for serial in split_serials(tied.line.serial_no)}
        left = [serial for serial in units_of[name].serials if serial not in named]
        blank = [tied for tied in of_row if not split_serials(tied.line.serial_no)]
        if len(left) == sum(tied.stock_qty for tied in blank):
            for tied in blank:
                count = round(tied.stock_qty)
                tied.line.serial_no, left = "\n".join(left[:count]), left[count:]


def _complete_batch(tied: Tied, units: Units) -> None:
    """Name the batch where only one answer is possible."""
    line = tied.line
    if units.has_batch and not units.has_serial and not line.batch_no and len(units.batches) == 1:
        line.batch_no = next(iter(units.batches))


def _check_goods(
    problems: Problems,
    tied: Tied,
    units: Units,
    batch_asked: dict[tuple[str, str], float],
    serial_asked: set[str],
) -> None:
    line, stock_qty = tied.line, tied.stock_qty
    if units.has_serial:
        serials = split_serials(line.serial_no)
        if len(serials) != stock_qty:
            problems.add(
                line,
                _("Serial Nos: name the {0} that come back (with the customer: {1}).").format(
                    number(stock_qty), escape_html(comma_list(units.serials) or _("none"))
                ),
            )
        gone = [serial for serial in serials if serial not in units.serials or serial in serial_asked]
        if gone:
            problems.add(
                line,
                _("Serial Nos: {0} came back already or is named twice.").format(
                    escape_html(comma_list(gone))
                ),
            )
        serial_asked.update(serials)
    elif units.has_batch and line.batch_no:
        key = (tied.goods.name, line.batch_no)
        batch_asked[key] += stock_qty
        left = units.batches.get(line.batch_no, 0.0)
        if batch_asked[key] > left + TOLERANCE:
            problems.add(
                line,
                _("Batch: {0} of batch {1} asked, {2} are still with the customer.").format(
                    number(batch_asked[key]), escape_html(line.batch_no), number(left)
                ),
            )
    elif units.has_batch and abs(sum(units.batches.values()) - stock_qty) > TOLERANCE:
        problems.add(
            line,
            _("Batch: say which batch comes back, one line for each ({0}).").format(
                escape_html(comma_list(labelled(batch, number(qty)) for batch, qty in units.batches.items()))
            ),
        )
