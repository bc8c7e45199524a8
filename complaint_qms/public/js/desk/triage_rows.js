// A row of the triage table as markup: what stands, what is proposed and why, who judged, and what the row was answered.
import { label } from "../labels";
import { comma_list, labelled, sentences } from "../language";
import { esc, told } from "../markup";
import { elapsed, moment_text, record_link } from "../words";
import { time_html } from "./my_work";
import { percent } from "./proposals";

/** Fields with a proposal, in the order of the columns; the place of each is its key, the same in every row. */
export const PROPOSED = frappe.boot.complaint_qms_proposed || [];

const key_of = (name) => PROPOSED.indexOf(name) + 1;
const NAMED = ["complaint_type", "severity", "occurrence"]; // links, whose names are words of the site
const PRIORITY_TONE = { high: "red", medium: "orange", low: "green" };

export const field_label = (fieldname) => {
	const { label: name = fieldname } = frappe.meta.get_docfield("Complaint", fieldname) || {};
	return __(name, null, "Complaint");
};

/** A value as people read it. */
export const shown_value = (fieldname, value) => (NAMED.includes(fieldname) ? __(value) : label(value));

/** Open proposals of a row: [fieldname, proposal], in the order of their keys. */
export const open_proposals = (row) => PROPOSED.filter((name) => row.proposals[name]).map((name) => [name, row.proposals[name]]);

export function head_html() {
	const columns = [
		[__("Complaint"), "what"],
		[field_label("complaint_type"), "type"],
		[field_label("severity"), "severity"],
		[__("Occurrence and Action Priority"), "risk"],
		[__("Urgency, harm, wish, mood"), "rest"],
		[__("Complaint and reportable?"), "judged"],
	];
	return `<thead><tr>${columns.map(([name, key]) => `<th scope="col" class="cq-t-${key}">${esc(name)}</th>`).join("")}</tr></thead>`;
}

/**
 * @param {object} row  as of `complaint_qms.api.triage.page`
 * @param {object} seen  {current, busy, answer: {tone, lines, undo}, twin, may}
 */
export function row_html(row, seen) {
	const tab = seen.current ? 0 : -1;
	const cell = (name) => field_html(row, name, tab, seen.may.write);
	return `<tr class="cq-t-row ${seen.current ? "is-current" : ""}" data-name="${esc(row.name)}" tabindex="${tab}" aria-busy="${seen.busy ? "true" : "false"}"
		aria-label="${esc(spoken(row))}">
		<td class="cq-t-what">${what_html(row, seen, tab)}</td>
		<td class="cq-t-type">${cell("complaint_type")}</td>
		<td class="cq-t-severity">${cell("severity")}</td>
		<td class="cq-t-risk">${cell("occurrence")}${priority_html(row)}</td>
		<td class="cq-t-rest">${["urgency", "harm_level", "expectation", "expectation_note"].map(cell).join("")}${mood_html(row.mood)}</td>
		<td class="cq-t-judged">${judged_html(row)}${cell("reportable")}${acts_html(row, seen, tab)}</td>
	</tr>${seen.answer ? answer_html(row, seen.answer, tab) : ""}`;
}

/** A complaint that has left the table, until the page is drawn anew. */
export const gone_html = (name, answer) =>
	`<tr class="cq-t-gone" data-name="${esc(name)}"><td colspan="6">${record_link("Complaint", name)} ${esc(
		sentences(answer.lines)
	)}</td></tr>`;

function what_html(row, seen, tab) {
	const who = [row.customer_name, row.product, row.batch_no && labelled(__("Batch"), row.batch_no)].filter(Boolean);
	const since = row.age === null ? "" : __("open for {0}", [elapsed(row.age)]);
	return `<span class="cq-t-line"><a class="cq-no" tabindex="${tab}" href="${esc(frappe.utils.get_form_link("Complaint", row.name))}">${esc(row.name)}</a>
		<span class="text-muted">${esc([label(row.stage), since].filter(Boolean).join(" · "))}</span></span>
		<b class="cq-t-subject">${esc(row.subject)}</b>
		<span class="cq-t-who text-muted">${esc(who.join(" · "))}</span>
		<span class="cq-t-words">${esc(row.words)}</span>
		${twin_html(seen.twin)}
		<span class="cq-t-time">${time_html(row)}</span>`;
}

/** The complaint that it may be the same as. */
export function twin_html(twin) {
	if (!twin) return `<span class="cq-t-twin"></span>`;
	const what = twin.kind === "told_twice" ? __("May be told twice: {0}") : __("Similar: {0}");
	const [before, after] = what.split("{0}");
	return `<span class="cq-t-twin is-found" title="${esc(comma_list(twin.reasons || []))}">${esc(before)}${record_link("Complaint", twin.name)}${esc(
		after
	)} <small>${esc([__("{0} % alike", [Math.round(100 * twin.score)]), label(twin.stage)].join(" · "))}</small></span>`;
}

function field_html(row, name, tab, may_write) {
	const value = row.values[name];
	const proposal = row.proposals[name];
	const name_of = field_label(name);
	if (!value && !proposal)
		return ["expectation_note", "reportable"].includes(name) ? "" : `<div class="cq-t-field is-empty">${fact_html(name_of, "–")}</div>`;
	// What was judged stands above, with who did.
	const fact = name === "reportable" ? "" : fact_html(name_of, value ? shown_value(name, value) : "–");
	return `<div class="cq-t-field ${value ? "" : "is-empty"}">${fact}${proposal ? offer_html(name, proposal, tab, may_write) : ""}</div>`;
}

