"""Root causes and reportability assessments say which company they belong to, as user permissions need it."""

import frappe


def execute() -> None:
    """Fill the empty ones from the investigation, or from the complaint: one statement a company and source."""
    companies = frappe.get_all("Company", pluck="name", order_by="name asc")
    for doctype, field, source in (
        ("Root Cause", "investigation", "Investigation"),
        ("Root Cause", "complaint", "Complaint"),
        ("Reportability Assessment", "complaint", "Complaint"),
    ):
        table, origin = frappe.qb.DocType(doctype), frappe.qb.DocType(source)
        empty = table.company.isnull() | (table.company == "")
        for company in companies:
            of_company = frappe.qb.from_(origin).select(origin.name).where(origin.company == company)
            query = frappe.qb.update(table).set(table.company, company)
            query.where(empty & table[field].isin(of_company)).run()
