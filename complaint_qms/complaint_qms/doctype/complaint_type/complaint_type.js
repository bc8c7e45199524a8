frappe.ui.form.on("Complaint Type", {
	setup(frm) {
		frm.set_query("parent_complaint_type", () => ({ filters: { is_group: 1, name: ["!=", frm.doc.name || ""] } }));
		frm.set_query("default_sop", () => ({ filters: { enabled: 1 } }));
	},
	refresh(frm) {
		frm.set_intro("");
		if (!frm.doc.keywords && !frm.doc.is_group) {
			frm.set_intro(__("Add keywords, one a line: complaints that contain one get this type proposed."), "blue");
		}
	},
});
