"""The report Field Actions: each action with its customers, what they acknowledged and what is accounted for; mock recalls with their time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder import CustomFunction
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, date_diff, flt, getdate, nowdate

from complaint_qms.constants.field_action import CUSTOMER, DOCTYPE, QUANTITY
from complaint_qms.engine.field_action import percent_of
from complaint_qms.integrations.erpnext.stock_movements import in_slices
from complaint_qms.services.field_action import classes
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.input_validation import read_day
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.columns import column, summary
from complaint_qms.services.reporting.filter_values import check_known, read_choice
from complaint_qms.services.reporting.filters import read_object

_ENDED: Final = ("ended", "cancelled")
_LEAST: Final = CustomFunction("least", ["one", "other"])


class FieldActions:
    """What the report shows, by its filters.

    Args:
        given: `company`, `from_date` and `to_date` (opened on), `show`: "actions", "mock" or "all".
    """

    def __init__(self, given: Mapping | str | None) -> None:
        given = read_object(given)
        check_known(given, (), ("company", "from_date", "to_date", "show"))
        filters: list[list[Any]] = []
        if isinstance(company := given.get("company"), str) and company:
            filters.append(["company", "=", company])
        if day := read_day(_("From Date"), given.get("from_date")):
            filters.append(["opened_on", ">=", day])
        if day := read_day(_("To Date", context="Complaint"), given.get("to_date")):
            # One without a day would be earlier than any for the framework.
            filters += [["opened_on", "is", "set"], ["opened_on", "<=", day]]
        if (show := read_choice(given, "show", ("actions", "mock", "all"))) not in ("", "all"):
            filters.append(["is_mock", "=", int(show == "mock")])
        self.filters = filters

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, None, None, self.summary(rows), True

    def rows(self) -> list[dict[str, Any]]:
        found = frappe.get_list(
            DOCTYPE,
            filters=self.filters,
            fields=["name", "title", "company", "action_type", "action_class", "is_mock", "stage", "handler", "opened_on", "ended_at", "due_date",
             "item_code", "batch_no", "acknowledged_share", "accounted_share", "traced_share", "time_to_list", "scope_at"],
            order_by="creation desc, name desc",
            limit=0,
        )  # fmt: skip
        counts, removed = _counts(row.name for row in found), _removed(row.name for row in found)
        names = values_of("User", (row.handler for row in found), "full_name")
        return [
            self._row(row, counts.get(row.name, (0, 0)), removed.get(row.name, 0.0), names) for row in found
        ]

    def columns(self) -> list[dict]:
        return [
            column("name", _("Field Action"), width=140, link_to=DOCTYPE),
            column("title", _("Title"), width=220),
            column("kind", _("Type of Action"), width=120),
            column("class", _("Class"), width=80),
            column("stage", _("Stage"), width=100),
            column("item_code", _("Item"), width=130, link_to="Item"),
            column("batch_no", _("Batch"), width=120, link_to="Batch"),
            column("customers", _("Customers", context="Field Action"), "Int", 95),
            column("acknowledged", _("Acknowledged"), "Int", 110),
            column("acknowledged_share", _("Acknowledged %"), "Percent", 120),
            column("accounted_share", _("Accounted For %"), "Percent", 125),
            column("removed_share", _("Recovered or Destroyed %"), "Percent", 165),
            column("traced_share", _("Traced %"), "Percent", 95),
            column("time_to_list", _("Time to List"), "Duration", 110),
            column("days", _("Days"), "Int", 70),
            column("due_date", _("Due Date"), "Date", 105),
            column("handler", _("Handler"), width=140),
            column("company", _("Company"), width=140),
        ]

    def summary(self, rows: list[dict[str, Any]]) -> list[dict]:
        running = [row for row in rows if row["is_open"]]
        late = [row for row in running if row["due_date"] and getdate(row["due_date"]) < getdate(nowdate())]
        return [
            summary(_("Field Actions"), len(rows)),
            summary(_("Open", context="Complaint QMS"), len(running), "orange" if running else "green"),
            summary(_("Overdue", context="Complaint QMS"), len(late), "red" if late else "green"),
        ]

    def _row(
        self, row: frappe._dict, count: tuple[int, int], removed: float, names: Mapping[str, str]
    ) -> dict[str, Any]:
        is_mock = bool(cint(row.is_mock))
        end = getdate(row.ended_at) if row.ended_at else getdate(nowdate())
        return {
            "name": row.name,
            "title": row.title,
            "kind": _("Mock Recall") if is_mock else word(row.action_type),
            "class": classes.class_text(row.action_class),
            "stage": word(row.stage),
            "item_code": row.item_code,
            "batch_no": row.batch_no,
            "customers": count[0],
            "acknowledged": None if is_mock else count[1],
            "acknowledged_share": None if is_mock or not row.scope_at else flt(row.acknowledged_share),
            "accounted_share": None if is_mock or not row.scope_at else flt(row.accounted_share),
            "removed_share": None if is_mock or not row.scope_at else removed,
            "traced_share": flt(row.traced_share) if is_mock and row.scope_at else None,
            "time_to_list": row.time_to_list if is_mock else None,
            "days": date_diff(end, row.opened_on) if row.opened_on and row.stage != "cancelled" else None,
            "due_date": row.due_date,
            "handler": names.get(row.handler, row.handler),
            "company": row.company,
            "is_open": row.stage not in _ENDED,
        }


def _counts(names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Field action → customers who are in it, and those of them who acknowledged."""
    one = frappe.qb.DocType(CUSTOMER)
    found: dict[str, tuple[int, int]] = {}
    for some in in_slices(sorted(names)):
        query = frappe.qb.from_(one).select(one.field_action, Count(one.name), Count(one.acknowledged_at))
        query = query.where(one.field_action.isin(some) & (one.is_left_out == 0)).groupby(one.field_action)
        found |= {action: (customers, acknowledged) for action, customers, acknowledged in query.run()}
    return found


def _removed(names: Iterable[str]) -> dict[str, float]:
    """Field action → percent of the quantity that was recovered or destroyed, of several units the lowest; as `engine.field_action.figures` has
    it: of no row counts more than was there."""
    one, row = frappe.qb.DocType(CUSTOMER), frappe.qb.DocType(QUANTITY)
    found: dict[str, float] = {}
    for some in in_slices(sorted(names)):
        query = (
            frappe.qb.from_(one)
            .inner_join(row)
            .on((row.parent == one.name) & (row.parenttype == CUSTOMER))
            .select(
                one.field_action, Sum(_LEAST(row.recovered + row.destroyed, row.at_risk)), Sum(row.at_risk)
            )
            .where(one.field_action.isin(some) & (one.is_left_out == 0))
            .groupby(one.field_action, row.uom)
        )
        for action, removed, at_risk in query.run():
            if at_risk > 0:
                share = percent_of(removed, at_risk)
                found[action] = min(found.get(action, share), share)
    return found