const fact_html = (name, value) => `<span class="cq-t-name">${esc(name)}</span><span class="cq-t-value">${esc(value)}</span>`;

function offer_html(name, proposal, tab, may_write) {
	const sure = __("{0} % sure", [percent(proposal.confidence)]);
	const why = [proposal.graver ? __("graver than what stands") : "", sure, ...proposal.reasons].filter(Boolean);
	const words = shown_value(name, proposal.value);
	const spoken_words = __("Accept {0}: {1}", [field_label(name), words]);
	const tone = proposal.graver ? "is-graver" : proposal.fills ? "" : "is-other";
	return `<button type="button" class="cq-offer ${tone}" data-field="${esc(name)}" tabindex="${tab}" ${may_write ? "" : "disabled"}
		aria-label="${esc(`${spoken_words}. ${why.join(". ")}`)}"><kbd aria-hidden="true">${Number(key_of(name))}</kbd><span>${esc(words)}</span>
		<span class="cq-offer-why" aria-hidden="true">${esc(why.join(" · "))}</span></button>`;
}

/** How the customer sounds; a hint, no field. */
function mood_html(mood) {
	if (!mood) return "";
	const why = [__("{0} % sure", [percent(mood.confidence)]), ...mood.reasons].join(" · ");
	return `<div class="cq-t-field" title="${esc(why)}">${fact_html(__("Mood"), label(mood.value))}</div>`;
}

function priority_html(row) {
	const now = row.priority;
	const hoped = row.priority_proposed;
	const best = now.priority ? now : hoped;
	const name = __("Action Priority");
	if (!best.priority) {
		const why = best.severity ? __("an occurrence is missing") : __("a severity with an FMEA rating is missing");
		return `<div class="cq-t-field is-empty"><span class="cq-t-name">${esc(name)}</span><span class="cq-t-value" title="${esc(why)}">–</span></div>`;
	}
	const ratings = `S ${best.severity} × O ${best.occurrence} × D ${best.detection}`;
	const assumed = best.assumed ? __("Detection is not rated: it counts as 10, because the failure reached the customer.") : "";
	const soon = now.priority ? "" : __("with the proposals");
	return `<div class="cq-t-field"><span class="cq-t-name">${esc(name)}</span><span class="cq-t-value cq-priority tone-${esc(
		PRIORITY_TONE[best.priority]
	)}" title="${esc(assumed)}"><span class="cq-mini-dot"></span>${esc(label(best.priority))} <small class="text-muted">${esc(
		[ratings, soon].filter(Boolean).join(" · ")
	)}</small></span></div>`;
}

function judged_html(row) {
	return ["is_complaint", "reportable"]
		.map((name) => {
			const said = row.judged[name];
			const who = said ? [said.by, moment_text(said.at)].filter(Boolean).join(" · ") : "";
			return `<div class="cq-t-field ${said ? "" : "is-empty"}">${fact_html(field_label(name), said ? label(said.answer) : __("not judged yet"))}
				${who ? `<small class="text-muted">${esc(who)}</small>` : ""}</div>`;
		})
		.join("");
}

function acts_html(row, { may }, tab) {
	if (!may.write) return "";
	const fills = open_proposals(row).some(([, proposal]) => proposal.fills);
	const acts = [
		["accept", "a", __("Accept"), fills],
		["edit", "e", __("Edit"), true],
		["judge", "r", __("Judge"), true],
		["merge", "d", __("Duplicate", null, "Complaint"), may.merge],
		["reject", "n", __("Not a Complaint"), may.reject],
	];
	return `<div class="cq-t-acts">${acts
		.filter(([, , , offered]) => offered)
		.map(
			([
				act,
				key,
				name,
			]) => `<button type="button" class="btn btn-xs ${act === "accept" ? "btn-primary" : "btn-default"}" data-act="${esc(act)}" tabindex="${tab}"
			aria-keyshortcuts="${esc(key)}">${esc(name)} <kbd aria-hidden="true">${esc(key)}</kbd></button>`
		)
		.join("")}</div>`;
}

function answer_html(row, answer, tab) {
	const undo = answer.undo
		? `<button type="button" class="btn btn-xs btn-default" data-act="undo" tabindex="${tab}" aria-keyshortcuts="u">${esc(__("Undo"))} <kbd aria-hidden="true">u</kbd></button>`
		: "";
	return `<tr class="cq-t-answer tone-${esc(answer.tone)}" data-of="${esc(row.name)}"><td colspan="6"><div role="${
		answer.tone === "red" ? "alert" : "status"
	}">${answer.lines.map(told).join("")}</div>${undo}</td></tr>`;
}

const spoken = (row) => {
	const open = open_proposals(row).map(([name, { value }]) => `${key_of(name)} ${field_label(name)} ${shown_value(name, value)}`);
	const proposed = open.length ? labelled(__("Proposed"), comma_list(open)) : __("no open proposals");
	return [row.name, row.subject, row.customer_name, row.product, proposed].filter(Boolean).join(". ");
};
