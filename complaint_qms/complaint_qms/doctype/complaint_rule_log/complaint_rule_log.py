"""Controller of a rule's firing; complaint_qms.services.rules.log writes it."""

import frappe
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

from complaint_qms.controllers.record import Checked
from complaint_qms.services.rules import log


class ComplaintRuleLog(Checked):
    def onload(self):
        log.tell_reader(self)

    @staticmethod
    def clear_old_logs(days: int = 730) -> None:
        """Called by the framework's Log Settings; what still waits stays."""
        table = frappe.qb.DocType("Complaint Rule Log")
        old = (table.creation < (Now() - Interval(days=days))) & (table.state != "waiting")
        frappe.db.delete(table, filters=old)
