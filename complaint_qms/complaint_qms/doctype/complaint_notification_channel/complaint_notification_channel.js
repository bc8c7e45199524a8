frappe.ui.form.on("Complaint Notification Channel", {
	async refresh(frm) {
		// The framework puts in the user's own company and language; a group hears of all companies unless somebody says so.
		if (frm.is_new() && !frm.cq_begun) {
			const restricted = frappe.defaults.get_user_permissions().Company;
			await frm.set_value(restricted ? { language: "" } : { company: "", language: "" });
		}
		frm.cq_begun = true;
		if (frm.is_new() || !frm.perm[0].write) return;
		frm.add_custom_button(__("Send a Test"), async () => {
			if (frm.is_dirty()) await frm.save();
			const { ok, said } = await frappe.xcall("complaint_qms.api.notifications.send_test", { channel: frm.doc.name });
			const title = ok ? __("Sent") : __("Not Sent");
			frappe.msgprint({ title, message: complaint_qms.markup.esc(said), indicator: ok ? "green" : "red" });
		});
	},
});
