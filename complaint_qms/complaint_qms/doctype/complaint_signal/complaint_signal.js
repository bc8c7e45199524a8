frappe.ui.form.on("Complaint Signal", {
	async refresh(frm) {
		frm.disable_save();
		await complaint_qms.load_desk();
		if (frm.is_new()) return;
		complaint_qms.desk.draw_signal(frm);
		if (frappe.model.can_create("Reportability Assessment") && ["new", "under_review"].includes(frm.doc.state)) {
			frm.add_custom_button(__("New Reportability Assessment"), () => frappe.new_doc("Reportability Assessment", { signal: frm.doc.name }));
		}
	},
});
