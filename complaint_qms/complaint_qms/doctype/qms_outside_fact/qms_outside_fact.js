// What was seen is read, never written.
frappe.ui.form.on("QMS Outside Fact", {
	refresh: (frm) => frm.disable_save(),
});
