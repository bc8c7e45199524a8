"""Going back to a mark within a transaction, and doing again what the database has given up."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

import frappe

_Result = TypeVar("_Result")
_ATTEMPTS: Final = 6


def roll_back_to(save_point: str) -> None:
    """Undo what came after a mark; all of the transaction where a commit or a deadlock has taken the mark away."""
    try:
        frappe.db.rollback(save_point=save_point)
    except frappe.db.OperationalError:
        frappe.db.rollback()


def without_deadlock(act: Callable[[], _Result]) -> _Result:
    """Do something that others do at the same moment; once more where the database gives it up for them.

    Only what begins a transaction is done again: whatever was written before it is gone as well.

    Raises:
        frappe.QueryDeadlockError: it was given up too often, or something else went with it.
    """
    alone = not frappe.db.transaction_writes
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return act()
        except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
            frappe.db.rollback()
            if not alone or attempt == _ATTEMPTS:
                raise
            time.sleep(random.uniform(0.01, 0.05 * attempt))
    raise AssertionError("one of the attempts ends it")
