frappe.ui.form.on("Reportability Assessment", {
	setup(frm) {
		frm.set_query("rule_set", () => ({ filters: { status: "in_force" } }));
	},
	async refresh(frm) {
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_questions(frm);
		complaint_qms.desk.offer_report(frm);
		if (!frm.is_new() && !frm.is_dirty()) complaint_qms.desk.load_judgements(frm);
	},
	async rule_set(frm) {
		if (!frm.doc.rule_set) return;
		const { message } = await frappe.db.get_value("Reporting Rule Set", frm.doc.rule_set, "jurisdiction");
		frm.set_value("jurisdiction", message.jurisdiction);
		// The questions set them.
		frm.set_value({ rule_key: "", deadline: "" });
	},
});
