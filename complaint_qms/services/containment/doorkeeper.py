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


class StillMovingError(frappe.ValidationError):
    """Goods were being moved, by something that takes long, whenever they were to be held or released."""


def pass_together() -> None:
    """Let no hold in until the transaction ends; waits for one that is being made or waits itself."""
    frappe.db.sql(f"{_door()} LOCK IN SHARE MODE")


def pass_alone() -> None:
    """Wait for all who are moving goods, and let nobody begin until the transaction ends.

    Raises:
        StillMovingError: one of them took longer than anybody should wait for.
    """
    for turn in range(1, _TURNS + 1):
        try:
            frappe.db.sql(f"{_door()} FOR UPDATE WAIT {_PATIENCE}")
            return
        except frappe.QueryTimeoutError:
            if turn < _TURNS:
                time.sleep(_PAUSE)
    frappe.throw(
        _(
            "Goods are being booked at this moment by something that takes long, such as the closing of a till. Nothing was held or released: do it again in a minute."
        ),
        StillMovingError,
    )


def _door() -> str:
    row = frappe.qb.DocType("DocType")
    return frappe.qb.from_(row).select(row.name).where(row.name == HOLD).get_sql()
