frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Open Complaints by Stage"] = {
	method: "complaint_qms.complaint_qms.dashboard_chart_source.open_complaints_by_stage.open_complaints_by_stage.get",
	filters: [
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "complaint_type", label: __("Complaint Type"), fieldtype: "Link", options: "Complaint Type" },
		{ fieldname: "item_group", label: __("Item Group"), fieldtype: "Link", options: "Item Group" },
		{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
	],
};
