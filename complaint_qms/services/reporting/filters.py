"""The filters every report offers, as a value that can narrow a query and name the same records in a list view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import frappe
from frappe import _
from frappe.utils import escape_html, get_url_to_list, getdate
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, Field, Term

from complaint_qms.constants.stages import COMPLAINT_ENDED, NO_COMPLAINT
from complaint_qms.integrations.erpnext.groupings import customers_in
from complaint_qms.services.record import bulk_read
from complaint_qms.services.reporting.access import permitted, readable
from complaint_qms.services.reporting.filter_values import (
    check_known,
    read_choice,
    read_chosen,
    read_period,
)

BRANCHES: Final = {
    "complaint_type": "Complaint Type",
    "territory": "Territory",
    "item_group": "Item Group",
}
"""Filter, a field of Complaint → the tree that it names branches of."""
EXACT: Final = ("company", "item_code", "batch_no", "customer", "severity", "channel", "supplier", "sop", "complaint_owner")  # fmt: skip
CUSTOMER_GROUP, CAPA = "customer_group", "capa"
DATES: Final = {"received": "received_at", "registered": "creation"}
"""What `date_of` may ask for → the moment that the period is about."""
STATES: Final = {
    "valid": ("not in", NO_COMPLAINT),
    "open": ("not in", COMPLAINT_ENDED),
    "ended": ("in", COMPLAINT_ENDED),
}
"""What `state` may ask for → operator of the list view, stages."""
MOST_NAMED: Final = 200
"""Records that the address of a list names one by one."""
SHARED: Final = ("from_date", "to_date", "period", "date_of", "state", *BRANCHES, *EXACT, CUSTOMER_GROUP, CAPA)  # fmt: skip

Chosen = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class ReportFilters:
    """Which complaints a report is about.

    Attributes:
        from_date, to_date: first and last day of the period, both included, in the site's zone.
        date_field: the moment of Complaint that lies in it: when it was received, or registered.
        exact: fields of Complaint with the values asked for, any of which will do.
        branches: tree fields of Complaint with the nodes asked for; everything below them counts as well.
        customer_groups: nodes of the tree; the group that the customer is in now.
        capas: CAPAs that name the complaint; those that the user may not read name none.
        state: "valid" (without rejected, duplicate and void), "open", "ended" or "" for all.
    """

    from_date: date | None = None
    to_date: date | None = None
    date_field: str = DATES["received"]
    exact: Chosen = ()
    branches: Chosen = ()
    customer_groups: tuple[str, ...] = ()
    capas: tuple[str, ...] = ()
    state: str = ""

    @classmethod
    def read(cls, given: Mapping | str | None, own: tuple[str, ...] | None = None) -> ReportFilters:
        """Take what a report view or a chart sends.

        Args:
            given: names of `SHARED`; what may be several comes as a name, a list of names or its JSON text.
            own: filters that the report has besides. With them every other name is refused; without, names it does not
                know are left alone, as charts and cards need that the framework adds some to.

        Raises:
            frappe.ValidationError: a filter or what it holds is unknown, or the period ends before it begins.
            frappe.PermissionError: it asks by a field that the user may not read.
        """
        given = read_object(given)
        if own is not None:
            check_known(given, SHARED, own)
        from_date, to_date = read_period(given, getdate())
        made = cls(
            from_date=from_date,
            to_date=to_date,
            date_field=DATES[read_choice(given, "date_of", DATES) or "received"],
            exact=_chosen(given, EXACT),
            branches=_chosen(given, BRANCHES),
            customer_groups=read_chosen(given, CUSTOMER_GROUP),
            capas=read_chosen(given, CAPA),
            state=read_choice(given, "state", STATES),
        )
        made._check_rights()
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

    def only(self, field: str) -> str | None:
        """The one value that a field may have; None when it may have any, or one of several."""
        values = dict(self.exact).get(field, ())
        return values[0] if len(values) == 1 else None

    def moment(self, complaint: Table) -> Field:
        """The moment that the period is about."""
        return complaint[self.date_field]

    def apply(self, query: QueryBuilder, complaint: Table) -> QueryBuilder:
        """Narrow a query that reads from or joins `complaint`, the period included."""
        within = self.within(self.moment(complaint))
        return self.apply_undated(query if within is None else query.where(within), complaint)

    def apply_undated(self, query: QueryBuilder, complaint: Table) -> QueryBuilder:
        """Narrow a query by everything but the period."""
        for field, values in self.exact:
            column = complaint[field]
            query = query.where(column == values[0] if len(values) == 1 else column.isin(values))
        for field, names in self._branch_names.items():
            query = query.where(complaint[field].isin(names or [""]))
        if self.customer_groups:
            members = customers_in(branch("Customer Group", *self.customer_groups))
            query = query.where(complaint.customer.isin(members))
        if self.capas:
            query = query.where(complaint.name.isin(self._named_by_capas()))
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

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked for."""
        return replace(self, date_field=DATES["received"]) != ReportFilters()

    def list_filters(self, by: str = "", most: int = MOST_NAMED) -> dict[str, list] | None:
        """The same complaints as filters of the Complaint list: field → [operator, value].

        A list knows neither customer groups, nor several branches of a tree, nor the CAPAs that name a complaint: it is given the customers,
        what is below the branches, or the complaints, of what is counted. They are those of complaints that the user may read.

        Args:
            by: a field that every line says itself: what the filters would name of it is left out.
            most: records that may be named.

        Returns:
            None where there are more of them.
        """
        chosen: dict[str, list] = {field: _is_any_of(values) for field, values in self.exact}
        for field, nodes in self.branches:
            one = len(nodes) == 1
            chosen[field] = ["descendants of (inclusive)", nodes[0]] if one else ["in", self._seen(field)]
        needed = "name" if self.capas else "customer" if self.customer_groups else ""
        if needed and needed != by:
            if len(self._counted_names) > most:
                return None
            chosen[needed] = ["in", self._counted_names]
        if self.has_period:
            chosen[self.date_field] = ["between", [str(self.from_date), str(self.to_date)]]
        elif self.from_date:
            chosen[self.date_field] = [">=", str(self.from_date)]
        elif self.to_date:
            chosen[self.date_field] = ["<", str(self.to_date + timedelta(days=1))]
        if self.state:
            operator, stages = STATES[self.state]
            chosen["stage"] = [operator, list(stages)]
        # A list takes "in nothing" for "in whatever there is".
        return chosen | {"name": ["is", "not set"]} if ["in", []] in chosen.values() else chosen

    def route(self, part: Mapping[str, list], most: int = MOST_NAMED) -> dict[str, list] | None:
        """A part of these complaints as filters of the Complaint list; None where they would have to name too many records."""
        by = "customer" if part.get("customer", [""])[0] in ("=", "in") else ""
        base = self.list_filters(by, most)
        return None if base is None else base | part

    def not_listed(self, by: str = "", most: int = MOST_NAMED) -> str:
        """Why numbers lead to no list; empty where they do."""
        if self.list_filters(by, most) is not None:
            return ""
        if self.capas:
            return _("The numbers lead to no list: the CAPAs name more than {0} complaints, and a list would have to name them all. Choose fewer CAPAs.").format(most)  # fmt: skip
        return _("The numbers lead to no list: the complaints come from more than {0} customers of the groups, and a list would have to name them all. Choose a smaller group or a shorter period.").format(most)  # fmt: skip

    def _check_rights(self) -> None:
        asked = [field for field, _values in (*self.exact, *self.branches)]
        asked += ["customer"] if self.customer_groups else []
        if not asked:
            return
        allowed = set(readable("Complaint", asked))
        hidden = [field for field in asked if field not in allowed]
        if hidden:
            label = _(frappe.get_meta("Complaint").get_label(hidden[0]))
            frappe.throw(
                _("You may not filter by {0}: you may not read it. Clear this filter.").format(label),
                frappe.PermissionError,
            )

    @cached_property
    def _branch_names(self) -> dict[str, list[str]]:
        return {field: branch(BRANCHES[field], *nodes) for field, nodes in self.branches}

    def _seen(self, field: str) -> list[str]:
        """Values of a field in the complaints that are counted and that the user may read."""
        if field not in self._seen_values:
            complaint = frappe.qb.DocType("Complaint")
            query = self.apply(frappe.qb.from_(complaint).select(complaint[field]).distinct(), complaint)
            self._seen_values[field] = sorted(permitted(query).run(pluck=True))
        return self._seen_values[field]

    @cached_property
    def _seen_values(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def _counted_names(self) -> list[str]:
        """Complaints that the CAPAs name, or else customers of the groups, as far as the user may read the complaints; one more than a list
        may name shows that there are more."""
        complaint = frappe.qb.DocType("Complaint")
        column = complaint.name if self.capas else complaint.customer
        query = self.apply(frappe.qb.from_(complaint).select(column).distinct(), complaint)
        return sorted(permitted(query).limit(MOST_NAMED + 1).run(pluck=True))

    def _named_by_capas(self) -> QueryBuilder:
        """A query of the complaints that the chosen CAPAs name."""
        row = frappe.qb.DocType("CAPA Complaint")
        capas = sorted(bulk_read.readable("CAPA", self.capas))
        query = frappe.qb.from_(row).select(row.complaint)
        return query.where((row.parenttype == "CAPA") & row.parent.isin(capas or [""]))


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


def branch(tree: str, *nodes: str) -> list[str]:
    """Names of a tree's nodes and of everything below them; empty when there are no such nodes. One query."""
    top, below = frappe.qb.DocType(tree).as_("top"), frappe.qb.DocType(tree).as_("below")
    query = (
        frappe.qb.from_(top)
        .join(below)
        .on((below.lft >= top.lft) & (below.rgt <= top.rgt))
        .select(below.name)
        .where(top.name.isin(nodes) if len(nodes) > 1 else top.name == nodes[0])
        .orderby(below.lft)
    )
    return list(dict.fromkeys(query.run(pluck=True)))


def _chosen(given: Mapping, names: tuple[str, ...] | Mapping[str, str]) -> Chosen:
    read = ((name, read_chosen(given, name)) for name in names)
    return tuple((name, values) for name, values in read if values)


def _is_any_of(values: tuple[str, ...]) -> list:
    return ["=", values[0]] if len(values) == 1 else ["in", list(values)]
