// How the cells of the report Complaint Cross-tab are painted, on the screen and on paper.
import { sentences } from "./language";
import { esc } from "./markup";

// Red for more than expected, blue for fewer; let through, so that it is read on a light page, a dark one and on paper.
const MORE = "214, 69, 65";
const FEWER = "47, 111, 190";
/** Standard deviations at which the colour is full. */
const FULL = 6;
const STRONGEST = 0.6;
/** Colour of a cell that chance explains. */
const FAINT = 0.18;

const MARKS = { more: "▲", fewer: "▼" };

function cell_style({ residual, state }) {
	if (!residual) return "";
	const strength = Math.min(Math.abs(residual) / FULL, 1) * STRONGEST;
	const alpha = state ? Math.max(strength, FAINT) : Math.min(strength, FAINT);
	return `background:rgba(${residual > 0 ? MORE : FEWER}, ${alpha.toFixed(2)});print-color-adjust:exact;-webkit-print-color-adjust:exact;`;
}

function told(cell) {
	if (cell.expected === undefined) return "";
	const said = [__("{0} where {1} are expected.", [cell.count, format_number(cell.expected, null, 1)])];
	if (cell.residual !== null) {
		const by = format_number(Math.abs(cell.residual), null, 1);
		said.push(cell.residual < 0 ? __("{0} standard deviations fewer.", [by]) : __("{0} standard deviations more.", [by]));
		said.push(cell.state ? __("Beyond chance.") : __("Chance explains it."));
	}
	return sentences(said);
}

function inside_html(cell) {
	const { reports } = complaint_qms;
	const mark = MARKS[cell.state] || "";
	const style = `color:inherit;font-size:1.15em;${cell.state ? "font-weight:700" : ""}`;
	const count =
		cell.count && cell.route
			? reports.link(reports.list_href(cell.route), cint(cell.count), `style="${style}"`)
			: `<span style="${style}">${cint(cell.count)}</span>`;
	const below =
		cell.expected === undefined ? "" : `<div style="font-size:.85em;opacity:.8">${esc(format_number(cell.expected, null, 1))}</div>`;
	const hint = told(cell);
	return `<div title="${esc(hint)}" style="text-align:center;line-height:1.35">${count} <span aria-label="${esc(hint)}">${mark}</span>${below}</div>`;
}

frappe.provide("complaint_qms.reports");

Object.assign(complaint_qms.reports, {
	// One cell in the grid of the report, where its padding has to be painted as well.
	cross_cell(cell) {
		return `<div style="${cell_style(cell)}color:var(--text-color);margin:-.5rem;padding:.4rem .25rem;height:calc(100% + 1rem);white-space:normal">${inside_html(
			cell
		)}</div>`;
	},

	// The whole table, for print: columns and rows as the report gives them.
	cross_table(columns, rows) {
		const border = "border:1px solid var(--border-color, #d1d8dd);padding:.3rem;vertical-align:middle";
		const head = columns.map(({ label }) => `<th scope="col" style="${border};text-align:center">${esc(label)}</th>`).join("");
		const body = rows
			.map((row) => {
				const cells = columns.map(({ fieldname }) => {
					const cell = row.cells && row.cells[fieldname];
					if (cell) return `<td style="${border};${cell_style(cell)}">${inside_html(cell)}</td>`;
					return `<th scope="row" style="${border};text-align:left">${esc(row[fieldname] || "")}</th>`;
				});
				return `<tr style="page-break-inside:avoid">${cells.join("")}</tr>`;
			})
			.join("");
		return `<table style="border-collapse:collapse;width:100%;font-size:12px"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
	},
});
