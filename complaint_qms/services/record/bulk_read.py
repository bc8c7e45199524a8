"""Names and one field of several records, read at once."""

from collections.abc import Iterable
from typing import Any

import frappe


def values_of(doctype: str, names: Iterable[str | None], field: str) -> dict[str, Any]:
    """Name → value of `field`, for those of `names` that exist; one query, none without names. The session's rights
    are not asked: callers name records that the user's own record leads to."""
    wanted = sorted({name for name in names if name})
    if not wanted:
        return {}
    return dict(
        frappe.get_all(
            doctype,
            filters={"name": ("in", wanted)},
            fields=["name", field],
            as_list=True,
            order_by="name asc",
        )
    )


def readable(doctype: str, names: Iterable[str | None]) -> set[str]:
    """Those of `names` that the user's own list of the DocType would hold; one query, none without names."""
    wanted = sorted({name for name in names if name})
    if not wanted or not frappe.has_permission(doctype, "read"):
        return set()
    return set(
        frappe.get_list(doctype, filters={"name": ("in", wanted)}, pluck="name", order_by="name asc", limit=0)
    )
