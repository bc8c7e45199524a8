"""Controller of a message in the outbox; complaint_qms.services.notify writes and sends it."""

import frappe
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

from complaint_qms.controllers.record import Checked


class QMSMessage(Checked):
    @staticmethod
    def clear_old_logs(days: int = 90) -> None:
        """Called by the framework's Log Settings: what was sent or came too late goes; what was given up stays."""
        table = frappe.qb.DocType("QMS Message")
        old = (table.creation < (Now() - Interval(days=days))) & table.state.isin(("sent", "expired"))
        frappe.db.delete(table, filters=old)
