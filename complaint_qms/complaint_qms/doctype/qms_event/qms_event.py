"""Controller of an event that waits for its listeners; complaint_qms.services.events keeps it."""

import frappe
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

from complaint_qms.controllers.record import Checked


class QMSEvent(Checked):
    @staticmethod
    def clear_old_logs(days: int = 365) -> None:
        """Called by the framework's Log Settings: what was given up goes; what waits is still to be told."""
        table = frappe.qb.DocType("QMS Event")
        old = table.creation < (Now() - Interval(days=days))
        frappe.db.delete(table, filters=old & (table.state == "given_up"))
