"""What is known of a lot beside its movements: complained about, and what else listeners tell, as a hold.

Another room, or another app, adds marks by a function in the hook `qms_trace_marks`: it is given lots and gives back marks for those that
have some, within what the session's user may see, in a number of queries that does not grow with the lots.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import frappe
from frappe import _

from complaint_qms.constants.stages import NO_COMPLAINT
from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext.stock_movements import in_slices
from complaint_qms.permissions.query import MatchCondition, list_condition

HOOK: Final = "qms_trace_marks"
COMPLAINED: Final = "complained"
_COMPLAINT: Final = "Complaint"


class Mark(NamedTuple):
    """A word that stands on a lot, and where it leads.

    Attributes:
        kind: key, by which the picture chooses a sign: "complained", "held"; others have a sign of their own.
        label: in the user's language, with the number where there are several.
        count: how many records say so.
        doctype, filters: the list that shows them.
    """

    kind: str
    label: str
    count: int = 1
    doctype: str = ""
    filters: dict[str, Any] | None = None


def marks_of(lots: Iterable[Lot]) -> dict[Lot, list[Mark]]:
    """Marks of these lots, from all listeners in the order of their apps."""
    lots, found = list(lots), defaultdict(list)
    for function in frappe.get_hooks(HOOK):
        for lot, marks in frappe.get_attr(function)(lots).items():
            found[lot] += marks
    return dict(found)


def complained_about(lots: Iterable[Lot]) -> dict[Lot, list[Mark]]:
    """Marks of lots that complaints name."""
    return {
        lot: [_complained("serial_no" if lot.serial else "batch_no", lot.serial or lot.batch, len(names))]
        for lot, names in complaints_about(lots).items()
    }


def complaints_about(lots: Iterable[Lot]) -> dict[Lot, list[str]]:
    """Lot → complaints that name its batch or serial number, of those that the user may read; what was no complaint does not count.
    Two queries for each slice of lots."""
    lots, complaint = set(lots), frappe.qb.DocType(_COMPLAINT)
    listed = list_condition(_COMPLAINT, frappe.session.user)
    by_field = {
        "batch_no": {lot.batch: lot for lot in lots if lot.batch and not lot.serial},
        "serial_no": {lot.serial: lot for lot in lots if lot.serial},
    }
    found: dict[Lot, list[str]] = defaultdict(list)
    for field, known in by_field.items():
        for some in in_slices(sorted(known)):
            query = frappe.qb.from_(complaint).select(complaint.name, complaint[field])
            query = query.where(complaint[field].isin(some) & complaint.stage.notin(NO_COMPLAINT))
            query = query.orderby(complaint.name)
            for name, lot in (query.where(MatchCondition(listed)) if listed else query).run():
                if lot in known:
                    found[known[lot]].append(name)
    return dict(found)


def _complained(field: str, name: str, count: int) -> Mark:
    label = _("1 complaint") if count == 1 else _("{0} complaints").format(count)
    filters = {field: name, "stage": ["not in", list(NO_COMPLAINT)]}
    return Mark(COMPLAINED, label, count, _COMPLAINT, filters)
