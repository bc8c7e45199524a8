// What is done already about the goods of a complaint or an investigation: goods on hold and field actions, above its stages and beside it.
import { color, label } from "../labels";
import { clauses, labelled } from "../language";
import { esc } from "../markup";
import { moment_text, record_link } from "../words";
import { legal_lines_html } from "./retention";

const HOLD = "Quality Hold";
const ACTION = "Field Action";
/** As many lines stand above the stages where the rest is told beside the form. */
const MOST_ABOVE = 3;
/** Letters of a reason there; the whole of it stands on the hold. */
const LONGEST_ABOVE = 160;

/**
 * Lines above the stages.
 * @param is_all what is about other lots of the item as well; else what is about the record's own goods, or because of it
 */
export function contained_html({ holds = [], actions = [], legal = [] } = {}, is_all = false) {
	const shown = ({ relation }) => is_all || relation !== "item";
	const lines = [...legal_lines_html(legal), ...holds.filter(shown).map(hold_line_html), ...actions.filter(shown).map(action_line_html)];
	if (!lines.length) return "";
	const more = is_all ? 0 : lines.length - MOST_ABOVE;
	if (more > 0) lines.splice(MOST_ABOVE, more, `<span class="text-muted">${esc(__("{0} more beside the form", [more]))}</span>`);
	return `<ul class="cq-contained" role="status">${lines.map((line_html) => `<li>${line_html}</li>`).join("")}</ul>`;
}

/** All of it, other lots of the same item as well, as a section beside the form. */
export function containment_html({ holds = [], actions = [] } = {}) {
	if (!holds.length && !actions.length) return "";
	const rows = [...holds.map(hold_row_html), ...actions.map(action_row_html)];
	return `<section class="cq-containment"><h6>${esc(__("Containment"))}</h6><ul class="cq-others">${rows.map((row_html) => `<li>${row_html}</li>`).join("")}</ul></section>`;
}

const held_pill = (tone) => `<span class="indicator-pill ${tone}">${esc(__("On Quality Hold"))}</span>`;
const lots_text = ({ lot, number }) => (number > 1 ? __("{0} and {1} more", [lot, number - 1]) : lot);
const whose_text = ({ relation }) => ({ because: __("because of this record"), item: __("other lots of this item") })[relation] || "";
const above = (reason) => (reason && reason.length > LONGEST_ABOVE ? `${reason.slice(0, LONGEST_ABOVE - 1).trim()}…` : reason);
const since_text = ({ since }) => __("since {0}", [moment_text(since)]);

function hold_line_html(row) {
	const said = clauses([since_text(row), row.by, whose_text(row), above(row.reason)]);
	return `${held_pill(row.relation === "item" ? "orange" : "red")} <b>${esc(lots_text(row))}</b> <span>${esc(said)}</span> ${record_link(HOLD, row.hold)}`;
}

function hold_row_html(row) {
	const said = [whose_text(row), since_text(row), row.by, row.reason];
	const lot_html = `<b>${esc(lots_text(row))}</b>`;
	const link_html = row.hold ? ` ${record_link(HOLD, row.hold)}` : "";
	return `${held_pill(row.relation === "item" ? "orange" : "red")}${lot_html}${link_html}<small>${esc(said.filter(Boolean).join(" · "))}</small>`;
}

const kind_text = (row) => [label(row.action_type), row.action_class && __(row.action_class)].filter(Boolean).join(" · ");
const stage_pill = (row) =>
	`<span class="indicator-pill ${row.stage === "under_way" ? "red" : color(row.stage)}">${esc(labelled(__("Field Action"), label(row.stage)))}</span>`;

function action_line_html(row) {
	const said = clauses([since_text(row), row.by && __("with {0}", [row.by]), row.relation === "item" && whose_text(row)]);
	return `${stage_pill(row)} <b>${esc(kind_text(row))}</b> ${record_link(ACTION, row.name, row.title)} <span>${esc(said)}</span>`;
}

function action_row_html(row) {
	const said = [kind_text(row), row.name, whose_text(row), since_text(row), row.by];
	return `${stage_pill(row)}${record_link(ACTION, row.name, row.title)}<small>${esc(said.filter(Boolean).join(" · "))}</small>`;
}
