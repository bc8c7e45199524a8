frappe.ui.form.on("Sales Invoice", {
	refresh: (frm) => complaint_qms.offer_complaint(frm),
});
