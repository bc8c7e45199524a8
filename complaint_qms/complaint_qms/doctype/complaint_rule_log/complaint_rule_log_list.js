frappe.listview_settings["Complaint Rule Log"] = {
	add_fields: ["state"],
	get_indicator(doc) {
		const colors = { done: "green", partly_done: "orange", failed: "red", waiting: "blue" };
		return [complaint_qms.labels.label(doc.state), colors[doc.state] || "gray", `state,=,${doc.state}`];
	},
};
