// One line that says it all: number, customer, product and batch, what they want, how long it has been open.
import { safe_color } from "../colors";
import { label } from "../labels";
import { comma_list } from "../language";
import { esc } from "../markup";
import { date_text, elapsed, record_link } from "../words";

export function headline_html(doc, headline) {
	const who = doc.customer
		? record_link("Customer", doc.customer, headline.customer_name || doc.complainant_name || doc.customer)
		: esc(doc.complainant_name || __("Customer not known yet"));
	const item = doc.item_code
		? record_link("Item", doc.item_code, doc.item_name || doc.item_code)
		: about_none(doc.product_model)
			? ""
			: esc(doc.product_model || __("Product not known yet"));
	const lot = doc.batch_no
		? __("batch {0}", [record_link("Batch", doc.batch_no)])
		: doc.serial_no
			? __("serial {0}", [record_link("Serial No", doc.serial_no)])
			: doc.reported_lot
				? __("lot {0}", [esc(doc.reported_lot)])
				: "";
	const wants = doc.expectation ? __("wants: {0}", [`<b>${esc(label(doc.expectation))}</b>`]) : "";
	const age = headline.open_for_seconds
		? headline.is_closed
			? __("was open {0}", [elapsed(headline.open_for_seconds)])
			: __("open for {0}", [elapsed(headline.open_for_seconds)])
		: "";
	const merged = doc.stage === "duplicate" && doc.duplicate_of ? __("merged into {0}", [record_link("Complaint", doc.duplicate_of)]) : "";
	const parts = [
		`<span class="cq-no">${esc(doc.name)}</span>`,
		confidential_badge(doc),
		merged,
		who,
		comma_list([item, lot].filter(Boolean)),
		wants,
		age,
	];
	return `<div class="cq-headline">${parts
		.filter(Boolean)
		.map((part) => `<span>${part}</span>`)
		.join("")}${risk_badge(doc)}</div>`;
}

/** Says that few see what is on the screen, and who they are. */
function confidential_badge(doc) {
	if (!doc.confidential) return "";
	const people = (doc.confidants || []).map((row) => frappe.user.full_name(row.user));
	return `<span class="indicator-pill no-indicator-dot red" title="${esc(__("Seen by {0}; each view is kept in the audit trail.", [comma_list(people)]))}">${esc(
		__("Confidential", null, "Complaint")
	)}</span>`;
}

// What somebody writes who is asked for a product where there is none, in whatever language they work.
const NONE = ["none", "无"];
const about_none = (model) => NONE.includes((model || "").trim().toLowerCase());

/** Risk level as the matrix colours it, always with its words. */
function risk_badge(doc) {
	if (!doc.risk_level) return "";
	const what = [__(doc.risk_level), label(doc.risk_acceptability)].filter(Boolean).join(" · ");
	return `<span class="cq-risk" style="--risk:${safe_color(doc.risk_color) || "var(--gray-500)"}" title="${esc(
		__(doc.required_action || "")
	)}">${esc(__("Risk: {0}", [what]))}</span>`;
}

/** The same for records that follow from complaints. */
export function short_headline_html(doc) {
	const complaints = doc.complaint ? [doc.complaint] : (doc.complaints || []).map((row) => row.complaint);
	const parts = [
		`<span class="cq-no">${esc(doc.name)}</span>`,
		complaints.length ? __("for {0}", [comma_list(complaints.slice(0, 3).map((name) => record_link("Complaint", name)))]) : "",
		doc.item_code ? record_link("Item", doc.item_code) : "",
		doc.batch_no ? __("batch {0}", [record_link("Batch", doc.batch_no)]) : "",
		doc.due_date ? __("due {0}", [date_text(doc.due_date)]) : "",
	];
	return `<div class="cq-headline">${parts
		.filter(Boolean)
		.map((part) => `<span>${part}</span>`)
		.join("")}</div>`;
}

/** Show the risk level of a form as a coloured badge in place of the plain word, and what it requires in the reader's language. */
export function show_risk(frm) {
	if (!frm.doc.risk_level) return;
	const shown = ".control-value, .like-disabled-input";
	complaint_qms.once_shown(frm, "risk_level", ({ $wrapper }) => $wrapper.find(shown).html(risk_badge(frm.doc)));
	if (!frm.doc.required_action) return;
	complaint_qms.once_shown(frm, "required_action", ({ $wrapper }) => $wrapper.find(shown).text(__(frm.doc.required_action)));
}
