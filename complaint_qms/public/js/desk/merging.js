// Merging several complaints into the one that carries the case, from the list and from what stands beside a form, and separating
// them again.
import { label } from "../labels";
import { esc } from "../markup";
import { date_text, record_link } from "../words";
import { ENDED } from "./complaint_queries";
import { offer_originals } from "./originals";
import { keep_typed_texts } from "./typed_texts";

const FIELDS = ["name", "subject", "stage", "customer", "complainant_name", "received_at", "company"];

/**
 * Ask what carries the case and why, and merge; all of them or none.
 * @param {string[]} names  complaints to choose from; all are chosen at first
 * @param {object} options
 * @param {string|null} [options.original]  the one that is proposed to carry the case; the oldest of several unless given, nobody's choice yet
 *   for null or one alone
 * @param {string[]} [options.chosen]  those that are ticked at first
 * @param {string} [options.own]  the one from which it is asked: no original of itself
 * @param {() => void} [options.done]
 */
export async function merge_dialog(names, { original, chosen = names, own, done } = {}) {
	const found = await frappe.db.get_list("Complaint", {
		fields: FIELDS,
		filters: { name: ["in", names] },
		order_by: "received_at asc",
		limit: 100,
	});
	if (!found.length) return;
	const oldest = (found.find((row) => !ENDED.includes(row.stage)) || found[0]).name;
	const dialog = new frappe.ui.Dialog({
		title: __("Merge Complaints"),
		no_focus: true, // the field would open its list over what stands below it
		fields: [
			{
				fieldname: "original",
				fieldtype: "Link",
				options: "Complaint",
				label: __("Merge into"),
				description: __(
					"The complaint that carries the case. The others keep their messages, files and clocks, and can be separated again."
				),
				reqd: 1,
				default: original === null || (!original && found.length === 1) ? "" : original || oldest,
				get_query: () => ({ filters: { company: found[0].company, stage: ["not in", ENDED] } }),
				change: () => draw_rows(dialog, found, chosen),
			},
			{ fieldname: "rows", fieldtype: "HTML" },
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason for Merging"), reqd: 1 },
		],
		primary_action_label: __("Merge", null, "Complaint"),
		primary_action: async ({ original: into, reason }) => {
			const wanted = ticked(dialog).filter((name) => name !== into);
			if (!wanted.length) return frappe.show_alert({ message: __("Choose the complaints."), indicator: "orange" });
			const answer = await frappe.xcall("complaint_qms.api.merging.merge", { names: wanted, original: into, reason }).catch(() => null); // it has said why
			if (!answer) return null;
			was_sent();
			dialog.hide();
			frappe.show_alert({ message: esc(__("{0} merged into {1}", [answer.merged.length, into])), indicator: "green" });
			return done && done();
		},
	});
	dialog.show();
	const was_sent = keep_typed_texts(dialog, `merge ${[...names].sort()}`, ["reason"]);
	draw_rows(dialog, found, chosen);
	offer_originals(
		dialog,
		"original",
		found.map((row) => row.name),
		own
	);
}

/** Options of `take_step` for merging the complaint of a form: as where several are merged, with a reason. */
export const merge_options = (frm, options) => ({
	...options,
	method: "complaint_qms.api.merging.merge",
	shape: (fields) => [...fields, { fieldname: "reason", fieldtype: "Small Text", label: __("Reason for Merging"), reqd: 1 }],
	args_of: ({ duplicate_of = "", reason = "" }) => ({ names: [frm.doc.name], original: duplicate_of, reason }),
});

/** Where a complaint stands that is separated, and with whom. */
export const after_separating = () => __("It then stands in Triage, with the handler it had unless its SOP gives it to somebody else.");

/** Ask why, and separate complaints from what they were merged into; all of them or none. */
export function separate_dialog(names, done) {
	const title = names.length > 1 ? __("Separate {0} Complaints Again", [names.length]) : __("Separate {0} Again", [names[0]]);
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason for Separating"), description: after_separating(), reqd: 1 },
		],
		primary_action_label: __("Separate", null, "Complaint"),
		primary_action: async ({ reason }) => {
			const answer = await frappe.xcall("complaint_qms.api.merging.separate", { names, reason }).catch(() => null); // it has said why
			if (!answer) return;
			was_sent();
			dialog.hide();
			done();
		},
	});
	dialog.show();
	const was_sent = keep_typed_texts(dialog, `separate ${[...names].sort()}`, ["reason"]);
}

/** What was merged into a complaint, with its messages and files. */
export function merged_html(rows, may_separate) {
	if (!rows || !rows.length) return "";
	const all_html =
		may_separate && rows.length > 1
			? separate_button(
					rows.map((row) => row.name),
					__("Separate All")
				)
			: "";
	return `<section class="cq-merged"><h6>${esc(__("Merged into this complaint"))}${all_html}</h6><ul class="cq-others">${rows
		.map((row) => merged_row_html(row, may_separate))
		.join("")}</ul></section>`;
}

const separate_button = (names, text) =>
	`<button type="button" class="btn btn-xs btn-link" data-separate="${esc(JSON.stringify(names))}">${esc(text)}</button>`;

function merged_row_html(row, may_separate) {
	const messages = row.messages.map(
		(one) =>
			`<li>${record_link("Communication", one.name, one.subject || one.name)}<small>${esc([one.sender, date_text(one.communication_date)].filter(Boolean).join(" · "))}</small></li>`
	);
	const files = row.files.map(
		(one) => `<li><a href="${esc(encodeURI(one.file_url || ""))}" target="_blank" rel="noopener">${esc(one.file_name)}</a></li>`
	);
	const what = [
		counted(messages.length, __("1 message"), __("{0} messages", [messages.length])),
		counted(files.length, __("1 file"), __("{0} files", [files.length])),
	].filter(Boolean);
	const inside = what.length
		? `<details><summary>${esc(what.join(" · "))}</summary><ul class="cq-others">${messages.join("")}${files.join("")}</ul></details>`
		: "";
	return `<li>${may_separate ? `<span class="cq-score">${separate_button([row.name], __("Separate", null, "Complaint"))}</span>` : ""}${record_link(
		"Complaint",
		row.name,
		row.subject || row.name
	)}<small>${esc([row.name, row.complainant_name || row.customer, date_text(row.received_at)].filter(Boolean).join(" · "))}</small>${inside}</li>`;
}

const counted = (count, one, several) => (count > 1 ? several : count ? one : "");

const ticked = (dialog) =>
	dialog.fields_dict.rows.$wrapper
		.find("input:checked")
		.get()
		.map((input) => input.value);

/** What each of them is; the one that carries the case is no choice. */
function draw_rows(dialog, found, chosen) {
	const { $wrapper } = dialog.fields_dict.rows;
	const into = dialog.get_value("original");
	const before = $wrapper.find("input").length ? ticked(dialog) : chosen;
	const lines = found
		.filter((row) => row.name !== into)
		.map(
			(row) => `<label class="cq-merge-row"><input type="checkbox" value="${esc(row.name)}" ${before.includes(row.name) ? "checked" : ""}>
			<span><b>${esc(row.subject || row.name)}</b><small>${esc(
				[row.name, label(row.stage), row.complainant_name || row.customer, date_text(row.received_at)].filter(Boolean).join(" · ")
			)}</small></span></label>`
		);
	$wrapper.html(`<div class="cq-merge-rows">${lines.join("")}</div>`);
}
