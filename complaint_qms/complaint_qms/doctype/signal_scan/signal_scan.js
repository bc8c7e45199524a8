frappe.ui.form.on("Signal Scan", {
	async refresh(frm) {
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_scan(frm);
	},
});
