frappe.listview_settings["Record Disposal"] = {
	add_fields: ["status"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.status, "status"),
};
