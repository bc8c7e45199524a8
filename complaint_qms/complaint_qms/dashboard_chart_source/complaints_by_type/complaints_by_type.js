frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Complaints by Type"] = {
	method: "complaint_qms.complaint_qms.dashboard_chart_source.complaints_by_type.complaints_by_type.get",
	filters: complaint_qms.reports.chart_filters(),
};
