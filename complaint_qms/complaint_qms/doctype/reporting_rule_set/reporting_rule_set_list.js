frappe.listview_settings["Reporting Rule Set"] = {
	add_fields: ["status"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.status, "status"),
};
