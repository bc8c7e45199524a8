frappe.ui.form.on("Customer", {
	refresh: (frm) => complaint_qms.offer_complaint(frm),
});
