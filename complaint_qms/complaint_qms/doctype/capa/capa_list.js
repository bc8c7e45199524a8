frappe.listview_settings["CAPA"] = {
	add_fields: ["stage", "verdict", "window_end"],
	get_indicator: (doc) => [
		complaint_qms.labels.label(doc.stage),
		complaint_qms.labels.color(doc.stage),
		`stage,=,${doc.stage}`,
	],
	formatters: {
		stage: (value, df) => complaint_qms.labels.list_pill(value, df),
		capa_type: (value, df) => complaint_qms.labels.list_pill(value, df),
	},
};
