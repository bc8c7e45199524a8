frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Complaints Received"] = {
	method: "complaint_qms.complaint_qms.dashboard_chart_source.complaints_received.complaints_received.get",
	filters: complaint_qms.reports.chart_filters(),
};
