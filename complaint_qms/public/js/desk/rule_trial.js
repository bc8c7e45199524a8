// Tries a rule on the site's own past, and shows what it would have done.
import { esc } from "../markup";
import { record_link } from "../words";
import { past_trial } from "./past_trial";

/** Ask for how many days, then show what would have happened; nothing is written. */
export function try_rule(frm) {
	const description = __(
		"Nothing is written and nobody is told. Other complaints are counted as of that day; the fields of a complaint are as they are today."
	);
	past_trial(description, async (days, add) => {
		const rule = JSON.stringify(frm.doc);
		add(found_html(await frappe.xcall("complaint_qms.api.rules.try_on_past", { rule, days })));
	});
}

function found_html(found) {
	const head = __("In {0} days the rule would have been asked {1} times and would have fired {2} times.", [
		found.days,
		frappe.format(found.asked, { fieldtype: "Int" }, { only_value: true }),
		frappe.format(found.fired, { fieldtype: "Int" }, { only_value: true }),
	]);
	const quiet = found.silenced
		? `<p>${esc(__("{0} more times it would have been quiet, because it had fired before.", [found.silenced]))}</p>`
		: "";
	const cut = found.is_cut
		? `<p class="text-muted">${esc(__("There are more: only the newest {0} are looked at.", [found.asked]))}</p>`
		: "";
	return `<p><b>${esc(head)}</b></p>${cut}${quiet}${bars_html(found.months)}${acts_html(found)}${rows_html(found)}`;
}

/** How often by month, as bars. */
export function bars_html(months) {
	const most = Math.max(1, ...months.map((row) => row.fired));
	const bars = months.map(
		(row) =>
			`<tr><th scope="row">${esc(row.month)}</th><td><span class="cq-rule-bar" style="width:${esc((100 * row.fired) / most)}%"></span></td><td>${esc(
				row.fired
			)}</td></tr>`
	);
	return bars.length ? `<h5>${esc(__("By Month"))}</h5><table class="cq-rule-months"><tbody>${bars.join("")}</tbody></table>` : "";
}

function acts_html(found) {
	if (!found.fired) return "";
	const cannot = ({ why, count }) =>
		`<li class="text-danger">${esc(__("{0} × it could not be done as things stand: {1}", [count, why]))}</li>`;
	const items = found.actions.map((row) => {
		const refused = row.cannot.length ? `<ul>${row.cannot.map(cannot).join("")}</ul>` : "";
		return `<li>${esc(`${row.count} × ${row.words}`)}${refused}</li>`;
	});
	return `<h5>${esc(__("What It Would Have Done"))}</h5><ul>${items.join("")}</ul>`;
}

function rows_html(found) {
	if (!found.rows.length) return "";
	const rows = found.rows.map(
		(row) =>
			`<tr><td>${record_link("Complaint", row.complaint)}<div class="text-muted">${esc(row.subject)}</div></td><td>${esc(
				row.at
			)}</td><td>${esc(row.reason)}</td></tr>`
	);
	const more =
		found.fired > found.rows.length ? `<p class="text-muted">${esc(__("The newest {0} are shown.", [found.rows.length]))}</p>` : "";
	const heads = [__("Complaint"), __("When"), __("Why")].map((head) => `<th>${esc(head)}</th>`);
	return `<h5>${esc(__("For Which Complaints"))}</h5>${more}<div class="cq-scroll"><table class="table table-sm"><thead><tr>${heads.join(
		""
	)}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
