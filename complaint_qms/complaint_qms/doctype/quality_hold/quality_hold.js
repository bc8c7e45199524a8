frappe.ui.form.on("Quality Hold", {
	setup(frm) {
		const in_item = (field) => (_doc, cdt, cdn) => {
			const { item_code } = frappe.get_doc(cdt, cdn);
			return { filters: item_code ? { [field]: item_code } : {} };
		};
		frm.set_query("batch_no", "lots", in_item("item"));
		frm.set_query("serial_no", "lots", in_item("item_code"));
	},

	async refresh(frm) {
		await complaint_qms.load_desk();
		// What is held stays as it was; the server says so as well.
		for (const field of ["reason", "lots", "company"]) frm.set_df_property(field, "read_only", frm.is_new() ? 0 : 1);
		for (const field of ["complaint", "investigation"]) frm.set_df_property(field, "read_only", frm.is_new() || !frm.doc[field] ? 0 : 1);
		complaint_qms.desk.draw_hold(frm);
	},
});
