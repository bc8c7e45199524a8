frappe.ui.form.on("Complaint Chat", {
	async refresh(frm) {
		frm.disable_save();
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_chat(frm);
	},
});
