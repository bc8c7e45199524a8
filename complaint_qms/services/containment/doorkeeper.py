"""Who moves goods and who holds or releases them pass one door: submissions side by side, a hold and a release alone.

A hold that waits for its place in an index keeps nobody out who comes after it, so submissions that overlap without end would leave
it waiting until the database gives it up. Here it waits in line: whoever asks after it passes after it. The door is one row of the site
that is always there and that nobody else locks: the DocType of the hold.
"""

from __future__ import annotations

import time
from typing import Final

import frappe
from frappe import _

from complaint_qms.constants.containment import HOLD

_PATIENCE: Final = 5
"""Seconds that a hold waits in line. Those behind it wait as long, so that one transaction that lasts stops the site's stock no longer."""
_TURNS: Final = 10
_PAUSE: Final = 1.0
"""Seconds for which the others go on before it stands in line again."""
AT_ONCE: Final = 0
"""Turns of whoever has locked something that those at the door may want: it never waits for them."""
BY_JOB: Final = 2
"""Turns of a job, which comes again by itself."""


class StillMovingError(frappe.ValidationError):
    """Goods were being moved, by something that takes long, whenever they were to be held or released.

    None of `TryAgainError`, which is tried again within the request: the time for that has been waited already.
    """

    http_status_code = 409


def pass_together() -> None:
    """Let no hold in until the transaction ends; waits for one that is being made or waits itself."""
    _lock("LOCK IN SHARE MODE")


def pass_alone(turns: int | None = None) -> None:
    """Wait for all who are moving goods, and let nobody begin until the transaction ends.

    Args:
        turns: how often to stand in line, by default as often as a person waits for; `AT_ONCE` for not waiting at all.

    Raises:
        StillMovingError: one of them took longer than that.
    """
    most = _TURNS if turns is None else turns
    for turn in range(1, max(1, most) + 1):
        try:
            _lock(f"FOR UPDATE WAIT {_PATIENCE}" if most else "FOR UPDATE NOWAIT")
            return
        except frappe.QueryTimeoutError:
            if turn < most:
                time.sleep(_PAUSE)
    frappe.throw(
        _(
            "Goods are being booked at this moment by something that takes long, such as the closing of a till. Nothing was held or released: do it again in a minute."
        ),
        StillMovingError,
    )


def _lock(how: str) -> None:
    """The one statement whose end is written by hand: the builder has no shared locks and none that wait for so long. MariaDB's words,
    the database that ERPNext runs on."""
    row = frappe.qb.DocType("DocType")
    query = frappe.qb.from_(row).select(row.name).where(row.name == HOLD)
    frappe.db.sql(f"{query.get_sql()} {how}")
