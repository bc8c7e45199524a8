"""Going back to a mark within a transaction, and doing again what the database has given up."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

import frappe
from frappe import _

from complaint_qms.exceptions import TryAgainError
from complaint_qms.message_log import MessagesSince, messages_dropped_on

_Result = TypeVar("_Result")
_ATTEMPTS: Final = 6
_GIVEN_UP: Final = (frappe.QueryDeadlockError, frappe.QueryTimeoutError)
OVERTAKEN: Final = (*_GIVEN_UP, frappe.TimestampMismatchError, TryAgainError)
"""What it means that others were working on the same: the database gave it up, or what was read is no more what is stored."""


def roll_back_to(save_point: str) -> None:
    """Undo what came after a mark; all of the transaction where a commit or a deadlock has taken the mark away."""
    try:
        frappe.db.rollback(save_point=save_point)
    except frappe.db.OperationalError:
        frappe.db.rollback()


def without_deadlock(act: Callable[[], _Result]) -> _Result:
    """Do something that others do at the same moment; once more where they were faster, or the database gives it up for them.

    Only what begins a transaction is done again: whatever was written before it is gone as well.

    Raises:
        frappe.QueryDeadlockError: it was given up too often, or something else went with it; or another of `OVERTAKEN`.
    """
    alone = not frappe.db.transaction_writes
    told = MessagesSince()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return act()
        except OVERTAKEN as error:
            if alone or isinstance(error, _GIVEN_UP):
                frappe.db.rollback()
            if not alone or attempt == _ATTEMPTS:
                raise
            told.drop()
            time.sleep(random.uniform(0.01, 0.05 * attempt))
    raise AssertionError("one of the attempts ends it")


def once_others_are_done(act: Callable[[], _Result]) -> _Result:
    """What a request asks for, also where others are working on the same a few times.

    Raises:
        TryAgainError: they did so each time.
    """
    try:
        with messages_dropped_on(*OVERTAKEN):
            return without_deadlock(act)
    except OVERTAKEN:
        frappe.throw(
            _(
                "Too many requests were changing the same records at this moment. Nothing was changed: send it again."
            ),
            TryAgainError,
        )
