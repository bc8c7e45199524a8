frappe.ui.form.on("Delivery Note", {
	refresh: (frm) => complaint_qms.offer_complaint(frm),
});
