frappe.ui.form.on("Sales Order", {
	refresh: (frm) => complaint_qms.offer_complaint(frm),
});
