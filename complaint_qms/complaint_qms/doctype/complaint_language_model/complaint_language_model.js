// Whether the connection works: one word is asked for, with no text of a complaint.
const TEST = "complaint_qms.api.language_model.test";

frappe.ui.form.on("Complaint Language Model", {
	refresh(frm) {
		if (!frm.doc.enabled || !frm.perm[0]?.write) return;
		frm.add_custom_button(__("Test the Connection"), async () => {
			if (frm.is_dirty()) return frappe.show_alert({ message: __("Save first: what is stored is tested."), indicator: "orange" });
			const { message } = await frappe.call({ method: TEST, type: "POST", freeze: true, freeze_message: __("The model is asked…") });
			frappe.msgprint({
				title: message.works ? __("It Works") : __("It Does Not Work"),
				message: complaint_qms.markup.esc(message.said),
				indicator: message.works ? "green" : "red",
			});
		});
	},
});
