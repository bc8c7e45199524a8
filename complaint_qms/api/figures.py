"""Which complaints lie behind a mark of a chart."""

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked
from complaint_qms.services.reporting import figures


@frappe.whitelist()
@checked
@frappe.read_only()
def behind(chart: str, index: int) -> dict | None:
    """Filters of the Complaint list for mark `index` (from 0) of `chart`, as the user has set the chart up.

    None when the chart has no such mark any more.
    """
    frappe.has_permission("Complaint", "read", throw=True)
    if chart not in figures.CHARTS:
        frappe.throw(_("There is no chart {0}.").format(frappe.bold(escape_html(chart))))
    routes = figures.chart(chart).get("routes") or []
    return routes[index] if 0 <= index < len(routes) else None
