"""Several records, or several lists of records, read at once."""

from collections.abc import Iterable
from typing import Any

import frappe
from pypika.queries import QueryBuilder
from pypika.terms import ValueWrapper


def values_of(doctype: str, names: Iterable[str | None], field: str) -> dict[str, Any]:
    """Name → value of `field`, for those of `names` that exist; one query, none without names. The session's rights
    are not asked: callers name records that the user's own record leads to."""
    wanted = sorted({name for name in names if name})
    if not wanted:
        return {}
    record = frappe.qb.DocType(doctype)
    query = frappe.qb.from_(record).select(record.name, record[field]).where(record.name.isin(wanted))
    return dict(query.orderby(record.name).run())


def readable(doctype: str, names: Iterable[str | None]) -> set[str]:
    """Those of `names` that the user's own list of the DocType would hold; one query, none without names."""
    wanted = sorted({name for name in names if name})
    if not wanted or not frappe.has_permission(doctype, "read"):
        return set()
    return set(
        frappe.get_list(doctype, filters={"name": ("in", wanted)}, pluck="name", order_by="name asc", limit=0)
    )


def gathered(queries: dict[str, QueryBuilder]) -> dict[str, list[dict[str, Any]]]:
    """The rows of several queries, each in the order of its own, by the name of the query; one query in all.

    Args:
        queries: name → query; all select the same columns. An order within one needs a limit to hold.
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in queries}
    if not queries:
        return found
    parts = [
        frappe.qb.from_(query.select(ValueWrapper(name).as_("part_of")).as_(f"part_{number}")).select("*")
        for number, (name, query) in enumerate(queries.items())
    ]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.union_all(part)
    for row in frappe.qb.from_(whole.as_("whole")).select("*").run(as_dict=True):
        found[row.pop("part_of")].append(row)
    return found
