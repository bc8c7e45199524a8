"""Lists that many requests read and few change, kept in the site's cache.

A transaction sees what was there when it began to read: whoever reads a list after it has changed, within a transaction that is older,
reads the former one, and would keep it for everybody. So what a request or job reads that may have begun before the change is kept for
itself alone.
"""

import time
from collections.abc import Callable, Iterable
from datetime import timezone
from typing import Final, TypeVar

import frappe
from frappe.utils import cint
from rq import get_current_job

_LONGEST_REQUEST: Final = 120
"""Seconds after which the web server ends a request, unless the site's configuration says otherwise."""
_LONGEST_JOB: Final = 24 * 60 * 60
_CLOCKS: Final = 5
"""Seconds by which the clocks of two servers may differ."""

Value = TypeVar("Value")


def kept(key: str, read: Callable[[], Value]) -> Value:
    """What is cached under `key`, else what `read` gives, which is kept then."""
    found = frappe.cache.get_value(key)
    if found is None:
        found = read()
        frappe.cache.set_value(key, found)
        # Asked afterwards: it may have changed since it was read.
        changed = frappe.cache.get_value(_changed(key), expires=True)
        if changed and _began() <= changed + _CLOCKS:
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
            frappe.cache.set_value(_changed(name), time.time(), expires_in_sec=_LONGEST_JOB)
        drop()

    drop()
    frappe.db.after_commit.add(is_final)
    frappe.db.after_rollback.add(drop)


def _began() -> float:
    """The earliest moment at which what runs here may have begun to read; of a command nobody knows it."""
    job = get_current_job()
    if job and job.started_at:
        started = job.started_at if job.started_at.tzinfo else job.started_at.replace(tzinfo=timezone.utc)
        return started.timestamp()
    if getattr(frappe.local, "request", None):
        return time.time() - max(_LONGEST_REQUEST, cint(frappe.conf.http_timeout))
    return 0


def _changed(key: str) -> str:
    return f"{key}:changed"
