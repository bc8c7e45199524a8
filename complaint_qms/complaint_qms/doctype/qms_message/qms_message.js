frappe.ui.form.on("QMS Message", {
	refresh(frm) {
		if (frm.doc.state === "given_up" && frm.doc.channel !== "desk" && !frm.doc.to_address) {
			frm.add_custom_button(__("Send Again"), () => complaint_qms.given_up.again("send_messages", [frm.doc.name], () => frm.reload_doc()));
		}
	},
});
