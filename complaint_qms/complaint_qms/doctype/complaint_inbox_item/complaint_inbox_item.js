frappe.ui.form.on("Complaint Inbox Item", {
	async refresh(frm) {
		frm.disable_save();
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_inbox_item(frm);
	},
});
