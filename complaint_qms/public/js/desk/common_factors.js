// To the report that says what complained-about units have in common.
const REPORT = "Common Factors";

/** In the menu “Trace”, with the product and the type of complaint that the form is about. */
export function offer_common_factors(frm, filters) {
	if (!frappe.boot.user.all_reports?.[REPORT]) return;
	frm.add_custom_button(
		__(REPORT),
		() => frappe.set_route("query-report", REPORT, { show: "factors", factor: "", ...filters }),
		__("Trace")
	);
}

/** On an investigation, whose complaint says the type. */
export async function offer_common_factors_of(frm) {
	const { name, company, item_code, complaint } = frm.doc;
	const told = complaint && frappe.model.can_read("Complaint") ? await frappe.db.get_value("Complaint", complaint, "complaint_type") : null;
	if (frm.doc.name !== name) return;
	offer_common_factors(frm, { company, item_code, complaint_type: told?.message?.complaint_type || "" });
}
