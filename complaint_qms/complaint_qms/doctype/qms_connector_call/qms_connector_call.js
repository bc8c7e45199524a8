// A call that was given up is made once more by a person.
frappe.ui.form.on("QMS Connector Call", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.state !== "failed" || frm.doc.kind === "connection_test" || !frm.perm[0]?.write) return;
		frm.add_custom_button(__("Try Again"), async () => {
			await frappe.xcall("complaint_qms.api.connectors.try_again", { calls_given_up: [frm.doc.name] }, "POST");
			frappe.show_alert({ message: __("It is made once more by a job."), indicator: "green" });
			frm.reload_doc();
		});
	},
});
