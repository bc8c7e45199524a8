frappe.ui.form.on("Complaint Handler", {
	setup(frm) {
		frm.set_query("user", () => ({ query: "complaint_qms.api.people.assignable", filters: { for: "Complaint" } }));
	},
	refresh(frm) {
		if (frm.is_new() || !frm.perm[0].write) return;
		frm.add_custom_button(__("Hand On All Work"), () =>
			complaint_qms.load_desk().then(() => complaint_qms.desk.hand_on_work(frm.doc.user))
		);
	},
});
