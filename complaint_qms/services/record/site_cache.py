"""Lists that many requests read and few change, kept in the site's cache.

A transaction sees what was there when it began to read: whoever reads a list after it has changed, within a transaction that is older,
reads the former one, and would keep it for everybody. So for a while after a change what is read is kept for its own request alone.
"""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import frappe

_OLDEST: Final = 120
"""Seconds within which a request that began before a change has ended."""

Value = TypeVar("Value")


def kept(key: str, read: Callable[[], Value]) -> Value:
    """What is cached under `key`, else what `read` gives, which is kept then."""
    found = frappe.cache.get_value(key)
    if found is None:
        found = read()
        frappe.cache.set_value(key, found)
        # Asked afterwards: it may have changed since it was read.
        if frappe.cache.get_value(_changed(key), expires=True):
            frappe.cache.delete_value(key)
            frappe.local.cache[frappe.cache.make_key(key)] = found
    return found


def forget(keys: Iterable[str]) -> None:
    """Drop what is cached under `keys`. Once more when the change is final or taken back: until then others still read,
    and keep, what it is not any more or was not yet."""
    names = list(keys)

    def drop() -> None:
        frappe.cache.delete_value(names)

    def is_final() -> None:
        for name in names:
            frappe.cache.set_value(_changed(name), 1, expires_in_sec=_OLDEST)
        drop()

    drop()
    frappe.db.after_commit.add(is_final)
    frappe.db.after_rollback.add(drop)


def _changed(key: str) -> str:
    return f"{key}:changed"
