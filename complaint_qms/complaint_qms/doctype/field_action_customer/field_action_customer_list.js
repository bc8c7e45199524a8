frappe.listview_settings["Field Action Customer"] = {
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.state, "state"),
	formatters: { state: (value, df) => complaint_qms.labels.list_pill(value, df) },
};
