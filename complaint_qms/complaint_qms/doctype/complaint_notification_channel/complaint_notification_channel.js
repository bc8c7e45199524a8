frappe.ui.form.on("Complaint Notification Channel", {
	refresh(frm) {
		if (frm.is_new() || !frm.perm[0].write) return;
		frm.add_custom_button(__("Send a Test"), async () => {
			if (frm.is_dirty()) await frm.save();
			const { ok, said } = await frappe.xcall("complaint_qms.api.notifications.send_test", { channel: frm.doc.name });
			const title = ok ? __("Sent") : __("Not Sent");
			frappe.msgprint({ title, message: complaint_qms.markup.esc(said), indicator: ok ? "green" : "red" });
		});
	},
});
