frappe.ui.form.on("Reportability Assessment", {
	async refresh(frm) {
		await frappe.require("qms_desk.bundle.js");
		if (!frm.is_new() && !frm.is_dirty()) complaint_qms.desk.load_judgements(frm);
	},
});
