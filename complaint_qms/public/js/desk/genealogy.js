import { offer_hold } from "./holding";

// From a complaint to the report that says where its unit came from, and who else has some of it.
const REPORT = "Batch Genealogy";

/** Both views of the report and the picture; where the complaint leads to no batch or serial number, the server says what is missing. */
export function offer_genealogy(frm) {
	const { batch_no, serial_no, delivery_note, sales_invoice } = frm.doc;
	const leads_to_a_lot = batch_no || serial_no || delivery_note || sales_invoice;
	if (!frappe.boot.user.all_reports?.[REPORT]) return;
	if (!leads_to_a_lot) {
		const why = () => frappe.xcall("complaint_qms.api.trace.genealogy", { kind: "Complaint", name: frm.doc.name }).catch(() => null);
		const offered = [__("Genealogy"), __("Other Holders"), complaint_qms.may_see_picture() && __("Picture")].filter(Boolean);
		for (const name of offered) frm.add_custom_button(name, why, __("Trace"));
		return;
	}
	const open = (show, more) =>
		frappe.set_route("query-report", REPORT, { start: "Complaint", complaint: frm.doc.name, show, way: "both", ...more });
	frm.add_custom_button(__("Genealogy"), () => open("tree", { others: 0 }), __("Trace"));
	frm.add_custom_button(__("Other Holders"), () => open("holders", { others: 1 }), __("Trace"));
	complaint_qms.offer_picture(frm, "Complaint", frm.doc.name, __("Picture"), __("Trace"));
	offer_hold(frm, { kind: "Complaint", name: frm.doc.name, complaint: frm.doc.name }, __("Trace"));
}

/** The picture, for an investigation: of its batch or serial number, else of its complaint's. */
export function offer_investigated(frm) {
	const { batch_no, serial_no, complaint } = frm.doc;
	const [kind, name] = batch_no ? ["Batch", batch_no] : serial_no ? ["Serial No", serial_no] : ["Complaint", complaint];
	if (name) complaint_qms.offer_picture(frm, kind, name, __("Genealogy"), __("Trace"));
}
