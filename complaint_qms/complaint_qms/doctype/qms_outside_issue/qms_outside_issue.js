// An issue in another system is read, never written.
frappe.ui.form.on("QMS Outside Issue", {
	refresh: (frm) => frm.disable_save(),
});
