frappe.ui.form.on("Complaint Notification Preference", {
	setup(frm) {
		const reach_persons = { service: ["in", ["wecom_app", "whatsapp", "sms"]], enabled: 1 };
		frm.set_query("channel", "choices", () => ({ filters: reach_persons }));
	},
	refresh(frm) {
		frm.add_custom_button(__("Desk and Email"), () => frappe.set_route("Form", "Notification Settings", frm.doc.user));
	},
});
