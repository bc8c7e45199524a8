"""What reports, cross-tabs and dashboards count complaints by: one table of dimensions, each with its term in a query, its names and the
records behind a line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Count
from frappe.utils import add_days, add_months, getdate
from pypika.functions import Extract
from pypika.queries import QueryBuilder, Table
from pypika.terms import Term

from complaint_qms.constants.topics import TOPIC as TOPIC_DOCTYPE
from complaint_qms.integrations.erpnext.delivered_units import groups_of, week_term
from complaint_qms.integrations.erpnext.groupings import product_lines
from complaint_qms.permissions.topic import told_names
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list, month_name
from complaint_qms.services.record.scalars import shown
from complaint_qms.services.reporting.access import permitted, readable
from complaint_qms.services.reporting.filter_values import LABELS
from complaint_qms.services.reporting.filters import MOST_NAMED, ReportFilters

FIELD, TOPIC, CUSTOMER_GROUP, LINE, MONTH, WEEK = (
    "field",
    "topic",
    "customer_group",
    "product_line",
    "month",
    "week",
)
"""How a dimension is counted: by a field of Complaint as it is, by what its text speaks of, by the group of its customer, by the branch of its
item group, by time."""
_MONDAY: Final = date(1969, 12, 29)
"""Weeks are counted from it, as `week_term` does."""


@dataclass(frozen=True)
class Dimension:
    """Attributes:
    key: how filters and reports call it.
    label: its name, in the user's language when called.
    kind: one of the kinds above.
    field: of Complaint, that is grouped by; empty of time, which is that of the filters' period.
    doctype: of the records that keys name; empty of time.
    title: field of these records with a name to be read.
    shipped: whether names are words of a vocabulary that is translated.
    """

    key: str
    label: Callable[[], str]
    kind: str = FIELD
    field: str = ""
    doctype: str = ""
    title: str = ""
    shipped: bool = False

    @property
    def is_time(self) -> bool:
        """Whether its lines follow on one another, and are shown in that order."""
        return self.kind in (MONTH, WEEK)

    @property
    def folds(self) -> bool:
        """Whether several values of its field make one line."""
        return self.kind in (CUSTOMER_GROUP, LINE)

    def term(self, complaint: Table, filters: ReportFilters) -> Term:
        """What a query groups by. Its values are folded to keys by `fold`."""
        if self.kind == MONTH:
            return Extract("YEAR_MONTH", filters.moment(complaint))
        if self.kind == WEEK:
            return week_term(filters.moment(complaint))
        return Coalesce(complaint[self.field], "")

    def joined(self, query: QueryBuilder, complaint: Table) -> QueryBuilder:
        """The query with the tables that the term needs besides."""
        return query

    def fold(self, values: Collection[Any]) -> Mapping[Any, Any]:
        """Value of the term → key of its line; one query at most, none where they are the same."""
        if self.kind == CUSTOMER_GROUP:
            groups = groups_of("Customer", "customer_group")
            return {value: groups.get(value, "") for value in values}
        if self.kind == LINE:
            lines = product_lines()
            return {value: lines.get(value, value) for value in values}
        if self.is_time:
            return {value: int(value) for value in values if value is not None}
        return {value: value or "" for value in values}

    def names(self, keys: Iterable[Any], *, short: bool = False) -> dict[Any, str]:
        """Key → its name for a person; `short` leaves out the title beside a code."""
        keys = list(keys)
        if self.kind == MONTH:
            return {key: month_name(date(key // 100, key % 100, 1)) for key in keys}
        if self.kind == WEEK:
            return {key: _week_name(_MONDAY + timedelta(weeks=key)) for key in keys}
        if self.kind == TOPIC:
            told = told_names(key for key in keys if key)
            return {key: told.get(key, key) if key else _("Not Set") for key in keys}
        titles = values_of(self.doctype, [key for key in keys if key], self.title) if self.title else {}
        return {key: self._name(key, "" if short else titles.get(key)) for key in keys}

    def route(self, key: Any, filters: ReportFilters, members: Iterable[str] = ()) -> dict[str, list]:
        """Filters of the Complaint list that a line adds to those of the report.

        Args:
            members: values of the term that were folded into the line (`CountedLine.members`).
        """
        if self.is_time:
            first, last = self._span(key)
            first = max(first, filters.from_date or first)
            last = min(last, filters.to_date or last)
            return {filters.date_field: ["between", [str(first), str(last)]]}
        if self.folds:
            named = sorted(name for name in members if name)
            return {self.field: ["in", named] if named else ["is", "not set"]}
        return {self.field: ["=", key] if key else ["is", "not set"]}

    def short_route(self, key: Any, filters: ReportFilters, members: Collection[str]) -> dict[str, list] | None:  # fmt: skip
        """The same; None where it would name too many records."""
        if self.folds and len(members) > MOST_NAMED:
            return None
        return self.route(key, filters, members)

    def as_filters(self, key: Any, filters: ReportFilters) -> dict[str, Any]:
        """The shared filters that leave a line's complaints alone; empty where none does."""
        if self.is_time:
            first, last = next(iter(self.route(key, filters).values()))[1]
            return {"from_date": first, "to_date": last}
        if not key or self.kind == TOPIC:  # no shared filter asks for topics
            return {}
        name = {CUSTOMER_GROUP: "customer_group", LINE: "item_group"}.get(self.kind, self.field)
        return {name: [key]}

    def _name(self, key: str, title: str | None) -> str:
        if not key:
            return _("Not Set")
        if self.shipped:
            return _(key)
        return f"{key} · {title}" if title and title != key else key

    def _span(self, key: int) -> tuple[date, date]:
        if self.kind == WEEK:
            monday = _MONDAY + timedelta(weeks=key)
            return monday, monday + timedelta(days=6)
        first = date(key // 100, key % 100, 1)
        return first, getdate(add_days(add_months(first, 1), -1))


def _of_field(key: str, doctype: str, title: str = "", *, field: str = "", shipped: bool = False) -> Dimension:  # fmt: skip
    return Dimension(key, LABELS[field or key], FIELD, field or key, doctype, title, shipped)


_ALL: Final = (
    _of_field("item", "Item", "item_name", field="item_code"),
    _of_field("item_group", "Item Group", shipped=True),
    Dimension("product_line", lambda: _("Product Line"), LINE, "item_group", "Item Group", shipped=True),
    _of_field("batch", "Batch", field="batch_no"),
    _of_field("complaint_type", "Complaint Type", shipped=True),
    _of_field("severity", "Risk Severity", shipped=True),
    _of_field("customer", "Customer", "customer_name"),
    Dimension("customer_group", LABELS["customer_group"], CUSTOMER_GROUP, "customer", "Customer Group", shipped=True),
    _of_field("territory", "Territory", shipped=True),
    _of_field("channel", "Complaint Channel", shipped=True),
    _of_field("supplier", "Supplier", "supplier_name"),
    _of_field("sop", "Complaint SOP"),
    _of_field("handler", "User", "full_name", field="complaint_owner"),
    _of_field("company", "Company"),
    Dimension("topic", lambda: _("Topic"), TOPIC, "topic", TOPIC_DOCTYPE),
    Dimension("month", lambda: _("Month"), MONTH),
    Dimension("week", lambda: _("Week"), WEEK),
)  # fmt: skip
DIMENSIONS: Final[Mapping[str, Dimension]] = {one.key: one for one in _ALL}


def dimension(key: Any, among: Collection[str] = tuple(DIMENSIONS)) -> Dimension:
    """The dimension of that key; the first of `among` without one.

    Raises:
        frappe.ValidationError: there is none of that name, or not here.
        frappe.PermissionError: the user may not read the field that it counts by.
    """
    key = key or next(iter(among))
    if not (isinstance(key, str) and key in among):
        refuse(_("“{0}” is nothing that complaints are counted by here. Choose one of {1}.").format(shown(key), comma_list(among)))  # fmt: skip
    found = DIMENSIONS[key]
    if found.field and found.field not in readable("Complaint", [found.field]):
        frappe.throw(_("You may not count complaints by {0}: you may not read it.").format(found.label()), frappe.PermissionError)  # fmt: skip
    return found


@dataclass(frozen=True)
class CountedLine:
    """Complaints of one combination of keys.

    Attributes:
        count: how many.
        sums: what else was asked for, in the order asked; 0 where there was nothing to add up.
        members: of each dimension that folds the values of its field that the line is made of; empty of the others.
    """

    count: int
    sums: tuple[float, ...]
    members: tuple[frozenset[Any], ...]


def counted(
    filters: ReportFilters,
    by: Sequence[Dimension],
    complaint: Table,
    sums: Sequence[Term] = (),
) -> dict[tuple[Any, ...], CountedLine]:
    """Complaints that the filters and the session's rights leave, by one or several dimensions; one grouped query, and one more for each
    dimension that folds its values.

    Args:
        sums: aggregates that add up over lines, as counts and sums do (no averages).
    """
    terms = [one.term(complaint, filters) for one in by]
    query = frappe.qb.from_(complaint).select(*terms, Count("*"), *sums)
    for one in by:
        query = one.joined(query, complaint)
    query = permitted(filters.apply(query.groupby(*terms), complaint))
    rows = query.run()
    folds = [one.fold({row[at] for row in rows}) for at, one in enumerate(by)]
    width = len(by)
    found: dict[tuple[Any, ...], tuple[list[float], list[set[Any]]]] = {}
    for row in rows:
        values = row[:width]
        if any(value not in fold for value, fold in zip(values, folds, strict=True)):
            continue  # a moment that is missing is in no period
        key = tuple(fold[value] for value, fold in zip(values, folds, strict=True))
        amounts, members = found.setdefault(key, ([0.0] * (len(sums) + 1), [set() for _one in by]))
        for at, amount in enumerate(row[width:]):
            amounts[at] += float(amount or 0)
        for at, one in enumerate(by):
            if one.folds:
                members[at].add(values[at])
    return {
        key: CountedLine(int(amounts[0]), tuple(amounts[1:]), tuple(map(frozenset, members)))
        for key, (amounts, members) in found.items()
    }


def _week_name(monday: date) -> str:
    year, week, _day = monday.isocalendar()
    return _("{0}, week {1}").format(year, week)
