// Says which fields a form does not show because the roles of its reader do not read them.
import { esc } from "../markup";

/** A line above the form; none where nothing is hidden. */
export function tell_hidden(frm) {
	const reads = (level) => (frm.perm || []).some((rights, at) => at === level && rights?.read);
	const closed = frm.meta.fields.filter(
		({ permlevel, hidden, label, fieldtype }) =>
			permlevel && !hidden && label && !frappe.model.no_value_type.includes(fieldtype) && !reads(permlevel)
	);
	if (!closed.length) return;
	const names = closed.map(({ label }) => __(label, null, frm.doctype));
	frm.set_intro(esc(__("Hidden from your roles: {0}", [complaint_qms.language.comma_list(names)])), "blue");
}
