frappe.ui.form.on("Complaint Survey", {
	refresh(frm) {
		frm.disable_save();
		const { second_look, follow_up_done_at, follow_up_by } = frm.doc;
		const is_mine = follow_up_by === frappe.session.user || frappe.user.has_role("Complaint Manager");
		if (second_look !== "follow_up" || follow_up_done_at || !is_mine) return;
		const button = frm.add_custom_button(__("Follow-up Done"), () => finish(frm));
		button.removeClass("btn-default").addClass("btn-primary");
	},
});

function finish(frm) {
	frappe.prompt(
		{ fieldname: "note", fieldtype: "Small Text", label: __("What Was Done"), reqd: 1 },
		({ note }) => frappe.xcall("complaint_qms.api.survey.finish_follow_up", { survey: frm.doc.name, note }).then(() => frm.reload_doc()),
		__("Follow-up Done"),
		__("Save")
	);
}
