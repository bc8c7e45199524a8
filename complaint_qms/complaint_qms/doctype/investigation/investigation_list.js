const is_late = ({ stage, due_date }) => !["completed", "void"].includes(stage) && due_date && due_date < frappe.datetime.get_today();

frappe.listview_settings["Investigation"] = {
	add_fields: ["stage", "due_date", "outcome"],
	get_indicator(doc) {
		const { label, indicator } = complaint_qms.labels;
		if (is_late(doc)) {
			return indicator(doc.stage, "stage", { tone: "overdue", text: `${label(doc.stage)} · ${label("overdue")}` });
		}
		return indicator(doc.stage, "stage");
	},
	formatters: {
		due_date: (value, df, doc) => complaint_qms.lists.due_html(value, is_late(doc)),
		stage: (value, df) => complaint_qms.labels.list_pill(value, df),
		outcome: (value, df) => complaint_qms.labels.list_pill(value, df),
	},
};
