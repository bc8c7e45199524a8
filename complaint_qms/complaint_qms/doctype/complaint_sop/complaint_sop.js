const STAGES = ["intake", "triage", "investigate", "solve", "confirm", "execute", "review"];

frappe.ui.form.on("Complaint SOP", {
	setup(frm) {
		frm.set_query("escalation_role", complaint_qms.given_roles);
		frm.set_query("responsible_role", "stages", complaint_qms.given_roles);
		frm.set_query("escalate_to_role", "stages", complaint_qms.given_roles);
	},
	refresh(frm) {
		if (frm.doc.__islocal && !(frm.doc.stages || []).length) fill_stages(frm);
		if (!frm.is_new()) {
			frm.add_custom_button(__("Complaints under this SOP"), () => frappe.set_route("List", "Complaint", { sop: frm.doc.name }));
		}
	},
});

// A new SOP starts with the whole way, so that nobody has to know the stages by heart.
function fill_stages(frm) {
	for (const stage of STAGES) frm.add_child("stages", { stage });
	frm.refresh_field("stages");
}
