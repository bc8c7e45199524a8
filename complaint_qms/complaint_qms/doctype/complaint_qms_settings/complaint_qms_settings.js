// What the settings offer for a settlement's documents.
frappe.ui.form.on("Complaint QMS Settings", {
	refresh(frm) {
		// The server refuses the trial to who may not change the settings.
		if (frm.perm[0]?.write) complaint_qms.load_desk().then(() => complaint_qms.desk.offer_threshold_trial(frm));
		if (!frappe.user.has_role("System Manager")) return;
		frm.page.add_menu_item(__("Load or Remove Demo Data"), () => complaint_qms.load_desk().then(() => complaint_qms.desk.offer_demo()));
	},
	setup(frm) {
		frm.set_query("goodwill_account", () => ({ filters: { is_group: 0, disabled: 0, root_type: ["in", ["Expense", "Income"]] } }));
		frm.set_query("fallback_handler_role", complaint_qms.given_roles);
		frm.set_query("role", "approval_limits", complaint_qms.given_roles);
		frm.set_query("role", "notification_choices", complaint_qms.given_roles);
		frm.set_query("return_warehouse", () => {
			const company = frm.doc.default_company;
			return { filters: { is_group: 0, disabled: 0, ...(company && { company }) } };
		});
	},
});
