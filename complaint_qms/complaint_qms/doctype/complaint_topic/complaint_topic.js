frappe.ui.form.on("Complaint Topic", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Complaints"), () => frappe.set_route("List", "Complaint", "List", { topic: frm.doc.name }));
		frm.add_custom_button(__("By Month"), () => frappe.set_route("query-report", "Complaint Topics"));
	},
});
