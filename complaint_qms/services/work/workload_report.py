"""Team Load as a table, to be sorted, printed and exported: the same figures of each person, or of each department."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import now_datetime

from complaint_qms.constants import work
from complaint_qms.integrations.erpnext.employees import departments_of
from complaint_qms.services.reporting.columns import column, percent, sentences, summary
from complaint_qms.services.reporting.filter_values import check_known, read_choice
from complaint_qms.services.reporting.filters import read_object
from complaint_qms.services.work.load import load_of
from complaint_qms.services.work.timing import viewer

PERSON, DEPARTMENT = "person", "department"
BY: Final = (PERSON, DEPARTMENT)
_MOST_SHOWN: Final = 20
_COUNTED: Final = ("open", "overdue", "today", "week", "capacity", "carried", "investigations", "actions", "follow_ups", "others_overdue")  # fmt: skip


class Workload:
    """Open complaints and other work by who has it; those with most overdue first."""

    def __init__(self, given: Mapping | str | None, now: datetime | None = None) -> None:
        asked = read_object(given)
        check_known(asked, (), ("by",))
        self.by = read_choice(asked, "by", BY) or PERSON
        self.load = load_of(viewer(frappe.session.user, now or now_datetime()), with_cards=False)
        self.departments = departments_of({one["user"] for one in self.load["people"] if one["user"]})

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, self.message(), self.chart(rows), self.summary(rows), True

    def columns(self) -> list[dict]:
        people = self.by == PERSON
        first = [
            column("group", _("Handler") if people else _("Department"), width=180),
            *([column("department", _("Department"), width=140)] if people else []),
        ]
        return [
            *first,
            column("open", _("Open Complaints"), "Int", 160),
            column("overdue", _("Overdue"), "Int", 90),
            column("today", _("Due Today"), "Int", 100),
            column("week", _("Due This Week"), "Int", 140),
            column("capacity", _("Capacity"), "Int", 100),
            column("share", _("Used", context="Complaint"), "Percent", 100),
            column("investigations", _("Investigations"), "Int", 120),
            column("actions", _("CAPA Actions"), "Int", 130),
            column("follow_ups", _("Follow-ups"), "Int", 110),
            column("others_overdue", _("Of These Overdue"), "Int", 160),
            *([column("away", _("Days Away This Week"), "Int", 190)] if people else []),
        ]

    def rows(self) -> list[dict]:
        people = [self._person(one) for one in self.load["people"]]
        if self.by == PERSON:
            return [self._shared(row) for row in people]
        departments: dict[str, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(_COUNTED, 0))
        for row in people:
            for name in _COUNTED:
                departments[row["department"]][name] += row[name] or 0
        rows = [{"group": name or _("Not Set"), **counts} for name, counts in departments.items()]
        rows.sort(key=lambda row: (-row["overdue"], -row["open"], row["group"]))
        return [self._shared(row) for row in rows]

    def message(self) -> str:
        if not self.load["people"]:
            return sentences(
                [
                    _(
                        "Give the role Complaint Agent to whoever is to handle complaints: their load shows here."
                    )
                ]
            )
        told = [
            _(
                "The figures are those of the page Team Load. Capacity is what the Complaint Handlers allow at once; what is used counts everything a person has, also what you do not see. A week is today and the six days after."
            ),
        ]
        if not self.load["sees_all"]:
            told.append(_("You see your own row; managers see everybody."))
        return sentences(told)

    def chart(self, rows: list[dict]) -> dict | None:
        shown = [row for row in rows if row["open"]][:_MOST_SHOWN]
        if not shown:
            return None
        return {
            "data": {
                "labels": [row["group"] for row in shown],
                "datasets": [
                    {"name": _("Overdue"), "values": [row["overdue"] for row in shown]},
                    {"name": _("Not Overdue"), "values": [row["open"] - row["overdue"] for row in shown]},
                ],
            },
            "type": "bar",
            "barOptions": {"stacked": 1},
            "colors": ["#C0392B", "#8D99AE"],
            "height": 220,
        }

    def summary(self, rows: list[dict]) -> list[dict]:
        whole = {name: sum(row[name] or 0 for row in rows) for name in ("open", "overdue", "today", "week")}
        if not rows:
            return []
        return [
            summary(_("Open Complaints"), whole["open"], "blue"),
            summary(_("Overdue"), whole["overdue"], "red" if whole["overdue"] else "green"),
            summary(_("Due Today"), whole["today"], "orange" if whole["today"] else "green"),
            summary(_("Due This Week"), whole["week"], "blue"),
        ]

    def _person(self, one: Mapping[str, Any]) -> dict[str, Any]:
        others = one["others"]
        return {
            "user": one["user"],
            "group": one["full_name"] or _("Nobody"),
            "department": self.departments.get(one["user"], ""),
            "open": one["open"],
            "overdue": one["overdue"],
            "today": one["days"][0],
            "week": sum(one["days"]),
            "capacity": one["capacity"],
            "carried": one["open"] + one["elsewhere"] if one["capacity"] else 0,
            "investigations": others.get(work.INVESTIGATION, {}).get("open", 0),
            "actions": others.get(work.CAPA_ACTION, {}).get("open", 0),
            "follow_ups": others.get(work.FOLLOW_UP, {}).get("open", 0),
            "others_overdue": sum(kind["overdue"] for kind in others.values()),
            "away": len(one["away"]),
        }

    @staticmethod
    def _shared(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"share": percent(row["carried"], row["capacity"] or 0)}
