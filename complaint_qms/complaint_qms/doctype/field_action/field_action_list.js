const is_late = ({ stage, due_date }) => !["ended", "cancelled"].includes(stage) && due_date && due_date < frappe.datetime.get_today();

frappe.listview_settings["Field Action"] = {
	add_fields: ["stage", "due_date", "is_mock"],
	get_indicator(doc) {
		const { label, indicator } = complaint_qms.labels;
		const text = doc.is_mock ? `${label(doc.stage)} · ${__("Mock Recall")}` : label(doc.stage);
		if (is_late(doc)) return indicator(doc.stage, "stage", { tone: "overdue", text: `${text} · ${label("overdue")}` });
		return indicator(doc.stage, "stage", { text });
	},
	formatters: {
		due_date: (value, df, doc) => complaint_qms.lists.due_html(value, is_late(doc)),
		stage: (value, df) => complaint_qms.labels.list_pill(value, df),
		action_type: (value, df) => complaint_qms.labels.list_pill(value, df),
	},
};
