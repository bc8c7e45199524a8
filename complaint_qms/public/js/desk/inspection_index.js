// The inspector's index of the complaints that the report Complaint Register shows: on paper, and on wish with the whole file of each.
import { esc } from "../markup";
import { LANGUAGES, fetched_html, follow_made, own_language } from "./made_files";

const API = "complaint_qms.api.inspection";
const OF_REPORT = ["rows"]; // how many the report shows is nothing that is asked for

/** Ask for an index of what the filters of the report name. */
export async function open_inspection_index(report) {
	const own = Object.entries(report.get_filter_values()).filter(([name, value]) => value && !OF_REPORT.includes(name));
	const filters = (serial_no) => JSON.stringify({ ...Object.fromEntries(own), ...(serial_no ? { serial_no } : {}) });
	const made = await frappe.xcall(`${API}.standing`, {}, "GET");
	const dialog = new frappe.ui.Dialog({
		title: __("Inspector's Index"),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p class="text-muted">${esc(
					__(
						"All complaints that this report names and you may see, with what is overdue, CAPAs and their effect, reportability and signals. That it was made is kept in the audit trail."
					)
				)}</p>`,
			},
			{ fieldname: "serial_no", fieldtype: "Link", options: "Serial No", label: __("Serial No"), onchange: () => look() },
			{ fieldname: "found", fieldtype: "HTML" },
			{ fieldname: "whole_files", fieldtype: "Check", label: __("With the whole file of each complaint, in one archive") },
			{ fieldname: "language", fieldtype: "Select", label: __("Language"), options: LANGUAGES, default: own_language() },
			{ fieldname: "made", fieldtype: "HTML" },
		],
		primary_action_label: __("Make It"),
		primary_action({ serial_no, language, whole_files }) {
			dialog.disable_primary_action();
			frappe
				.xcall(`${API}.make`, { filters: filters(serial_no), language, whole_files: whole_files || 0 }, "POST")
				.then(show, () => dialog.enable_primary_action());
		},
	});
	const look = async () => {
		const serial_no = dialog.get_value("serial_no");
		const found = await frappe.xcall(`${API}.preview`, { filters: filters(serial_no) }, "GET");
		if (serial_no !== dialog.get_value("serial_no")) return;
		dialog.get_field("found").$wrapper.html(found_html(found));
		const whole = found.refusal || found.whole_refusal;
		dialog.set_df_property("whole_files", "read_only", whole ? 1 : 0);
		dialog.set_df_property("whole_files", "description", whole ? esc(found.whole_refusal) : "");
		if (whole) dialog.set_value("whole_files", 0);
	};
	const show = follow_made(dialog, {
		complaint: "",
		standing: [`${API}.standing`, {}],
		ready_html: (one) =>
			fetched_html(
				`${API}.download`,
				one,
				one.whole_files
					? __("{0} complaints, {1} of them with their whole file; {2} pages.", [one.complaints, one.files, one.pages])
					: __("{0} complaints on {1} pages.", [one.complaints, one.pages])
			),
	});
	dialog.show();
	show(made);
	look();
	return dialog;
}

function found_html({ about, complaints, open, overdue, refusal }) {
	const counts = refusal || __("{0} complaints, {1} open, {2} overdue.", [complaints, open, overdue]);
	return `<p class="${refusal ? "text-danger" : ""}" role="status"><b>${esc(about)}</b><br>${esc(counts)}</p>`;
}
