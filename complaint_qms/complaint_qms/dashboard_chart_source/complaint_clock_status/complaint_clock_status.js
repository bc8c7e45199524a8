frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Complaint Clock Status"] = {
	method: "complaint_qms.complaint_qms.dashboard_chart_source.complaint_clock_status.complaint_clock_status.get",
	filters: complaint_qms.reports.chart_filters(),
};
