frappe.listview_settings["Complaint Inbox Item"] = {
	add_fields: ["state", "received_at"],
	// The subject leads; its number stands on the form.
	hide_name_column: true,
	// What waits for a decision; a click on the filter's cross shows all there ever was.
	filters: [["state", "in", ["new", "waiting"]]],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.state, "state"),
	formatters: {
		received_at: (value) => complaint_qms.markup.esc(complaint_qms.lists.age(value)),
		road: (value) => complaint_qms.markup.esc(complaint_qms.labels.label(value)),
	},
};
