// Tries the thresholds of the settings on the site's own past, before they are saved: when each would have risen, and on what.
import { label } from "../labels";
import { clauses } from "../language";
import { esc } from "../markup";
import { record_link } from "../words";
import { past_trial } from "./past_trial";
import { bars_html } from "./rule_trial";

const METHOD = "complaint_qms.api.rules.try_threshold_on_past";

/** A button below the table of thresholds; it tries the rows that are ticked, or all. */
export function offer_threshold_trial(frm) {
	const { grid } = frm.fields_dict.thresholds;
	grid.add_custom_button(__("Try on the Past"), () => {
		const ticked = grid.get_selected_children();
		const rows = (ticked.length ? ticked : frm.doc.thresholds || []).filter(Boolean);
		if (!rows.length) return frappe.show_alert({ message: __("Add a row first."), indicator: "orange" });
		return trial_dialog(rows);
	});
}

function trial_dialog(rows) {
	const description = __(
		"Nothing is written and nobody is told. Complaints count by the day on which they were received, as what they name today; deliveries and returns until each day."
	);
	past_trial(description, async (days, add) => {
		for (const row of rows) add(found_html(row, await frappe.xcall(METHOD, { row: JSON.stringify(row), days })));
	});
}

const count = (number) => frappe.format(number, { fieldtype: "Int" }, { only_value: true });

function found_html(row, found) {
	const at_least = format_number(row.at_least, null, Number.isInteger(Number(row.at_least)) ? 0 : null);
	const what = clauses([
		__("Row {0}", [row.idx]),
		label(row.by),
		row.measure === "per_thousand"
			? __("{0} per 1,000 delivered in {1} days", [at_least, count(row.days)])
			: __("{0} complaints in {1} days", [at_least, count(row.days)]),
		row.company,
	]);
	const head = __("In {0} days it would have risen {1} times, out of {2} complaints.", [
		found.days,
		count(found.risen),
		count(found.asked),
	]);
	const limits = [
		found.is_cut && __("There are more complaints than are looked at: the days since {0} are judged.", [found.since]),
		found.is_part && __("Not all that the goods went into was followed: the figures are not whole."),
	].filter(Boolean);
	const cut = limits.map((text) => `<p class="text-muted">${esc(text)}</p>`).join("");
	const often = found.subjects.map(
		(one) =>
			`<li>${record_link(one.doctype, one.name)}${found.subjects.some(({ company }) => company !== one.company) ? ` <span class="text-muted">${esc(one.company)}</span>` : ""} × ${esc(count(one.risen))}</li>`
	);
	const often_html = often.length ? `<h5>${esc(__("On What"))}</h5><ul>${often.join("")}</ul>` : "";
	return `<h5>${esc(what)}</h5><p><b>${esc(head)}</b></p>${cut}${bars_html(found.months)}${often_html}${rows_html(row, found)}`;
}

function rows_html(row, found) {
	if (!found.rows.length) return "";
	const is_rate = row.measure === "per_thousand";
	const lines = found.rows.map((one) => {
		const rate = is_rate ? [format_number(one.delivered), format_number((1000 * one.count) / one.delivered, null, 1)] : [];
		const cells = [esc(one.at), record_link(one.doctype, one.name), esc(count(one.count)), ...rate.map(esc)];
		const complaint_html = `${record_link("Complaint", one.complaint)}<div class="text-muted">${esc(one.subject)}</div>`;
		return `<tr>${[...cells, complaint_html].map((html) => `<td>${html}</td>`).join("")}</tr>`;
	});
	const heads = [
		__("When"),
		__("Of What"),
		__("Complaints"),
		...(is_rate ? [__("Delivered"), __("Per 1,000")] : []),
		__("With This Complaint"),
	];
	const more =
		found.risen > found.rows.length ? `<p class="text-muted">${esc(__("The newest {0} are shown.", [found.rows.length]))}</p>` : "";
	const note = __("An investigation would have opened where the complaint had none.");
	return `<h5>${esc(__("When It Would Have Risen"))}</h5><p class="text-muted">${esc(note)}</p>${more}<div class="cq-scroll"><table class="table table-sm"><thead><tr>${heads
		.map((head) => `<th>${esc(head)}</th>`)
		.join("")}</tr></thead><tbody>${lines.join("")}</tbody></table></div>`;
}
