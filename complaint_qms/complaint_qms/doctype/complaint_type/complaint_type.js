frappe.ui.form.on("Complaint Type", {
	setup(frm) {
		frm.set_query("parent_complaint_type", () => ({ filters: { is_group: 1, name: ["!=", frm.doc.name || ""] } }));
		frm.set_query("default_sop", () => ({ filters: { enabled: 1 } }));
	},
	async refresh(frm) {
		frm.set_intro("");
		if (!frm.doc.keywords && !frm.doc.is_group) {
			frm.set_intro(__("Add keywords, one a line: complaints that contain one get this type proposed."), "blue");
		}
		await complaint_qms.load_desk();
		if (!frm.is_new()) complaint_qms.desk.offer_common_factors(frm, { complaint_type: frm.doc.name });
	},
});
