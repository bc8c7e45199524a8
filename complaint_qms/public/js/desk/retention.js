// Legal holds, and disposals of records whose term is over: where one stands, who decides, and what became of each complaint.
import { color, label } from "../labels";
import { clauses, sentences } from "../language";
import { esc } from "../markup";
import { date_text, record_link } from "../words";
import { keep_typed_texts } from "./typed_texts";

const API = "complaint_qms.api.retention";
const PROGRESS = "complaint_qms_disposal";
const HOLD = "Legal Hold";
const DISPOSAL = "Record Disposal";

/** Lines about legal holds on a complaint: [{since, hold, reason}], the last two for who may read the hold. */
export const legal_lines_html = (legal = []) =>
	legal.map(({ since, hold, reason }) => {
		const said = clauses([__("since {0}", [date_text(since)]), reason]);
		return `<span class="indicator-pill red">${esc(__("Under Legal Hold"))}</span> <span>${esc(said)}</span>${hold ? ` ${record_link(HOLD, hold)}` : ""}`;
	});

/** A legal hold: held or released, and why its records are not let go by the user. */
export function draw_legal_hold(frm) {
	const $place = frm.fields_dict.state_html.$wrapper.empty();
	if (frm.is_new()) return;
	const why = (frm.doc.__onload || {}).why_not_released;
	const held = frm.doc.status !== "released";
	$place.html(
		`<div class="cq-hold"><p>${pill_html(__(frm.doc.status, null, HOLD), held ? "red" : "green")}</p>${held ? muted_html(why) : ""}</div>`
	);
	if (!held || why) return;
	const description = __("Why these records need not be held any more. It stays with your name.");
	const ask = () =>
		reason_dialog(
			frm,
			__("Release Records"),
			__("Release", null, HOLD),
			__("Reason of the Release", null, HOLD),
			description,
			"release_hold"
		);
	frm.page.set_primary_action(__("Release", null, HOLD), ask);
}

/** A disposal: what the server has listed, the one next step, and how far the job is. */
export function draw_disposal(frm) {
	const $place = frm.fields_dict.state_html.$wrapper.empty();
	mind_progress();
	if (frm.is_new()) {
		$place.html(
			muted_html(
				__("Save to have the server list the complaints whose term is over. Nothing is removed before somebody else has approved it.")
			)
		);
		return;
	}
	const { status, complaints, removed, kept_on } = frm.doc;
	const { why_not_proposed, why_not_judged } = frm.doc.__onload || {};
	const told = { draft: why_not_proposed, disposal_proposed: why_not_judged }[status];
	const done = ["disposing", "disposed"].includes(status);
	const counts = done ? clauses([__("{0} of {1} complaints removed", [removed, complaints]), __("{0} kept", [kept_on])]) : "";
	const tone = { disposed: "gray", disposal_rejected: "red", disposing: "blue" }[status] || color(status);
	$place.html(`<div class="cq-hold"><p>${pill_html(label(status), tone)} ${esc(counts)}</p>${muted_html(told)}</div>`);
	if (status === "draft" && !why_not_proposed && !frm.is_dirty())
		offer(frm, __("Propose the Disposal"), "propose", __("Propose that these complaints and all that rests on them are removed for good?"));
	if (status !== "disposal_proposed" || why_not_judged) return;
	const warning = sentences([
		__("{0} complaints, {1} records that rest on them and {2} files are removed for good.", [
			complaints,
			frm.doc.linked_records,
			frm.doc.files,
		]),
		__("What remains is a line for each complaint here and in the audit trail."),
	]);
	offer(frm, __("Approve", null, DISPOSAL), "approve", warning);
	const description = __("Why these records stay. It stays with your name.");
	frm.add_custom_button(__("Reject", null, DISPOSAL), () =>
		reason_dialog(
			frm,
			__("Reject the Disposal"),
			__("Reject", null, DISPOSAL),
			__("Reason of the Rejection", null, DISPOSAL),
			description,
			"reject"
		)
	);
}

function offer(frm, title, method, question) {
	frm.page.set_primary_action(title, () =>
		frappe.confirm(esc(question), async () => {
			const made = await frappe.xcall(`${API}.${method}`, { name: frm.doc.name }).catch(() => null); // it has said why
			if (made) frm.reload_doc();
		})
	);
}

function reason_dialog(frm, title, action, name, description, method) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [{ fieldname: "reason", fieldtype: "Small Text", label: name, description, reqd: 1 }],
		primary_action_label: action,
		primary_action: async ({ reason }) => {
			const made = await frappe.xcall(`${API}.${method}`, { name: frm.doc.name, reason }).catch(() => null); // it has said why
			if (!made) return null;
			was_sent();
			dialog.hide();
			return frm.reload_doc();
		},
	});
	dialog.show();
	const was_sent = keep_typed_texts(dialog, `${method} ${frm.doc.name}`, ["reason"]);
}

let minded = false;

/** While a job runs, the form that shows it follows. */
function mind_progress() {
	if (minded) return;
	minded = true;
	frappe.realtime.on(PROGRESS, ({ name }) => {
		const form = cur_frm;
		if (form && form.doctype === DISPOSAL && form.doc.name === name && !form.is_dirty()) form.reload_doc();
	});
}

const pill_html = (said, tone) => `<span class="indicator-pill ${tone}">${esc(said)}</span>`;
const muted_html = (said) => (said ? `<p class="text-muted">${esc(said)}</p>` : "");
