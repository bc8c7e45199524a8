frappe.ui.form.on("Reporting Rule Set", {
	async refresh(frm) {
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_rule_set(frm);
	},
});
