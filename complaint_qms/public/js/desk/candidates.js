// Who a sender may be and which product a text may mean: one click takes a proposal over, into fields that nobody filled.
import { esc } from "../markup";

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

/** The same beside a form that is stored, for who may change it. */
export function candidates_beside_html(frm, { who, what }) {
	const part = (title, candidates) =>
		candidates && candidates.length
			? `<section class="cq-candidates"><h6>${esc(title)}</h6><div class="cq-told">${candidates_html(candidates).join("")}</div></section>`
			: "";
	if (frm.is_new() || !frm.perm[0] || !frm.perm[0].write) return "";
	return part(__("Who may this be?"), who) + part(__("Which product may this be?"), what);
}

/** One click takes a proposal over; saving is the person's. */
export function mind_candidates(frm, $panel) {
	$panel.find(".cq-candidates [data-values]").on("click", (event) => {
		const values = Object.entries(JSON.parse(event.currentTarget.dataset.values)).filter(([field]) => !frm.doc[field]);
		$(event.currentTarget).closest(".cq-candidates").remove();
		frm.set_value(Object.fromEntries(values));
	});
}
