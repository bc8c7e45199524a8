frappe.listview_settings["Complaint Chat"] = {
	add_fields: ["mode", "waits", "last_message"],
	hide_name_column: true,
	get_indicator: (doc) =>
		doc.waits
			? [complaint_qms.markup.esc(__("Waits for an Answer", null, "Complaint Chat")), "orange", "waits,=,1"]
			: complaint_qms.labels.indicator(doc.mode, "mode"),
	formatters: {
		last_message_at: (value) => complaint_qms.markup.esc(complaint_qms.lists.age(value)),
	},
};
