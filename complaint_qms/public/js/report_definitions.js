// What the numbers of a report mean: the definition of a column at its heading, and all of them below the table.
import { esc } from "./markup";

/** Called when the table of a report has been drawn; columns and cards that the server defined carry a `definition`. */
export function show_definitions(datatable) {
	const report = frappe.query_report;
	if (!report || !datatable) return;
	const defined = [...(report.columns || []), ...((report.raw_data && report.raw_data.report_summary) || [])].filter(
		({ definition }) => definition
	);
	const wrapper = report.$report[0];
	for (const cell of wrapper.querySelectorAll(".dt-cell--header")) {
		const column = report.columns.find(({ id, fieldname }) => [id, fieldname].includes(id_of(cell, datatable)));
		if (column && column.definition) cell.setAttribute("title", `${column.label}: ${column.definition}`);
	}
	wrapper.querySelectorAll(".cq-definitions").forEach((old) => old.remove());
	const unique = [...new Map(defined.map((one) => [one.label, one])).values()];
	if (!unique.length) return;
	const lines = unique.map(({ label, definition }) => `<dt style="font-weight:600">${esc(label)}</dt><dd>${esc(definition)}</dd>`).join("");
	const panel = document.createElement("details");
	panel.className = "cq-definitions";
	panel.style.cssText = "padding:.75rem 1rem;max-width:60rem";
	panel.innerHTML = `<summary>${esc(__("What These Numbers Mean"))}</summary>
		<dl style="margin:.5rem 0 0">${lines}</dl>`;
	// Within what the next report draws anew: the page is that of all reports.
	wrapper.append(panel);
}

function id_of(cell, datatable) {
	const column = datatable.getColumn(Number(cell.dataset.colIndex));
	return column && column.id;
}
