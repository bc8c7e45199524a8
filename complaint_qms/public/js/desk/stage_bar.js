// The stage bar: where a record stands, whose turn it is, how much time is left, and what the next step still needs.
import { not_at_once_html } from "./at_once";
import { own_actions_html } from "./own_action";
import { signatures_html } from "./signing";
import { label, color } from "../labels";
import { comma_list, labelled } from "../language";
import { address, esc } from "../markup";
import { elapsed, moment_text, time_left, working_time } from "../words";

const MARKS = { done: "✓", now: "", next: "", skipped: "–" };

/**
 * Draw the bar into `$parent`.
 * @param overview answer of an `overview` call: steps, next, clock, stage, is_closed
 * @param handlers {go_to(field), own?: {actions, complete(name)}}: `own` where a person has actions of their own in the record
 */
export function draw_stage_bar($parent, overview, handlers) {
	const forward = overview.next.find((step) => step.primary) || null;
	$parent.html(`
		<nav class="cq-steps" aria-label="${esc(__("Stages"))}"><ol>${overview.steps
			.map((step, at) => step_html(step, at, overview))
			.join("")}</ol></nav>
		<div class="cq-stage-panel">
			<section class="cq-turn">${turn_html(overview)}</section>
			<section class="cq-wanted">${wanted_html(overview, forward, handlers.own)}${not_at_once_html(overview.not_at_once)}</section>
		</div>${signatures_html(overview.signatures, overview.signatures_wanted)}`);
	$parent.find("[data-missing-field]").on("click", function (event) {
		event.preventDefault();
		handlers.go_to(this.dataset.missingField);
	});
	$parent.find("[data-own-action]").on("click", function (event) {
		event.preventDefault();
		handlers.own.complete(this.dataset.ownAction);
	});
}

function step_html(step, at, overview) {
	const now = step.status === "now";
	const note = step_note(step, overview.clock);
	const tone = now ? clock_tone(overview.clock) : "";
	return `<li class="cq-step is-${esc(step.status)} ${tone}" ${now ? 'aria-current="step"' : ""} title="${esc(step_title(step, overview.clock))}">
		<span class="cq-dot">${MARKS[step.status] || at + 1}</span>
		<span class="cq-step-text"><span class="cq-step-name">${esc(step.label)}</span>
		<span class="cq-step-note">${note}</span></span></li>`;
}

function step_note(step, clock) {
	const { workday } = clock || {};
	if (step.status === "done") {
		const used = step.used_seconds === null || step.used_seconds === undefined ? "" : working_time(step.used_seconds, workday);
		return [step.by_name || step.by, used].filter(Boolean).map(esc).join("<br>");
	}
	if (step.status === "now") return esc(clock && clock.stage_used ? working_time(clock.stage_used, workday) : "");
	if (step.status === "skipped") return esc(__("skipped"));
	return "";
}

function step_title(step, clock) {
	const { workday } = clock || {};
	const lines = [step.label];
	if (step.entered_at) lines.push(__("Entered {0}", [moment_text(step.entered_at)]));
	if (step.left_at) lines.push(__("Left {0} by {1}", [moment_text(step.left_at), step.by_name || step.by || "–"]));
	if (step.used_seconds) lines.push(__("{0} of working time used", [working_time(step.used_seconds, workday)]));
	if (step.time_limit) lines.push(__("Limit {0}", [working_time(step.time_limit, workday)]));
	if (step.sla_status) lines.push(label(step.sla_status));
	return lines.join("\n");
}

function clock_tone(clock) {
	return clock && clock.stage_status ? `tone-${color(clock.stage_status)}` : "tone-green";
}

function turn_html(overview) {
	const step = overview.steps.find((row) => row.status === "now");
	const name = step ? step.label : overview.stage_label;
	const turn = overview.turn ? `<span class="cq-whose">${esc(overview.turn)}</span>` : "";
	return `<div class="cq-turn-head"><span class="cq-turn-stage">${esc(name)}</span>${turn}</div>${clock_html(overview)}`;
}

function clock_html({ clock, is_closed, stage, unanswered: nobody_answered }) {
	if (!clock) return "";
	// Its customer is answered with the complaint that carries the case: this one met nothing of its own.
	const unanswered = stage === "duplicate" && nobody_answered;
	if (clock.on_hold_since) {
		return `<p class="cq-clock-words tone-gray">${esc(__("The clock stands still since {0}.", [moment_text(clock.on_hold_since)]))}</p>`;
	}
	const parts = [];
	if (!is_closed && clock.stage_limit) parts.push(time_left_html(clock));
	else if (!is_closed) parts.push(`<p class="text-muted">${esc(__("No time limit for this stage."))}</p>`);
	const others = [
		[__("First response"), clock.response_status, clock.response_due],
		[__("Whole complaint"), clock.resolution_status, clock.resolution_due],
	].filter(([, status, due], at) => (status || due) && !(at === 0 && unanswered));
	if (others.length) {
		parts.push(
			`<p class="cq-clock-others">${others
				.map(
					([what, status, due]) =>
						`<span><span class="cq-mini-dot tone-${color(status)}"></span>${esc(labelled(what, due_words(status, due)))}</span>`
				)
				.join("")}</p>`
		);
	}
	return parts.join("");
}

