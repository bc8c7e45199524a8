frappe.listview_settings["Investigation"] = {
	add_fields: ["stage", "due_date", "outcome"],
	get_indicator(doc) {
		const { label, indicator } = complaint_qms.labels;
		const open = !["completed", "void"].includes(doc.stage);
		if (open && doc.due_date && doc.due_date < frappe.datetime.get_today()) {
			return indicator(doc.stage, "stage", { tone: "overdue", text: `${label(doc.stage)} · ${label("overdue")}` });
		}
		return indicator(doc.stage, "stage");
	},
	formatters: {
		stage: (value, df) => complaint_qms.labels.list_pill(value, df),
		outcome: (value, df) => complaint_qms.labels.list_pill(value, df),
	},
};
