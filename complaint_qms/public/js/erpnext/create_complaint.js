// "Create → Complaint" on ERPNext's documents: the server prefills, the person checks and saves.
import { esc } from "../markup";

/** Add the button to a form whose DocType the server knows as a source. */
export function offer_complaint(frm) {
	if (frm.is_new() || !frappe.model.can_create("Complaint")) return;
	if (frappe.model.is_submittable(frm.doctype) && frm.doc.docstatus !== 1) return;
	if (cint(frm.doc.is_return)) return;
	frm.add_custom_button(__("Complaint"), () => create(frm), __("Create"));
}

function create(frm) {
	return frappe
		.call({
			method: "complaint_qms.api.create.from_document",
			args: { source_doctype: frm.doctype, source_name: frm.doc.name },
			freeze: true,
			freeze_message: esc(__("Collecting what {0} knows …", [frm.doc.name])),
		})
		.then(({ message }) => {
			const [doc] = frappe.model.sync(message);
			frappe.get_doc(doc.doctype, doc.name).__run_link_triggers = false;
			frappe.set_route("Form", doc.doctype, doc.name);
		});
}
