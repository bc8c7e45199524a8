frappe.ui.form.on("Signal Back-test", {
	async refresh(frm) {
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_back_test(frm);
	},
});
