frappe.listview_settings["CAPA"] = {
	add_fields: ["stage", "verdict", "window_end"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.stage, "stage"),
	formatters: {
		// What is due next is told by the server: an action, or the end of the window.
		window_end: (value, df, doc) => (doc.stage === "effectiveness" ? complaint_qms.lists.due_html(value) : ""),
		stage: (value, df) => complaint_qms.labels.list_pill(value, df),
		capa_type: (value, df) => complaint_qms.labels.list_pill(value, df),
	},
};
