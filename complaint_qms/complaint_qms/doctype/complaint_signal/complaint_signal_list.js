frappe.listview_settings["Complaint Signal"] = {
	add_fields: ["state"],
	formatters: { trend: (value, df) => complaint_qms.labels.list_pill(value, df) },
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.state, "state"),
};
