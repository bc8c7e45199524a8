frappe.listview_settings["CAPA"] = {
	add_fields: ["stage", "verdict", "window_end"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.stage, "stage"),
	formatters: {
		stage: (value, df) => complaint_qms.labels.list_pill(value, df),
		capa_type: (value, df) => complaint_qms.labels.list_pill(value, df),
	},
};
