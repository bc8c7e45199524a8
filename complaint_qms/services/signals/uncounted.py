"""Complaints that no scan counts, duplicates, void and rejected ones: how many of them a finding would have had."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import frappe
import numpy as np

from complaint_qms.constants.rules import NOT_COUNTED
from complaint_qms.constants.signals import FIELDS, OF_COMPLAINT
from complaint_qms.services.record.bulk_read import values_of


@dataclass(frozen=True)
class Uncounted:
    """In the order in which they came in: ``names``, ``received`` (datetime64[D]), ``stages``, and the ``values`` of each dimension."""

    names: np.ndarray
    received: np.ndarray
    stages: np.ndarray
    values: dict[str, np.ndarray]

    def having(self, labels: dict[str, str]) -> np.ndarray:
        """Whether each has all these values: dimension → value."""
        held = np.ones(len(self.names), bool)
        for kind, label in labels.items():
            held &= self.values[kind] == label
        return held

    def within(self, labels: dict[str, str], first: date, last: date) -> Counter[str]:
        """Stage → how many with these values came from ``first`` to ``last``, both included."""
        here = self.having(labels) & (self.received >= np.datetime64(first)) & (self.received <= np.datetime64(last))  # fmt: skip
        return Counter(self.stages[here].tolist())

    def latest(self, labels: dict[str, str], most: int) -> list[str]:
        """Of each customer, territory, item … among those with these values the latest one: whoever may not see it does not see how many
        there are."""
        rows = np.flatnonzero(self.having(labels))[::-1]
        found: set[int] = set()
        for column in self.values.values():
            _values, first = np.unique(column[rows], return_index=True)
            found.update(rows[np.sort(first)[:most]].tolist())
        return self.names[sorted(found)].tolist()


def read_uncounted(company: str, as_of: date, since: date) -> Uncounted:
    """Those of a company that were received from ``since`` to ``as_of``; one query, and one for the groups of customers."""
    table = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(table)
        .select(
            table.name, table.received_at, table.stage, *(table[field] for field in OF_COMPLAINT.values())
        )
        .where((table.company == company) & table.stage.isin(NOT_COUNTED))
        .where((table.received_at >= since) & (table.received_at < as_of + timedelta(days=1)))
        .orderby(table.received_at)
        .orderby(table.name)
    )
    rows = query.run()
    names, received, stages, *columns = zip(*rows, strict=True) if rows else [()] * (3 + len(OF_COMPLAINT))
    values = {
        kind: np.array([text or "" for text in column], dtype=object)
        for kind, column in zip(OF_COMPLAINT, columns, strict=True)
    }
    customers = values["customer"].tolist()
    groups = values_of("Customer", sorted({name for name in customers if name}), "customer_group")
    values["customer_group"] = np.array([groups.get(name) or "" for name in customers], dtype=object)
    return Uncounted(
        np.array(names, dtype=object),
        np.array(received, dtype="datetime64[D]"),
        np.array(stages, dtype=object),
        {kind: values[kind] for kind in FIELDS},
    )
