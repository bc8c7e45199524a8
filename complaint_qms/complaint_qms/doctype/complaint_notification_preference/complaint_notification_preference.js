frappe.ui.form.on("Complaint Notification Preference", {
	setup(frm) {
		const reach_persons = { service: ["in", ["wecom_app", "whatsapp", "sms"]], enabled: 1 };
		frm.set_query("channel", "choices", () => ({ filters: reach_persons }));
		frm.fields_dict.choices.grid.update_docfield_property("role", "hidden", 1);
		frm.fields_dict.choices.grid.update_docfield_property("role", "in_list_view", 0);
	},
	refresh(frm) {
		frm.add_custom_button(__("Desk and Email"), () => frappe.set_route("Form", "Notification Settings", frm.doc.user));
	},
});
