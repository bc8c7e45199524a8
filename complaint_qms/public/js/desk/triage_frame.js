// What stands around the rows of the triage table: counts and keys above, pages below, and what is said where there are none.
import { esc } from "../markup";

/**
 * @param {object} shown  {rows, total, start}
 * @param {object|null} summary  {done, refused, undo} of the last call
 * @param {number} open  how many proposals are accepted at once
 * @param {object} may  what the user may do
 */
export function above_html(shown, summary, open, may) {
	const all = open
		? `<button type="button" class="btn btn-default btn-sm" data-do="all" aria-keyshortcuts="Shift+A">${esc(
				__("Accept All Shown ({0})", [open])
			)} <kbd aria-hidden="true">⇧A</kbd></button>`
		: "";
	const keys = [
		["j k", __("move"), true],
		["a", __("accept the row"), may.write],
		["1–8", __("accept one"), may.write],
		["e", __("edit the row"), may.write],
		["r", __("judge"), may.write],
		["d", __("merge a duplicate"), may.merge],
		["n", __("not a complaint"), may.reject],
		["s", __("next step"), may.step],
		["u", __("undo"), may.write],
		["Enter", __("opens"), true],
	].filter(([, , offered]) => offered);
	return `<div class="cq-t-head"><span class="cq-t-sum" role="status">${summary_html(shown, summary)}</span>${all}
		<span class="cq-work-keys text-muted">${keys.map(([key, what]) => `<kbd>${esc(key)}</kbd> ${esc(what)}`).join(" · ")}</span></div>`;
}

export function below_html(total, most, start, rows) {
	if (total <= most) return "";
	const button = (by, name, off) =>
		`<button type="button" class="btn btn-default btn-sm" data-page="${Number(by)}" ${off ? "disabled" : ""}>${esc(name)}</button>`;
	return `<nav class="cq-t-foot" aria-label="${esc(__("Pages"))}">${button(-1, __("Previous"), !start)}${button(
		1,
		__("Next"),
		start + rows >= total
	)}</nav>`;
}

export const empty_html = () => `<div class="cq-empty cq-work-empty"><p><b>${esc(__("No new complaints wait for triage."))}</b></p>
	<p>${esc(
		__(
			"Here you find complaints in intake and triage, what runs out first on top, each with what its text proposes. Accept the proposals of a row or of all rows, or choose otherwise; what you chose is kept and never overwritten."
		)
	)}</p><p><a href="${esc(frappe.router.make_url(["complaint"]))}">${esc(__("All complaints"))}</a></p></div>`;

function summary_html({ rows, total, start }, summary) {
	const count = __("{0} to {1} of {2}", [start + 1, start + rows, total]);
	if (!summary) return esc(count);
	const { done, refused, undo } = summary;
	const said = [__("{0} saved", [done]), refused ? __("{0} refused", [refused]) : ""].filter(Boolean).join(" · ");
	const all =
		undo.length > 1 ? ` <button type="button" class="btn btn-xs btn-default" data-do="undo-all">${esc(__("Undo All"))}</button>` : "";
	return `${esc(count)} · <b>${esc(said)}</b>${all}`;
}
