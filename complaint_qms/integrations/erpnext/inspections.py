"""Quality Inspections of lots and of the documents that moved or made them, with their readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

import frappe
from frappe.utils import cint, cstr, flt
from pypika.terms import Criterion

from complaint_qms.integrations.erpnext.stock_movements import in_slices

DOCTYPE: Final = "Quality Inspection"
_READINGS: Final = 10
_FIELDS: Final = (
    "name", "inspection_type", "reference_type", "reference_name", "item_code", "batch_no", "item_serial_no", "inspected_by",
    "status", "report_date",
)  # fmt: skip

# How a value stands out
BELOW: Final = "below"
ABOVE: Final = "above"
AT_LEAST: Final = "at_least"
AT_MOST: Final = "at_most"
OTHER: Final = "other"

Key = tuple[str, str]


class Mark(NamedTuple):
    """A value that stands out, and the limit or the value that was wanted."""

    value: str
    kind: str
    limit: float | str


@dataclass
class Reading:
    """What was measured of one parameter.

    Attributes:
        values: as they were entered.
        least, most: limits of a number; None where the reading is none or a formula decides.
        wanted: what a reading that is no number has to be.
        formula: by which ERPNext decides, where it does.
    """

    parameter: str
    status: str
    values: list[str]
    least: float | None = None
    most: float | None = None
    wanted: str = ""
    formula: str = ""

    @property
    def marks(self) -> list[Mark]:
        """Values beyond their limits or just at one, and those that are not what was wanted, whatever the status says."""
        if self.least is None or self.most is None:
            return [
                Mark(value, OTHER, self.wanted)
                for value in self.values
                if self.wanted and value != self.wanted
            ]
        return [mark for value in self.values if (mark := self._mark(value))]

    def _mark(self, value: str) -> Mark | None:
        number, least, most = _number(value), self.least or 0, self.most or 0
        if number < least or number > most:
            return Mark(value, BELOW, least) if number < least else Mark(value, ABOVE, most)
        # Where both limits are one value, it is what was wanted.
        if least == most or number not in (least, most):
            return None
        return Mark(value, AT_LEAST, least) if number == least else Mark(value, AT_MOST, most)


@dataclass
class Inspection:
    """One submitted Quality Inspection."""

    name: str
    kind: str
    reference: Key
    item: str
    batch: str
    serial: str
    inspector: str
    status: str
    day: date | None
    readings: list[Reading] = field(default_factory=list)


def inspections(
    batches: Iterable[str], serials: Iterable[str], documents: Iterable[Key], *, readings: bool = False
) -> list[Inspection]:
    """Submitted ones of these batches, serial numbers and documents: one query for each slice of names and kind of them, one more for
    the readings. One that names a batch or a serial number itself counts for that alone.

    Args:
        documents: (DocType, name) that an inspection may refer to.
    """
    table = frappe.qb.DocType(DOCTYPE)
    by_kind: dict[str, list[str]] = defaultdict(list)
    for doctype, name in sorted(set(documents)):
        by_kind[doctype].append(name)
    wanted = [(table.batch_no, sorted(set(batches) - {""}), None)]
    wanted.append((table.item_serial_no, sorted(set(serials) - {""}), None))
    wanted += [
        (table.reference_name, names, table.reference_type == doctype) for doctype, names in by_kind.items()
    ]
    found: dict[str, Inspection] = {}
    for field_, every, more in wanted:
        for names in in_slices(every):
            query = frappe.qb.from_(table).select(*(table[one] for one in _FIELDS))
            asked = [field_.isin(names), table.docstatus == 1, *([] if more is None else [more])]
            for row in query.where(Criterion.all(asked)).run(as_dict=True):
                found[row.name] = _inspection(row)
    if readings:
        _put_readings(found)
    return sorted(found.values(), key=lambda one: (one.day or date.min, one.name))


def _number(value: str) -> float:
    """As ERPNext reads it where it judges: in the number format of the site."""
    from erpnext.stock.doctype.quality_inspection.quality_inspection import parse_float

    return parse_float(value)


def _inspection(row: frappe._dict) -> Inspection:
    return Inspection(
        name=row.name,
        kind=row.inspection_type or "",
        reference=(row.reference_type or "", row.reference_name or ""),
        item=row.item_code or "",
        batch=row.batch_no or "",
        serial=row.item_serial_no or "",
        inspector=row.inspected_by or "",
        status=row.status or "",
        day=row.report_date,
    )


def _put_readings(found: dict[str, Inspection]) -> None:
    table = frappe.qb.DocType("Quality Inspection Reading")
    numbers = [f"reading_{place}" for place in range(1, _READINGS + 1)]
    fields = ("parent", "specification", "status", "value", "reading_value", "numeric", "min_value", "max_value", "formula_based_criteria", "acceptance_formula")  # fmt: skip
    for names in in_slices(sorted(found)):
        query = frappe.qb.from_(table).select(*(table[one] for one in (*fields, *numbers)))
        rows = (
            query.where(table.parent.isin(names)).orderby(table.parent).orderby(table.idx).run(as_dict=True)
        )
        for row in rows:
            is_number = bool(cint(row.numeric))
            has_limits = is_number and not cint(row.formula_based_criteria)
            given = [cstr(row[one]).strip() for one in numbers] if is_number else [cstr(row.reading_value)]
            found[row.parent].readings.append(
                Reading(
                    parameter=row.specification or "",
                    status=row.status or "",
                    values=[value for value in given if value],
                    least=flt(row.min_value) if has_limits else None,
                    most=flt(row.max_value) if has_limits else None,
                    wanted="" if is_number or cint(row.formula_based_criteria) else cstr(row.value).strip(),
                    formula=cstr(row.acceptance_formula) if cint(row.formula_based_criteria) else "",
                )
            )
