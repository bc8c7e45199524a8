"""Work on many records in one transaction, in which no single record stands in the way of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import frappe

from complaint_qms.services.transactions import roll_back_to

Item = TypeVar("Item")
Done = TypeVar("Done")
_SAVEPOINT: Final = "batch"
_LOGGED: Final = "complaint_qms_batch_error"
_DAY: Final = 24 * 3600


def in_parts(
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Done],
    what: str,
    record: Callable[[Item], tuple[str, str]],
) -> list[Done]:
    """Do `work` on all of the items and commit. Where it raises, nothing of it stays, and each half is tried by itself,
    down to the one item that it cannot do: that is logged, once a day, and left for the next time.

    Args:
        what: what failed, in English, for the Error Log.
        record: DocType and name of an item's record.
    """
    if not items:
        return []
    frappe.db.savepoint(_SAVEPOINT)
    try:
        done = work(items)
    except Exception:
        error = frappe.get_traceback()
        roll_back_to(_SAVEPOINT)
        if len(items) == 1:
            _log(what, error, *record(items[0]))
            return []
        half = len(items) // 2
        return in_parts(items[:half], work, what, record) + in_parts(items[half:], work, what, record)
    frappe.db.commit()
    return [done]


def _log(what: str, error: str, doctype: str, name: str) -> None:
    key = f"{_LOGGED}:{what}:{doctype}:{name}"
    if frappe.cache.get_value(key, expires=True):
        return
    frappe.log_error(title=what, message=error, reference_doctype=doctype, reference_name=name)
    frappe.cache.set_value(key, 1, expires_in_sec=_DAY)
    frappe.db.commit()
