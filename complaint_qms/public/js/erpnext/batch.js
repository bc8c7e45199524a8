// From a batch to a recall of it.
frappe.ui.form.on("Batch", {
	refresh(frm) {
		if (frm.is_new() || !frappe.model.can_create("Field Action")) return;
		const values = { batch_no: frm.doc.name, item_code: frm.doc.item };
		frm.add_custom_button(__("Field Action"), () => frappe.new_doc("Field Action", values), __("Create"));
	},
});
