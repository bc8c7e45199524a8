frappe.listview_settings["Complaint Topic"] = {
	add_fields: ["state"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.state, "state"),
	onload(list) {
		if (!frappe.user.has_role(["Complaint Manager", "Quality Manager", "System Manager"])) return;
		list.page.add_inner_button(__("Find Topics Now"), () =>
			frappe.xcall("complaint_qms.api.topics.find_topics").then(({ begun, text }) =>
				frappe.msgprint({
					title: begun ? __("Reading Has Begun") : __("Not Read"),
					indicator: begun ? "blue" : "orange",
					message: complaint_qms.markup.told(text),
				})
			)
		);
	},
};
