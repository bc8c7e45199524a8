"""One process at a time runs an import, or the demo, and everybody sees whether one does.

The database keeps the lock for as long as the connection lives that took it. A process that was killed, with its
worker or its machine, has therefore let go of it, whatever the queue still believes about its job.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.utils import cint
from pypika import CustomFunction

IMPORT = "Complaint Import"
_take = CustomFunction("GET_LOCK", ["name", "seconds"])
_drop = CustomFunction("RELEASE_LOCK", ["name"])
_user = CustomFunction("IS_USED_LOCK", ["name"])


class Overtaken(frappe.ValidationError):
    """Another process is at the same work."""


@contextmanager
def exclusive_run(name: str, *, overtaken: str = "", patience: int = 0) -> Iterator[None]:
    """Run an import, or what else bears the name, within this block.

    Args:
        overtaken: what is said where another process does; of an import unless given.
        patience: seconds to wait for the other one.

    Raises:
        Overtaken: another process does.
    """
    lock = _lock(name)
    if not frappe.qb.select(_take(lock, patience)).run()[0][0]:
        raise Overtaken(overtaken or _("This import is being run by another process."))
    try:
        yield
    finally:
        frappe.qb.select(_drop(lock)).run()


def is_running(name: str) -> bool:
    """Whether a living process is at it."""
    return frappe.qb.select(_user(_lock(name))).run()[0][0] is not None


def lock_row(name: str, position: int) -> None:
    """Lock the record of an import for a batch that begins at `position`.

    Raises:
        Overtaken: it is elsewhere by now.
    """
    table = frappe.qb.DocType(IMPORT)
    stored = frappe.qb.from_(table).select(table.position).where(table.name == name).for_update().run()
    if not stored or cint(stored[0][0]) != position:
        raise Overtaken(_("This import is being run by another process."))


def _lock(name: str) -> str:
    """Name of the lock on the database server, which other sites use as well; 64 characters at most."""
    return "complaint-import:" + hashlib.sha256(f"{frappe.conf.db_name}:{name}".encode()).hexdigest()[:32]
