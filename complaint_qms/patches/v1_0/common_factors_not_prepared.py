"""Common Factors is worked out by a job of the app's own. Where the framework has turned it into a Prepared Report for everybody, it is one
no more, and the results that lie there go."""

import frappe

_REPORT = "Common Factors"


def execute() -> None:
    frappe.db.set_value("Report", _REPORT, "prepared_report", 0)
    for name in frappe.get_all("Prepared Report", {"report_name": _REPORT}, pluck="name"):
        frappe.delete_doc("Prepared Report", name, ignore_permissions=True, force=True)
