// What deliveries say of the occurrence of a complaint, beside its field with the arithmetic; and the risk after its CAPAs.
import { sentences } from "../language";
import { esc } from "../markup";
import { read } from "./proposals";
import { residual_html } from "./residual_risk";

const FIELDS = ["item_code", "batch_no", "complaint_type"];
const SOURCE = "exposure";

/** Ask once the field is in sight, and draw below it. */
export function draw_occurrence(frm) {
	clear(frm);
	if (frm.is_new()) return;
	complaint_qms.once_shown(frm, "occurrence", () => ask(frm));
}

/** The product or the type is another one on the form. */
export function follow_occurrence(frm) {
	if (frm.is_new() || !frm.cq_exposure) return;
	clearTimeout(frm.cq_exposure_asked);
	frm.cq_exposure_asked = setTimeout(() => ask(frm), 300);
}

async function ask(frm) {
	const { name } = frm.doc;
	const chosen = Object.fromEntries(FIELDS.map((field) => [field, frm.doc[field] || ""]));
	const answer = await frappe.xcall("complaint_qms.api.risk.beside_complaint", { name, chosen });
	if (frm.doc.name !== name) return;
	frm.cq_exposure = answer;
	draw(frm);
	complaint_qms.once_shown(frm, "residual_html", ({ $wrapper }) => $wrapper.html(residual_html(answer.residual)));
}

const clear = (frm) => {
	frm.cq_exposure = null;
	frm.$wrapper.find(".cq-exposure").remove();
};

function draw(frm) {
	frm.$wrapper.find(".cq-exposure").remove();
	const field = frm.fields_dict.occurrence;
	const { occurrence } = frm.cq_exposure;
	if (!field || field.disp_status === "None") return;
	const is_open = occurrence.value && field.disp_status === "Write" && frm.doc.occurrence !== occurrence.value;
	const proposed = read(frm).occurrence || {};
	const ignored = proposed.state === "ignored" && proposed.value === occurrence.value;
	const buttons =
		is_open && !ignored
			? `<button type="button" class="btn btn-xs btn-default" data-do="accept">${esc(__("Accept"))}</button>
				<button type="button" class="btn btn-xs btn-link" data-do="ignore">${esc(__("Ignore"))}</button>`
			: "";
	const head = occurrence.value ? __("From deliveries: {0}", [__(occurrence.value)]) : __("From deliveries: not known");
	const href = occurrence.route && complaint_qms.reports.list_href(occurrence.route);
	const link = href ? ` <a href="${esc(href)}">${esc(__("Show these complaints"))}</a>` : "";
	const $box = $(`<div class="cq-exposure"><div class="cq-chip-line"><span class="cq-chip-word">${esc(head)}</span>${buttons}</div>
		<div class="cq-chip-why">${esc(sentences(occurrence.said))}${link}</div></div>`);
	$box.find('[data-do="accept"]').on("click", () => decide(frm, "accepted", occurrence));
	$box.find('[data-do="ignore"]').on("click", () => decide(frm, "ignored", occurrence));
	field.$wrapper.append($box);
}

function decide(frm, state, { value, said }) {
	const proposals = { ...read(frm), occurrence: { value, confidence: 0.5, reasons: [sentences(said)], source: SOURCE, state } };
	frm.set_value("proposals", JSON.stringify(proposals));
	if (state === "accepted") frm.set_value("occurrence", value).then(() => draw(frm));
	else draw(frm);
}
