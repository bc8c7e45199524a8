frappe.ui.form.on("Management Review", {
	before_load(frm) {
		// Of any field of this name the framework takes the site's language for the default; what it finds here it keeps.
		if (frm.is_new() && !frm.doc.amended_from) frm.doc.language = frappe.boot.lang;
	},

	async refresh(frm) {
		// Of a submitted review the server takes the state of its actions alone.
		const is_kept = frm.doc.docstatus > 0;
		for (const rule of ["cannot_add_rows", "cannot_delete_rows"]) frm.set_df_property("actions", rule, is_kept);
		// The grid shows its buttons all the same; they would do nothing.
		frm.get_field("actions").grid.wrapper.find(".grid-add-row, .grid-add-multiple-rows, .grid-upload").toggle(!is_kept);
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_review(frm);
	},
});
