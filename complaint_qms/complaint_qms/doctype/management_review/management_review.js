frappe.ui.form.on("Management Review", {
	async refresh(frm) {
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_review(frm);
	},
});
