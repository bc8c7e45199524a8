// The SOP clock, readable: three clocks as cards and the way through the stages as a table.
import { label, pill } from "../labels";
import { comma_list } from "../language";
import { empty, esc } from "../markup";
import { know_people } from "../people";
import { moment_text, working_time } from "../words";
import { effect_text, step_text, taken_text } from "./ladder";
import { time_left_html } from "./stage_bar";

export function draw_clocks($parent, doc, overview) {
	const told = (doc.escalations || [])
		.flatMap((row) => (row.told || "").split("\n"))
		.filter((user) => user && !frappe.boot.user_info[user]);
	if (told.length) know_people(told).then(() => draw($parent, doc, overview));
	draw($parent, doc, overview);
}

function draw($parent, doc, overview) {
	const clock = overview && overview.clock;
	if (!clock || !doc.sop) {
		$parent.html(
			empty(
				__("No SOP watches this complaint yet. Choose one in “SOP”, or mark a default SOP in the settings: it sets who answers by when.")
			)
		);
		return;
	}
	const cards = [
		[__("First response"), clock.response_status, clock.response_due, ""],
		[__("This stage"), clock.stage_status, clock.stage_due, clock.stage_limit && !overview.is_closed ? time_left_html(clock) : ""],
		[__("Whole complaint"), clock.resolution_status, clock.resolution_due, ""],
	];
	$parent.html(
		`<div class="cq-clocks">${cards
			.map(
				([what, status, due, extra]) => `<div class="cq-clock-card"><h6>${esc(what)}</h6>
			<div>${pill(status) || esc(__("No limit"))}</div>${
				extra || `<p class="text-muted">${esc(due ? __("due {0}", [moment_text(due)]) : "")}</p>`
			}</div>`
			)
			.join("")}</div>${history_html(overview.log || doc.stage_log || [], clock.workday)}${ladder_html(doc, overview)}`
	);
}

function history_html(rows, workday) {
	if (!rows.length) return "";
	const duration = (seconds) => (seconds ? working_time(seconds, workday) : "–");
	return `<div class="cq-scroll"><table class="cq-table"><thead><tr>
		<th>${esc(__("Stage"))}</th><th>${esc(__("Entered"))}</th><th>${esc(__("Left", null, "Complaint Stage Log"))}</th><th>${esc(__("Taken on by"))}</th>
		<th>${esc(__("Working time used"))}</th><th>${esc(__("Limit", null, "Complaint"))}</th><th>${esc(__("Paused"))}</th><th>${esc(__("Clock"))}</th></tr></thead>
		<tbody>${rows
			.map(
				(row) => `<tr><td>${esc(label(row.stage))}</td><td>${esc(moment_text(row.entered_at))}</td>
			<td>${esc(moment_text(row.left_at) || __("now"))}</td><td>${esc(
				row.left_by ? frappe.user.full_name(row.left_by) : ""
			)}</td><td>${esc(duration(row.used_seconds))}</td><td>${esc(duration(row.time_limit))}</td><td>${esc(
				duration(row.paused_seconds)
			)}</td><td>${pill(row.status)}</td></tr>${note(row.reason)}${replaced_html(row)}`
			)
			.join("")}</tbody></table></div>`;
}

const note = (text) => (text ? `<tr class="cq-row-note"><td colspan="8">${esc(text)}</td></tr>` : "");

/** Who handed the complaint over while it was in this stage, and when. */
function replaced_html(row) {
	const lines = (row.replaced_handlers || "").split("\n").filter(Boolean);
	const people = lines.map((line) => {
		const [user, moment] = line.split(" → ");
		return `${frappe.user.full_name(user)} (${moment_text(moment)})`;
	});
	return people.length ? note(__("Handlers replaced: {0}", [comma_list(people)])) : "";
}

/** The steps of the ladder: those that were taken, and those ahead while the clocks run. */
function ladder_html(doc, overview) {
	const taken = [...(doc.escalations || [])].sort((a, b) => a.idx - b.idx);
	const ahead = (overview.ladder || []).map((step) => [step.at, step, effect_text(step), false]);
	const rows = [...taken.map((step) => [step.taken_at, step, taken_text(step), true]), ...ahead];
	if (!rows.length) return "";
	return `<div class="cq-scroll"><table class="cq-table cq-ladder-log"><caption>${esc(__("Escalation"))}</caption><thead><tr>
		<th>${esc(__("When"))}</th><th>${esc(__("Step"))}</th><th>${esc(__("What happens"))}</th></tr></thead><tbody>${rows
			.map(
				([at, step, effect, is_taken]) => `<tr class="${is_taken ? "" : "text-muted"}"><td>${esc(moment_text(at))}</td>
			<td>${esc(step_text(step))}</td><td>${esc(is_taken ? effect : __("ahead: {0}", [effect]))}</td></tr>`
			)
			.join("")}</tbody></table></div>`;
}
