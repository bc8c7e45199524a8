frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Complaints Received"] = {
	method: "complaint_qms.complaint_qms.dashboard_chart_source.complaints_received.complaints_received.get",
	filters: [
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "complaint_type", label: __("Complaint Type"), fieldtype: "Link", options: "Complaint Type" },
		{ fieldname: "item_group", label: __("Item Group"), fieldtype: "Link", options: "Item Group" },
		{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
	],
};
