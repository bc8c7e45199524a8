"""The filters every report offers, as a value that can narrow a query and name the same records in a list view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

import frappe
from frappe import _
from frappe.utils import escape_html, get_url_to_list
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, Term

from complaint_qms.constants.stages import COMPLAINT_ENDED, NO_COMPLAINT
from complaint_qms.services.record.input_validation import read_day

# filter → (field of Complaint, tree that it names a branch of)
BRANCHES = {"complaint_type": "Complaint Type", "territory": "Territory", "item_group": "Item Group"}
EXACT = ("company", "item_code", "customer", "severity", "sop", "complaint_owner")
# what `state` may ask for → (operator of the list view, stages)
STATES = {
    "valid": ("not in", NO_COMPLAINT),
    "open": ("not in", COMPLAINT_ENDED),
    "ended": ("in", COMPLAINT_ENDED),
}


@dataclass(frozen=True)
class ReportFilters:
    """Which complaints a report is about.

    Attributes:
        from_date, to_date: first and last day on which a complaint was received, both included, in the site's zone.
        exact: fields of Complaint with the one value asked for.
        branches: tree fields of Complaint with the node asked for; everything below it counts as well.
        state: "valid" (without rejected, duplicate and void), "open", "ended" or "" for all.
    """

    from_date: date | None = None
    to_date: date | None = None
    exact: tuple[tuple[str, str], ...] = ()
    branches: tuple[tuple[str, str], ...] = ()
    state: str = ""

    @classmethod
    def read(cls, given: Mapping | str | None) -> ReportFilters:
        """Take what a report view or a chart sends; names it does not know are left alone.

        Raises:
            frappe.ValidationError: a date is none, or the period ends before it begins.
        """
        given = read_object(given)
        state = given.get("state") or ""
        made = cls(
            from_date=read_day(_("From Date"), given.get("from_date")),
            to_date=read_day(_("To Date", context="Complaint"), given.get("to_date")),
            exact=_chosen(given, EXACT),
            branches=_chosen(given, BRANCHES),
            state=state if isinstance(state, str) and state in STATES else "",
        )
        if made.from_date and made.to_date and made.from_date > made.to_date:
            frappe.throw(_("The period ends before it begins: From Date must not be after To Date."))
        return made

    @property
    def has_period(self) -> bool:
        """Whether both ends of the period are given."""
        return bool(self.from_date and self.to_date)

    def previous(self) -> ReportFilters | None:
        """The same filters over the equally long period just before, or None without a whole period."""
        if not self.has_period:
            return None
        days = (self.to_date - self.from_date).days + 1
        return replace(
            self,
            from_date=self.from_date - timedelta(days=days),
            to_date=self.from_date - timedelta(days=1),
        )

    def apply(self, query: QueryBuilder, complaint: Table) -> QueryBuilder:
        """Narrow a query that reads from or joins `complaint`, the period included."""
        within = self.within(complaint.received_at)
        return self.apply_undated(query if within is None else query.where(within), complaint)

    def apply_undated(self, query: QueryBuilder, complaint: Table) -> QueryBuilder:
        """Narrow a query by everything but the period."""
        for field, value in self.exact:
            query = query.where(complaint[field] == value)
        for field, names in self._branch_names.items():
            query = query.where(complaint[field].isin(names or [""]))
        if self.state:
            operator, stages = STATES[self.state]
            chosen = complaint.stage.isin(stages)
            query = query.where(chosen if operator == "in" else chosen.negate())
        return query

    def within(self, moment: Term) -> Criterion | None:
        """`moment` lies in the period: a half-open range, so that an index on it serves."""
        parts = []
        if self.from_date:
            parts.append(moment >= self.from_date)
        if self.to_date:
            parts.append(moment < self.to_date + timedelta(days=1))
        return Criterion.all(parts) if parts else None

    def list_filters(self) -> dict[str, list]:
        """The same complaints as filters of the Complaint list: field → [operator, value]."""
        chosen: dict[str, list] = {field: ["=", value] for field, value in self.exact}
        chosen |= {field: ["descendants of (inclusive)", value] for field, value in self.branches}
        if self.has_period:
            chosen["received_at"] = ["between", [str(self.from_date), str(self.to_date)]]
        elif self.from_date:
            chosen["received_at"] = [">=", str(self.from_date)]
        elif self.to_date:
            chosen["received_at"] = ["<", str(self.to_date + timedelta(days=1))]
        if self.state:
            operator, stages = STATES[self.state]
            chosen["stage"] = [operator, list(stages)]
        return chosen

    @cached_property
    def _branch_names(self) -> dict[str, list[str]]:
        return {field: branch(BRANCHES[field], node) for field, node in self.branches}


def read_object(given: Any) -> Mapping:
    """What was sent, empty where it is no object."""
    if isinstance(given, str):
        try:
            given = frappe.parse_json(given)
        except (ValueError, RecursionError):
            return {}
    return given if isinstance(given, Mapping) else {}


def list_link(text: str, filters: Mapping[str, list]) -> str:
    """A link that opens the Complaint list with `filters` (field → [operator, value]); `text` is escaped here."""
    path = urlsplit(get_url_to_list("Complaint")).path
    query = urlencode({field: frappe.as_json(condition, indent=None) for field, condition in filters.items()})
    return f'<a href="{escape_html(f"{path}?{query}")}">{escape_html(text)}</a>'


def branch(tree: str, node: str) -> list[str]:
    """Names of a tree's node and of everything below it; empty when there is no such node. One query."""
    top, below = frappe.qb.DocType(tree).as_("top"), frappe.qb.DocType(tree).as_("below")
    query = (
        frappe.qb.from_(top)
        .join(below)
        .on((below.lft >= top.lft) & (below.rgt <= top.rgt))
        .select(below.name)
        .where(top.name == node)
        .orderby(below.lft)
    )
    return query.run(pluck=True)


def _chosen(given: Mapping, names: tuple[str, ...] | Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _storable(str(given[name]))) for name in names if given.get(name))


def _storable(text: str) -> str:
    """The text, without what the database would not even compare."""
    return text.encode("utf-8", "replace").decode()
