frappe.ui.form.on("Regulatory Report", {
	async refresh(frm) {
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_report(frm);
	},
});
