// A call that was given up is made once more by a person.
frappe.ui.form.on("QMS Connector Call", {
	refresh(frm) {
		frm.disable_save();
		const { state, kind, message } = frm.doc;
		// Of what was sent to us, that alone can be read again which was kept.
		const can_repeat = state === "failed" && kind !== "connection_test" && (kind !== "facts_received" || message);
		if (!can_repeat || !frm.perm[0]?.write) return;
		frm.add_custom_button(__("Try Again"), async () => {
			await frappe.xcall("complaint_qms.api.connectors.try_again", { calls_given_up: [frm.doc.name] }, "POST");
			frappe.show_alert({ message: __("It is made once more by a job."), indicator: "green" });
			frm.reload_doc();
		});
	},
});
