"""Units delivered for what a report about complaints shows: what its filters and the user's restrictions leave of deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from complaint_qms.integrations.erpnext.delivered_units import groups_of
from complaint_qms.permissions.delivered_units import kept_to
from complaint_qms.services.reporting.filters import BRANCHES, ReportFilters, branch
from complaint_qms.services.signals.expected import HISTORY
from complaint_qms.services.signals.exposure import FIELDS, GROUPS, exposure
from complaint_qms.services.signals.kept_weeks import LEAST, monday, week_of

_NAMED: Final = ("company", "item_code", "customer", "batch_no")
"""Filters of complaints that deliveries have as well."""


def units_scope(filters: ReportFilters, user: str) -> dict[str, set[str]]:
    """Field of Delivered Units → the values that the filters and the user's restrictions leave. Filters that only complaints have (type,
    severity, …) leave all deliveries."""
    found: dict[str, set[str]] = {}

    def narrow(field: str, values: set[str]) -> None:
        found[field] = found[field] & values if field in found else values

    kept = kept_to(user)
    groups = kept.pop("item_group", None)
    for field, values in filters.exact:
        if field in _NAMED:
            narrow(field, set(values))
    branches = {name: set(branch(BRANCHES[name], *nodes)) for name, nodes in filters.branches}
    if "territory" in branches:
        narrow("territory", branches["territory"])
    for wanted in (branches.get("item_group"), groups):
        if wanted is not None:
            of_items = groups_of(*GROUPS["item_group"])
            narrow("item_code", {item for item, group in of_items.items() if group in wanted})
    if filters.customer_groups:
        wanted = set(branch("Customer Group", *filters.customer_groups))
        of_customers = groups_of(*GROUPS["customer_group"])
        narrow("customer", {customer for customer, group in of_customers.items() if group in wanted})
    for field, values in kept.items():
        narrow(field, values)
    return found


def units_by(dimension: str, filters: ReportFilters, user: str) -> dict[str, float]:
    """Key → units delivered less returned in the period of the filters, of a batch all until its end; what has none is left out.

    Args:
        dimension: one of `RATED`.
        filters: with a whole period.
    """
    end = filters.to_date + timedelta(days=1)
    begin = monday(week_of(end) - 2 * HISTORY) if dimension == "batch" else filters.from_date
    found = exposure(dimension, [begin], end=end, only=units_scope(filters, user))
    return {
        label: float(units)
        for label, units in zip(found.labels, found.units[:, 0], strict=True)
        if units > LEAST
    }


RATED: Final = tuple(FIELDS)
"""Dimensions by which deliveries are known."""
