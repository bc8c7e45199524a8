// Who a sender may be and which product a text may mean: one click takes a proposal over, into fields that nobody filled.
import { esc } from "../markup";

// Of a complaint that has one of these it is known what it is about.
const PRODUCT = ["item_code", "batch_no", "serial_no", "delivery_note", "sales_invoice", "sales_order"];
// What was last asked for: {name, modified, answer}.
let asked = {};

/** Buttons with what is proposed, how sure that is and why; where two are about as likely that is said. */
export function candidates_html(candidates) {
	return (candidates || []).map((one) => {
		const why = [
			one.doctype === "Contact" ? (one.notes || [])[0] : "",
			one.ambiguous ? __("one of several") : __("{0} % sure", [Math.round(100 * one.confidence)]),
			...(one.reasons || []).slice(0, 2),
		];
		const what = [__(one.doctype), ...(one.notes || []).slice(0, 2)].filter(Boolean).join(" · ");
		return `<button type="button" class="btn btn-default btn-xs cq-choice" data-values="${esc(JSON.stringify(one.values))}" title="${esc(what)}">${esc(
			__(one.doctype)
		)} <b>${esc(one.label)}</b><small>${esc(why.filter(Boolean).join(" · "))}</small></button>`;
	});
}

/** Where they are drawn beside a form that is stored, for who may change it and while something is not known. */
export function candidates_place_html(frm) {
	if ((is_whom_known(frm) && is_what_known(frm)) || frm.is_new() || !frm.perm[0] || !frm.perm[0].write) return "";
	return '<div class="cq-candidates-place"></div>';
}

/** They are dear to find: asked for once the panel is in sight, and once for each version of the record. */
export function draw_candidates_when_seen(frm, $panel) {
	if (frm.cq_candidates_watch) frm.cq_candidates_watch.disconnect();
	const place = $panel.find(".cq-candidates-place")[0];
	if (!place) return;
	frm.cq_candidates_watch = new IntersectionObserver((seen, watch) => {
		if (!seen.some((entry) => entry.isIntersecting)) return;
		watch.disconnect();
		candidates_of(frm.doc).then((found) => {
			if (!place.isConnected) return;
			// Chosen since on the form, what was proposed for it is settled.
			const who = is_whom_known(frm) ? [] : found.who;
			const what = is_what_known(frm) ? [] : found.what;
			$(place).html(candidates_beside_html({ who, what }));
			mind_candidates(frm, $panel);
		});
	});
	frm.cq_candidates_watch.observe(place);
}

const is_whom_known = (frm) => Boolean(frm.doc.customer);
const is_what_known = (frm) => PRODUCT.some((field) => frm.doc[field]);

function candidates_of({ name, modified }) {
	if (asked.name !== name || asked.modified !== modified) {
		const answer = frappe.xcall("complaint_qms.api.complaint.candidates", { name });
		asked = { name, modified, answer };
		answer.catch(() => (asked = {}));
	}
	return asked.answer;
}

function candidates_beside_html({ who, what }) {
	const part = (title, candidates) =>
		candidates && candidates.length
			? `<section class="cq-candidates"><h6>${esc(title)}</h6><div class="cq-told">${candidates_html(candidates).join("")}</div></section>`
			: "";
	return part(__("Who may this be?"), who) + part(__("Which product may this be?"), what);
}

/** One click takes a proposal over; saving is the person's. */
function mind_candidates(frm, $panel) {
	$panel.find(".cq-candidates [data-values]").on("click", (event) => {
		const values = Object.entries(JSON.parse(event.currentTarget.dataset.values)).filter(([field]) => !frm.doc[field]);
		$(event.currentTarget).closest(".cq-candidates").remove();
		frm.set_value(Object.fromEntries(values));
	});
}
