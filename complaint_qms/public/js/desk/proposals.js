// Values proposed from the text, as chips: accept, change or ignore; a person's choice is never overwritten.
import { label } from "../labels";
import { esc } from "../markup";

/**
 * Show a chip under each field that has an open proposal.
 * `proposals` is {fieldname: {value, confidence, reasons: [text], state}}; state is empty while nobody has decided.
 */
export function draw_proposals(frm) {
	frm.$wrapper.find(".cq-chip").remove();
	const proposals = read(frm);
	for (const [fieldname, proposal] of Object.entries(proposals)) {
		const field = frm.fields_dict[fieldname];
		if (!field || !proposal || !proposal.value || proposal.state) continue;
		if (String(frm.doc[fieldname] || "") === String(proposal.value)) continue;
		if (field.disp_status !== "Write") continue;
		field.$wrapper.append(chip(frm, field, fieldname, proposal));
	}
}

export function read(frm) {
	const raw = frm.doc.proposals;
	if (!raw) return {};
	if (typeof raw !== "string") return raw;
	try {
		return JSON.parse(raw) || {};
	} catch (error) {
		return {};
	}
}

function chip(frm, field, fieldname, proposal) {
	const docfield = field.df;
	const shown = docfield.fieldtype === "Select" ? label(proposal.value) : __(proposal.value);
	const reasons = (proposal.reasons || []).map(reason_text).filter(Boolean);
	const sure = proposal.confidence ? __("{0} % sure", [percent(proposal.confidence)]) : "";
	const $chip = $(`<div class="cq-chip" data-proposal="${esc(fieldname)}">
		<div class="cq-chip-line"><span class="cq-chip-word">${esc(__("Proposed: {0}", [shown]))}</span>
		<button type="button" class="btn btn-xs btn-default" data-do="accept">${esc(__("Accept"))}</button>
		<button type="button" class="btn btn-xs btn-link" data-do="change">${esc(__("Change", null, "Complaint"))}</button>
		<button type="button" class="btn btn-xs btn-link" data-do="ignore">${esc(__("Ignore"))}</button></div>
		<div class="cq-chip-why">${esc([sure, ...reasons].filter(Boolean).join(" · "))}</div></div>`);
	$chip.find('[data-do="accept"]').on("click", () => decide(frm, fieldname, "accepted", proposal.value));
	$chip.find('[data-do="ignore"]').on("click", () => decide(frm, fieldname, "ignored"));
	$chip.find('[data-do="change"]').on("click", () => field.$wrapper.find("input, select").first().trigger("focus"));
	return $chip;
}

/** Nothing that was read off a text is beyond doubt. */
export const percent = (confidence) => Math.min(99, Math.round(100 * confidence));

const reason_text = (reason) => (typeof reason === "string" ? reason : reason && (reason.text || reason.message || ""));

function decide(frm, fieldname, state, value) {
	const proposals = read(frm);
	proposals[fieldname] = { ...proposals[fieldname], state };
	frm.set_value("proposals", JSON.stringify(proposals));
	if (value !== undefined) frm.set_value(fieldname, value);
	draw_proposals(frm);
}
