// Panels of linked records with their state, and the button that makes the next one.
import { color, label } from "../labels";
import { empty, esc } from "../markup";
import { money, moment_text, record_link } from "../words";

/**
 * Draw a list of linked records.
 * @param rows [{doctype, name, title, state, state_label, amount, currency, note, modified}]
 * @param options {empty, button, make}
 */
export function draw_linked($parent, rows, options) {
	const list = rows.length ? `<ul class="cq-linked">${rows.map(row_html).join("")}</ul>` : empty(options.empty);
	const button =
		options.make && options.button ? `<button type="button" class="btn btn-sm btn-default" data-make>${esc(options.button)}</button>` : "";
	$parent.html(`<div class="cq-panel">${list}${button}</div>`);
	$parent.find("[data-make]").on("click", options.make);
}

function row_html(row) {
	const amount = row.amount ? `<b class="cq-linked-amount">${esc(strip_html(money(row.amount, row.currency)))}</b>` : "";
	const state = row.state
		? `<span class="indicator-pill ${esc(row.tone || color(row.state))}">${esc(row.state_label || label(row.state))}</span>`
		: "";
	const note = [row.doctype_label || __(row.doctype), row.note, row.modified ? moment_text(row.modified) : ""].filter(Boolean).join(" · ");
	return `<li><div class="cq-linked-main">${record_link(row.doctype, row.name, row.title || row.name)}
		<span class="text-muted">${esc([row.title && row.title !== row.name ? row.name : "", note].filter(Boolean).join(" · "))}</span></div>
		<div class="cq-linked-side">${amount}${state}</div></li>`;
}
