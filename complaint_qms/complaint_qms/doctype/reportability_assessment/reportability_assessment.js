frappe.ui.form.on("Reportability Assessment", {
	async refresh(frm) {
		await complaint_qms.load_desk();
		if (!frm.is_new() && !frm.is_dirty()) complaint_qms.desk.load_judgements(frm);
	},
});
