frappe.listview_settings["Root Cause"] = {
	add_fields: ["status", "category", "origin"],
	get_indicator: (doc) =>
		complaint_qms.labels.indicator(doc.status, "status", { text: complaint_qms.labels.choice(doc.status, { parent: "Root Cause" }) }),
	formatters: {
		cause_type: (value, df) => complaint_qms.labels.list_pill(value, df),
		category: (value, df) => complaint_qms.labels.list_pill(value, df),
		origin: (value, df) => complaint_qms.labels.list_pill(value, df),
	},
};
