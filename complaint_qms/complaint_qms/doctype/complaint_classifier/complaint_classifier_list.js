frappe.listview_settings["Complaint Classifier"] = {
	add_fields: ["state"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.state, "state"),
	onload(list) {
		if (!complaint_qms.may_train()) return;
		list.page.add_inner_button(__("Train Now"), () =>
			frappe.xcall("complaint_qms.api.classifier.train").then(({ begun, text }) =>
				frappe.msgprint({
					title: begun ? __("Training Has Begun") : __("Not Trained"),
					indicator: begun ? "blue" : "orange",
					message: complaint_qms.markup.told(text),
				})
			)
		);
	},
};
