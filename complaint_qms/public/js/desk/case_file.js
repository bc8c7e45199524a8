// The whole file of a complaint: had made by a job, followed while it is, fetched as PDF or as an archive that can be checked offline.
import { esc } from "../markup";
import { LANGUAGES, fetched_html, follow_made, own_language } from "./made_files";

const API = "complaint_qms.api.case_file";

/** The button on a complaint, for those who may have its file made. */
export function offer_case_file(frm) {
	if (!frappe.boot.complaint_qms_makes_files) return;
	frm.add_custom_button(__("Whole File"), () => open_dialog(frm.doc.name));
}

async function open_dialog(complaint) {
	const made = await frappe.xcall(`${API}.standing`, { complaint }, "GET");
	const dialog = new frappe.ui.Dialog({
		title: __("Whole File of {0}", [complaint]),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p class="text-muted">${esc(
					__(
						"All that belongs to this complaint and you may read: as PDF, and as an archive with all files, records as data, the audit trail and a script that checks it without this site. That it was made is kept in the audit trail."
					)
				)}</p>`,
			},
			{ fieldname: "language", fieldtype: "Select", label: __("Language"), options: LANGUAGES, default: own_language() },
			{ fieldname: "made", fieldtype: "HTML" },
		],
		primary_action_label: __("Make It"),
		primary_action({ language }) {
			dialog.disable_primary_action();
			frappe.xcall(`${API}.make`, { complaint, language }, "POST").then(show, () => dialog.enable_primary_action());
		},
	});
	const show = follow_made(dialog, {
		complaint,
		standing: [`${API}.standing`, { complaint }],
		ready_html: (one) =>
			fetched_html(`${API}.download`, one, __("{0} pages, {1} records, {2} files.", [one.pages, one.records, one.files])),
	});
	dialog.show();
	show(made);
	return dialog;
}
