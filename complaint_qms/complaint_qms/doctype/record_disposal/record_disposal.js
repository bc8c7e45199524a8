frappe.ui.form.on("Record Disposal", {
	async refresh(frm) {
		await complaint_qms.load_desk();
		const is_draft = frm.is_new() || frm.doc.status === "draft";
		for (const field of ["reason", "company", "term_over_before"]) frm.set_df_property(field, "read_only", is_draft ? 0 : 1);
		if (!is_draft) frm.disable_save();
		complaint_qms.desk.draw_disposal(frm);
	},
});
