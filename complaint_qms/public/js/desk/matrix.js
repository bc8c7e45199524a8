// The risk matrix as people read it: severity upwards, occurrence to the right, a click opens the cell's row.
import { ink, safe_color } from "../colors";
import { label } from "../labels";
import { empty, esc } from "../markup";
import { record_link } from "../words";

const MARK = { acceptable: "✓", alarp: "!", unacceptable: "✕" };

/**
 * Draw the cells of a matrix.
 * @param levels {severity: [{name, rank}], occurrence: [{name, rank}]}
 * @param pick called with the row of a cell, or with {severity, occurrence} where there is none yet
 */
export function draw_matrix($parent, cells, levels, pick) {
	const { severity, occurrence } = levels;
	if (!severity.length || !occurrence.length) {
		$parent.html(empty(__("First name your severities and occurrences; their ranks order the matrix.")));
		return;
	}
	const by_place = new Map(cells.map((row) => [`${row.severity}\u0000${row.occurrence}`, row]));
	const body = [...severity].reverse().map((sev) => {
		const tds = occurrence.map((occ) => cell_html(by_place.get(`${sev.name}\u0000${occ.name}`), sev.name, occ.name));
		return `<tr><th scope="row">${esc(__(sev.name))}</th>${tds.join("")}</tr>`;
	});
	$parent.html(
		`<div class="cq-scroll"><table class="cq-matrix"><caption>${esc(
			__("Severity upwards, occurrence to the right. Click a cell to change it.")
		)}</caption><tbody>${body.join("")}<tr><th></th>${occurrence
			.map((occ) => `<th scope="col">${esc(__(occ.name))}</th>`)
			.join("")}</tr></tbody></table></div>${legend_html()}`
	);
	$parent.find("[data-severity]").on("click", function () {
		const { severity: sev, occurrence: occ } = this.dataset;
		pick(by_place.get(`${sev}\u0000${occ}`) || { severity: sev, occurrence: occ });
	});
}

/** The rates of the occurrence levels as a list, with what keeps a rate from having one level; the levels are the whole site's. */
export async function draw_bands($parent) {
	const { levels, problems } = await frappe.xcall("complaint_qms.api.risk.bands");
	if (!levels.length) {
		$parent.html(empty(__("No occurrence level has rates: enter From Rate and To Rate in the list Risk Occurrence.")));
		return;
	}
	const rows = levels.map(({ name, told, base }) => {
		const [low, high] = told;
		const span = high ? __("{0} to below {1} per {2} units", [low, high, base]) : __("{0} or more per {1} units", [low, base]);
		return `<tr><td>${record_link("Risk Occurrence", name, __(name))}</td><td>${esc(span)}</td></tr>`;
	});
	const warnings = problems.map((text) => `<div class="text-danger">${esc(text)}</div>`).join("");
	$parent.html(
		`<table class="table table-sm cq-bands"><caption>${esc(__("Rates of the Levels"))}</caption><tbody>${rows.join("")}</tbody></table>${warnings}`
	);
}

function cell_html(row, severity, occurrence) {
	const place = `data-severity="${esc(severity)}" data-occurrence="${esc(occurrence)}"`;
	if (!row) {
		return `<td><button type="button" class="cq-cell is-empty" ${place} title="${esc(__("Not defined yet"))}">+</button></td>`;
	}
	const title = [severity + " × " + occurrence, label(row.acceptability), row.required_action].filter(Boolean).join("\n");
	return `<td><button type="button" class="cq-cell" ${place} style="--cell:${safe_color(row.color) || "var(--gray-300)"};color:${ink(row.color)}" title="${esc(
		title
	)}"><span>${esc(__(row.risk_level || ""))}</span><span class="cq-cell-mark">${MARK[row.acceptability] || ""}</span></button></td>`;
}

function legend_html() {
	return `<p class="cq-legend text-muted">${Object.entries(MARK)
		.map(([key, mark]) => `<span><b>${mark}</b> ${esc(label(key))}</span>`)
		.join("")}</p>`;
}
