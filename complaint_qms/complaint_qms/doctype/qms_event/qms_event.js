frappe.ui.form.on("QMS Event", {
	refresh(frm) {
		if (frm.doc.state === "given_up") {
			frm.add_custom_button(__("Tell Again"), () => complaint_qms.given_up.again("tell_listeners", [frm.doc.name], () => frm.reload_doc()));
		}
	},
});
