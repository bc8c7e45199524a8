frappe.ui.form.on("Legal Hold", {
	setup(frm) {
		frm.set_query("batch_no", () => ({ filters: frm.doc.item_code ? { item: frm.doc.item_code } : {} }));
		frm.set_query("serial_no", () => ({ filters: frm.doc.item_code ? { item_code: frm.doc.item_code } : {} }));
	},

	async refresh(frm) {
		await complaint_qms.load_desk();
		// What is held stays as it was; the server says so as well.
		const fields = ["reason", "reference", "company", "held_from", "complaint", "customer", "item_code", "batch_no", "serial_no"];
		for (const field of fields) frm.set_df_property(field, "read_only", frm.is_new() ? 0 : 1);
		if (!frm.is_new()) frm.disable_save();
		complaint_qms.desk.draw_legal_hold(frm);
	},
});