function due_words(status, due) {
	if (["met", "missed", "paused"].includes(status) || !due) return label(status) || "–";
	return __("{0} · {1}", [label(status), moment_text(due)]);
}

/** The time of the stage as a bar and as words. */
export function time_left_html(clock) {
	const used = clock.stage_used || 0;
	const left = clock.stage_limit - used;
	const share = Math.min(100, Math.max(2, (100 * used) / clock.stage_limit));
	const words = time_left(left, clock.workday);
	return `<div class="cq-time ${clock_tone(clock)}">
		<div class="cq-time-words"><b>${esc(words)}</b><span class="text-muted">${esc(
			clock.stage_due ? __("{0} · due {1}", [label(clock.stage_status), moment_text(clock.stage_due)]) : label(clock.stage_status)
		)}</span></div>
		<div class="cq-time-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.round(
			share
		)}" aria-label="${esc(words)}"><span style="width:${share}%"></span></div></div>`;
}

function wanted_html(overview, forward, own) {
	if (overview.is_closed) return closed_html(overview);
	if (own && !forward) return own_actions_html(own.actions);
	const theirs = !forward && overview.next.find((step) => step.kind === "forward" && step.blocked);
	if (theirs) {
		return `<div class="cq-wanted-head">${esc(__("Next: {0}", [theirs.to_label]))}</div><p class="cq-blocked">${esc(theirs.blocked)}</p>${missing_list_html(
			theirs.missing.filter((row) => row.message !== theirs.blocked)
		)}`;
	}
	if (!forward) {
		return `<div class="cq-wanted-head">${esc(__("Nothing for you to do here"))}</div>
			<p class="text-muted">${esc(
				overview.next.length
					? __("Other steps are in the menu “More Steps”.")
					: __("The next step belongs to another role. You will see it here when it is your turn.")
			)}</p>`;
	}
	const head = `<div class="cq-wanted-head">${esc(__("Next: {0}", [forward.to_label]))}</div>`;
	if (!forward.missing.length) {
		return `${head}<p class="cq-ready"><span class="cq-tick">✓</span>${esc(
			__("Everything is there: “{0}” takes the step.", [forward.label])
		)}</p>`;
	}
	return `${head}<div class="cq-missing-count text-muted">${esc(
		forward.missing.length === 1 ? __("One thing is missing") : __("{0} things are missing", [forward.missing.length])
	)}</div>${missing_list_html(forward.missing)}`;
}

/** What is missing, each with a link to its field, and to the records it names: those open beside what somebody is writing. */
export function missing_list_html(missing) {
	// Whoever works needs the sentence; the number of the gate is what auditors and administrators look it up by.
	const told = frappe.user.has_role(frappe.boot.complaint_qms_told_of_gates || []);
	return `<ul class="cq-missing ${told ? "" : "is-plain"}">${missing
		.map((row) => {
			const gate = told ? `<span class="cq-gate" title="${esc(__("Gate {0}", [row.gate]))}">${esc(row.gate)}</span>` : "";
			const text = esc(row.message);
			const records_html = (row.records || []).map(record_html).join("");
			return row.field
				? `<li>${gate}<span><a href="#" data-missing-field="${esc(row.field)}">${text}</a>${records_html}</span></li>`
				: `<li>${gate}<span>${text}${records_html}</span></li>`;
		})
		.join("")}</ul>`;
}

function record_html({ doctype, name }) {
	if (!frappe.model.can_read(doctype)) return ` ${esc(name)}`;
	const path = address(frappe.utils.get_form_link(doctype, name));
	return ` <a class="cq-missing-record" href="${path}" target="_blank">${esc(name)}</a>`;
}

function closed_html(overview) {
	const open_for = overview.headline && overview.headline.open_for_seconds;
	const apart = overview.separators && overview.separators.length ? separating_html(overview) : "";
	return `<div class="cq-wanted-head">${esc(overview.stage_label)}</div>${apart}
		<p class="text-muted">${esc(
			open_for ? __("It took {0} from receipt to the end.", [elapsed(open_for)]) : __("Nothing is left to do.")
		)}</p>`;
}

/** Who takes a merged complaint out again: whoever reads this, or the roles that may. */
function separating_html(overview) {
	const words = overview.next.length
		? __("“{0}” in “More Steps” takes it out again; it then stands in {1}.", [overview.next[0].label, overview.next[0].to_label])
		: __("It may be separated again by: {0}", [comma_list(overview.separators.map((role) => __(role)))]);
	return `<p>${esc(words)}</p>`;
}
