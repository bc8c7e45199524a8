frappe.listview_settings["Investigation"] = {
	add_fields: ["stage", "due_date", "outcome"],
	get_indicator(doc) {
		const { label, color } = complaint_qms.labels;
		const open = !["completed", "void"].includes(doc.stage);
		if (open && doc.due_date && doc.due_date < frappe.datetime.get_today()) {
			return [`${label(doc.stage)} · ${label("overdue")}`, "red", `stage,=,${doc.stage}`];
		}
		return [label(doc.stage), color(doc.stage), `stage,=,${doc.stage}`];
	},
	formatters: {
		stage: (value, df) => complaint_qms.labels.list_pill(value, df),
		outcome: (value, df) => complaint_qms.labels.list_pill(value, df),
	},
};
