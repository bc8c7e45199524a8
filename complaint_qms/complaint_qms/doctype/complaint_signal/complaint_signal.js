frappe.ui.form.on("Complaint Signal", {
	async refresh(frm) {
		frm.disable_save();
		await complaint_qms.load_desk();
		if (!frm.is_new()) complaint_qms.desk.draw_signal(frm);
	},
});
