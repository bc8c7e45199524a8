frappe.ui.form.on("Reportability Assessment", {
	setup(frm) {
		frm.set_query("rule_set", () => ({ filters: { status: "in_force" } }));
	},
	async refresh(frm) {
		await complaint_qms.load_desk();
		complaint_qms.desk.draw_questions(frm);
		if (frm.is_new()) await propose_awareness(frm);
		complaint_qms.desk.offer_report(frm);
		if (!frm.is_new() && !frm.is_dirty()) complaint_qms.desk.load_judgements(frm);
	},
	complaint: propose_awareness,
	async rule_set(frm) {
		if (!frm.doc.rule_set) return;
		const { message } = await frappe.db.get_value("Reporting Rule Set", frm.doc.rule_set, "jurisdiction");
		frm.set_value("jurisdiction", message.jurisdiction);
		// The questions set them.
		frm.set_value({ rule_key: "", deadline: "" });
	},
});

/** The day that the complaint knows of, as the server would take it; what was entered stays. */
async function propose_awareness(frm) {
	const { complaint, awareness_date } = frm.doc;
	if (!complaint || awareness_date) return;
	const { message } = await frappe.db.get_value("Complaint", complaint, "awareness_date");
	if (message?.awareness_date && !frm.doc.awareness_date && frm.doc.complaint === complaint)
		await frm.set_value("awareness_date", message.awareness_date);
}
