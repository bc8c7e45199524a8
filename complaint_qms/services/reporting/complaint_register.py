"""Every complaint on one line, with what an auditor of ISO 13485 8.2.2 or 21 CFR 820.35 asks to see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import cache

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, flt, now_datetime
from pypika import Order
from pypika.functions import Extract
from pypika.queries import QueryBuilder
from pypika.terms import Case, Term

from complaint_qms.constants.clock import LATE, OVERDUE
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.access import can_read, permitted, readable
from complaint_qms.services.reporting.columns import (
    column,
    money,
    nothing_found,
    sentences,
    summary,
)
from complaint_qms.services.reporting.filters import ReportFilters, read_object

DEFAULT_ROWS = 2000
DAY = 86400

FIELDS = (
    "name", "received_at", "subject", "customer", "complainant_name", "item_code", "item_name", "batch_no", "serial_no",
    "udi", "complaint_type", "severity", "risk_level", "stage", "complaint_owner", "reportable", "reply_sent_at",
    "settlement_status", "settled_amount", "currency", "closing_decision", "closed_at", "closed_by", "sla_status",
    "channel", "company", "territory", "covered_by_investigation",
)  # fmt: skip
KEYS = ("stage", "sla_status", "reportable", "settlement_status", "closing_decision")

_MOMENTS = ("received_at", "reply_sent_at", "closed_at")


class ComplaintRegister:
    """The newest complaints first, as many rows as asked for; chart and figures count all of them.

    Args:
        given: the shared filters, and `rows`: how many at most, "all" for no limit.
        now: by which open complaints are so many days old.
    """

    def __init__(self, given: Mapping | str | None, now: datetime | None = None) -> None:
        given = read_object(given)
        self.filters = ReportFilters.read(given, own=("rows",))
        asked = given.get("rows") or DEFAULT_ROWS
        self.limit = None if asked == "all" else max(cint(asked), 1)
        self.now = now or now_datetime()
        self.fields = readable("Complaint", FIELDS)

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        months = self._months()
        rows = self.rows() if months else []
        return (
            self.columns(),
            rows,
            self.message(len(rows), months),
            self.chart(months),
            self.summary(months),
            True,
        )

    def columns(self) -> list[dict]:
        """Those of the register's columns whose fields the user may read."""
        every = [
            column("name", _("Complaint"), width=150, link_to="Complaint"),
            column("received_at", _("Received At"), "Datetime", 150),
            column("subject", _("Subject"), width=220),
            column("customer", _("Customer"), width=140, link_to="Customer"),
            column("complainant_name", _("Complainant"), width=130),
            column("item_code", _("Item"), width=130, link_to="Item"),
            column("item_name", _("Item Name"), width=150),
            column("batch_no", _("Batch"), width=110, link_to="Batch"),
            column("serial_no", _("Serial No"), width=110, link_to="Serial No"),
            column("udi", _("UDI"), width=110),
            column("complaint_type", _("Type"), width=150, link_to="Complaint Type"),
            column("severity", _("Severity"), width=100, shipped=1),
            column("risk_level", _("Risk"), width=90, shipped=1),
            column("stage", _("Stage"), width=110),
            column("sla_status", _("Clock"), width=90),
            column("days_open", _("Days Open"), "Int", 90),
            column("complaint_owner", _("Handler"), width=140, link_to="User"),
            column("reportable", _("Reportable"), width=100),
            column("investigations", _("Investigation"), width=140, link_to="Investigation"),
            column("capas", _("CAPA"), width=130, link_to="CAPA"),
            column("reply_sent_at", _("Reply Sent"), "Datetime", 150),
            column("settlement_status", _("Settlement"), width=100),
            column("settled_amount", _("Settled Amount"), "Currency", 120, options="currency"),
            column("closing_decision", _("Closing Decision"), width=130),
            column("closed_at", _("Closed"), "Datetime", 150),
            column("closed_by", _("Closed By"), width=140, link_to="User"),
            column("channel", _("Channel"), width=100, shipped=1),
            column("territory", _("Territory"), width=110),
            column("company", _("Company"), width=140),
        ]
        shown = {*self.fields, "days_open"}
        shown |= {
            name
            for name, doctype in (("investigations", "Investigation"), ("capas", "CAPA"))
            if can_read(doctype)
        }
        return [one for one in every if one["fieldname"] in shown]

    def rows(self) -> list[dict]:
        """The register itself. One query, and one more for each kind of linked record."""
        complaint = frappe.qb.DocType("Complaint")
        query = self._page().select(*[complaint[field] for field in self.fields if field != "name"])
        rows = query.run(as_dict=True)
        sees_investigations = can_read("Investigation")
        investigations, capas = self._investigations(), self._capas()
        words = cache(word)  # a handful of keys in thousands of rows
        for row in rows:
            found = investigations.get(row.name, [])
            covering = row.get("covered_by_investigation")
            if sees_investigations and covering and covering not in found:
                found = sorted([*found, covering])
            row.investigations = ", ".join(found)
            row.capas = ", ".join(capas.get(row.name, ()))
            row.days_open = self._days_open(row)
            row.late = row.get("sla_status") in LATE
            for field in KEYS:
                if field in row:
                    row[field] = words(row[field])
            for field in _MOMENTS:
                # What is exported is what is shown: to the second.
                if row.get(field):
                    row[field] = row[field].replace(microsecond=0)
        return rows

    def message(self, shown: int, months: list[dict]) -> str:
        """Says when rows are left out, or what to do when there are none."""
        total = sum(month.total for month in months)
        if not total:
            return sentences([nothing_found(self.filters.is_narrow)])
        if shown < total:
            return sentences(
                [
                    _(
                        "The newest {0} of {1} complaints are listed; the figures and the chart count all of them. "
                        "Choose more rows or a shorter period to see the rest."
                    ).format(frappe.bold(f"{shown:,}"), frappe.bold(f"{total:,}"))
                ]
            )
        return ""

    def chart(self, months: list[dict]) -> dict | None:
        """Received complaints by month, those still open on top of those that have ended."""
        by_month: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for month in months:
            if month.month:
                by_month[month.month][0] += cint(month.total) - cint(month.open)
                by_month[month.month][1] += cint(month.open)
        if not by_month:
            return None
        labels = sorted(by_month)[-36:]
        return {
            "data": {
                "labels": [f"{one // 100}-{one % 100:02d}" for one in labels],
                "datasets": [
                    {"name": _("Ended"), "values": [by_month[one][0] for one in labels]},
                    {"name": word("open"), "values": [by_month[one][1] for one in labels]},
                ],
            },
            "type": "bar",
            "colors": ["#8D99AE", "#E07B39"],
            "barOptions": {"stacked": 1},
            "axisOptions": {"xIsSeries": 1, "shortenYAxisNumbers": 1},
            "height": 200,
        }

    def summary(self, months: list[dict]) -> list[dict]:
        """Figures over every complaint of the filters, listed or not."""
        if not months:
            return []
        whole = {
            name: sum(cint(month[name]) for month in months)
            for name in ("total", "open", "late", "reportable")
        }
        amounts: dict[str, float] = defaultdict(float)
        for month in months:
            if flt(month.granted):
                amounts[month.currency or ""] += flt(month.granted)
        shown = [
            summary(_("Complaints"), whole["total"], "blue"),
            summary(word("open"), whole["open"], "orange" if whole["open"] else "green"),
            summary(word("overdue"), whole["late"], "red" if whole["late"] else "green"),
        ]
        if "reportable" in self.fields:
            reportable = whole["reportable"]
            shown.append(summary(_("Reportable"), reportable, "red" if reportable else "green"))
        if "settled_amount" in self.fields and amounts:
            shown.append(summary(_("Granted"), money(amounts), "blue", "Data"))
        return shown

    def _days_open(self, row: Mapping) -> int | None:
        """Whole days from receipt to closing, or to now while it is open; None when that is not known."""
        until = row.get("closed_at") or (None if row.get("stage") in COMPLAINT_ENDED else self.now)
        if not until or not row.get("received_at"):
            return None
        return max(int((until - row["received_at"]).total_seconds() // DAY), 0)

    def _months(self) -> list[dict]:
        """Counts and granted sums by month of receipt and currency. One query over everything the filters name."""
        complaint = frappe.qb.DocType("Complaint")
        month = year_and_month(complaint.received_at)
        query = (
            frappe.qb.from_(complaint)
            .select(
                month.as_("month"),
                complaint.currency,
                Count("*").as_("total"),
                Sum(Case().when(complaint.stage.isin(COMPLAINT_ENDED), 0).else_(1)).as_("open"),
                Sum(Case().when(complaint.sla_status == OVERDUE, 1).else_(0)).as_("late"),
                Sum(Case().when(complaint.reportable == "yes", 1).else_(0)).as_("reportable"),
                Sum(complaint.settled_amount).as_("granted"),
            )
            .groupby(month, complaint.currency)
        )
        return permitted(self.filters.apply(query, complaint)).run(as_dict=True)

    def _page(self) -> QueryBuilder:
        """Names of the listed complaints, newest first."""
        complaint = frappe.qb.DocType("Complaint")
        query = (
            frappe.qb.from_(complaint)
            .select(complaint.name)
            .orderby(complaint.received_at, complaint.name, order=Order.desc)
        )
        query = permitted(self.filters.apply(query, complaint))
        return query.limit(self.limit) if self.limit else query

    def _investigations(self) -> dict[str, list[str]]:
        """Complaint → its investigations: its own and those that name it among others."""
        if not can_read("Investigation"):
            return {}
        page = self._page().as_("page")
        record = frappe.qb.DocType("Investigation")
        own = (
            frappe.qb.from_(record)
            .join(page)
            .on(record.complaint == page.name)
            .select(record.complaint.as_("complaint"), record.name.as_("record"))
        )
        both = permitted(own, "Investigation").union(self._naming("Investigation", "Investigation Complaint"))
        return _grouped(both.run(as_dict=True))

    def _capas(self) -> dict[str, list[str]]:
        """Complaint → the CAPAs that name it."""
        if not can_read("CAPA"):
            return {}
        return _grouped(self._naming("CAPA", "CAPA Complaint").run(as_dict=True))

    def _naming(self, doctype: str, rows: str) -> QueryBuilder:
        """Listed complaints and the records that name them in a table of theirs."""
        page = self._page().as_("page")
        record, row = frappe.qb.DocType(doctype), frappe.qb.DocType(rows)
        query = (
            frappe.qb.from_(row)
            .join(page)
            .on(row.complaint == page.name)
            .join(record)
            .on(record.name == row.parent)
            .select(row.complaint.as_("complaint"), record.name.as_("record"))
            .where(row.parenttype == doctype)
        )
        return permitted(query, doctype)


def year_and_month(moment: Term) -> Term:
    """`moment` as a number: 202603 for March 2026."""
    return Extract("YEAR_MONTH", moment)


def _grouped(rows: list[dict]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row.complaint].add(row.record)
    return {complaint: sorted(records) for complaint, records in found.items()}
