"""Controller of a message in the outbox; complaint_qms.services.notify writes and sends it."""

from typing import Final

import frappe
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

from complaint_qms.controllers.record import Checked

GIVEN_UP_DAYS: Final = 365
"""How long what was given up stays at least: somebody may still want to know of it."""


class QMSMessage(Checked):
    @staticmethod
    def clear_old_logs(days: int = 90) -> None:
        """Called by the framework's Log Settings: what was sent or came too late goes, what was given up after a year."""
        table = frappe.qb.DocType("QMS Message")
        old = (table.creation < (Now() - Interval(days=days))) & table.state.isin(("sent", "expired"))
        longer = table.creation < (Now() - Interval(days=max(days, GIVEN_UP_DAYS)))
        frappe.db.delete(table, filters=old | (longer & (table.state == "given_up")))
