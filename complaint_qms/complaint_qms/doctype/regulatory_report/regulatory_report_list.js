frappe.listview_settings["Regulatory Report"] = {
	add_fields: ["status"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.status, "status"),
	formatters: {
		report_kind: (value, df) => complaint_qms.labels.list_pill(value, df),
		report_form: (value, df) => complaint_qms.labels.list_pill(value, df),
	},
};
