"""What a settlement's documents were granted is kept apart from what finance has made of them since."""

import frappe


def execute() -> None:
    """Documents from before come to what they come to now; free goods stay without a limit."""
    table = frappe.qb.DocType("Complaint Settlement Document")
    (
        frappe.qb.update(table)
        .set(table.granted_value, table.remedy_value)
        .set(table.granted_total, table.amount)
        .where((table.document_type == "Sales Invoice") & (table.granted_value == 0))
    ).run()
