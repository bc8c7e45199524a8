frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Open Complaints by Stage"] = {
	method: "complaint_qms.complaint_qms.dashboard_chart_source.open_complaints_by_stage.open_complaints_by_stage.get",
	filters: complaint_qms.reports.chart_filters(),
};
