"""Lists that many requests read and few change, kept in the site's cache."""

from collections.abc import Iterable

import frappe


def forget(keys: Iterable[str]) -> None:
    """Drop what is cached under `keys`. Once more when the change is final or taken back: until then others still read,
    and keep, what it is not any more or was not yet."""
    names = list(keys)

    def drop() -> None:
        frappe.cache.delete_value(names)

    drop()
    frappe.db.after_commit.add(drop)
    frappe.db.after_rollback.add(drop)
