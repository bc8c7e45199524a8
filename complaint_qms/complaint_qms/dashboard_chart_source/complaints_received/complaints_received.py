import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.services.reporting import figures


@frappe.whitelist()
@checked
@frappe.read_only()
def get(
    filters: dict | str | None = None,
    timespan: str | None = None,
    time_interval: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
) -> dict:
    return figures.received(filters, timespan, time_interval, from_date, to_date)
