// A procedure as a drawing: its stages in their order with who has them, how long they may take, what stands in the way of the next
// one, and the steps of escalation on a scale of the time. A list of sentences to whoever has it read aloud.
import { label } from "../labels";
import { clauses, comma_list, labelled } from "../language";
import { empty, esc } from "../markup";
import { know_people } from "../people";
import { working_time } from "../words";
import { effect_text, point_text, reached_share } from "./ladder";

const STAGES = ["intake", "triage", "investigate", "solve", "confirm", "execute", "review"];

/**
 * Draw an SOP as it stands in the form, saved or not.
 * @param workday seconds of a usual working day; 0 where it is not known
 */
export async function draw_flow($parent, doc, workday) {
	draw_now($parent, doc, workday);
	const named = [
		...(doc.stages || []).map((row) => row.responsible_user),
		...(doc.escalation_steps || []).flatMap((row) => [row.user, row.backup]),
	];
	if (!named.some((user) => user && !frappe.boot.user_info[user])) return;
	await know_people(named);
	draw_now($parent, doc, workday);
}

function draw_now($parent, doc, workday) {
	if (!(doc.stages || []).length) {
		$parent.html(empty(__("The procedure is drawn here once its stages have rows.")));
		return;
	}
	const cards = STAGES.map((stage, at) => stage_html(stage, at, doc, workday)).join("");
	$parent.html(`<div class="cq-flow">${whole_html(doc, workday)}${at_once_html(doc)}<ol class="cq-flow-stages" aria-label="${esc(__("Stages"))}">${cards}
		<li class="cq-flow-end"><span class="cq-dot">✓</span> ${esc(label("closed"))}</li></ol></div>`);
}

/** The clocks that run beside the stages. */
function whole_html(doc, workday) {
	const clocks = [
		["response", doc.first_response_time],
		["resolution", doc.resolution_time],
	];
	const parts = clocks.map(
		([clock, limit]) => `<section class="cq-flow-clock"><h6>${esc(label(clock))}</h6>
		${limit_html(limit, doc.warn_percent, workday)}${ladder_html(doc, clock, "", limit, doc.warn_percent)}</section>`
	);
	const above = doc.escalation_role ? `<p class="cq-flow-owner">${esc(above_text(doc.escalation_role))}</p>` : "";
	return `<div class="cq-flow-clocks">${parts.join("")}</div>${above}`;
}

/** The way past the stages between, in one sentence. */
function at_once_html(doc) {
	if (!doc.allow_at_once || !doc.at_once_severity) return "";
	const role = __(doc.at_once_role || "Complaint Agent");
	const said = __("From intake or triage, up to severity {0}, somebody with the role {1} may solve a complaint at once.", [
		__(doc.at_once_severity),
		role,
	]);
	const then = __("The customer has to agree, and somebody else reviews and closes it.");
	const way = ["intake", "review", "closed"].map((stage) => label(stage)).join(" → ");
	const why = doc.at_once_reason ? `<p class="text-muted">${esc(labelled(__("Not investigated"), __(doc.at_once_reason)))}</p>` : "";
	return `<section class="cq-flow-once"><h6>${esc(__("Solving at Once"))}</h6><p><b>${esc(way)}</b></p><p>${esc(said)} ${esc(then)}</p>${why}</section>`;
}

function stage_html(stage, at, doc, workday) {
	const row = (doc.stages || []).find((one) => one.stage === stage) || { stage };
	const checks = (doc.checks || []).filter((one) => one.stage === stage && one.check);
	const asked = [gate_text(stage), ...checks.map(check_text)];
	return `<li class="cq-flow-stage"><h6><span class="cq-dot" aria-hidden="true">${at + 1}</span> ${esc(label(stage))}</h6>
		<p class="cq-flow-owner">${esc(labelled(__("In charge"), owner_text(row)))}</p>
		${row.assign_by ? `<p class="cq-flow-owner">${esc(labelled(__("Handler found"), way_text(row)))}</p>` : ""}
		${row.back_role ? `<p class="cq-flow-owner">${esc(labelled(__("Sent back by"), __("somebody with the role {0}", [__(row.back_role)])))}</p>` : ""}
		${limit_html(row.time_limit, row.warn_percent, workday)}
		${ladder_html(doc, "stage", stage, row.time_limit, row.warn_percent)}
		${row.escalate_to_role ? `<p class="cq-flow-owner">${esc(above_text(row.escalate_to_role))}</p>` : ""}
		<p class="cq-flow-gate">${esc(__("Before the next stage:"))}</p><ul>${asked.map((one) => `<li>${esc(one)}</li>`).join("")}</ul></li>`;
}

function owner_text(row) {
	const named = row.responsible_user ? frappe.user.full_name(row.responsible_user) : "";
	const other = named || (row.responsible_role ? __("somebody with the role {0}", [__(row.responsible_role)]) : "");
	return other ? __("the handler, else {0}", [other]) : __("the handler");
}

const above_text = (role) => labelled(__("Where the handler has no superior"), __("somebody with the role {0}", [__(role)]));

/** How the stage finds a handler: “least loaded with the role Complaint Agent; who fits by language goes first”. */
function way_text(row) {
	const role = row.responsible_role ? __("with the role {0}", [__(row.responsible_role)]) : "";
	const among = comma_list([role, row.for_department ? __("of {0}", [row.for_department]) : ""].filter(Boolean)) || "…";
	const fits = [
		row.skill ? __("skill {0}", [row.skill]) : "",
		row.match_language ? __("language") : "",
		row.match_product_line ? __("product line") : "",
		row.match_region ? __("sales region") : "",
	].filter(Boolean);
	const way = {
		named_user: () => (row.responsible_user ? frappe.user.full_name(row.responsible_user) : "…"),
		round_robin: () => __("in turn among those {0}", [among]),
		least_loaded: () => __("whoever has the fewest of those {0}", [among]),
	}[row.assign_by]();
	return clauses([
		way,
		fits.length ? __("who fits by {0} goes first", [comma_list(fits)]) : "",
		row.assign_anew ? __("anew also where there is a handler") : "",
	]);
}

function limit_html(limit, warn, workday) {
	if (!limit) return `<p class="text-muted">${esc(__("No limit"))}</p>`;
	const time = working_time(limit, workday);
	const said = warn > 0 && warn < 100 ? __("{0}, at risk from {1} %", [time, Number(warn)]) : time;
	return `<p class="cq-flow-limit">${esc(labelled(__("Time"), said))}</p>`;
}

/** What happens on the way, on a scale that reaches as far as the last step, and as a list. */
function ladder_html(doc, clock, stage, limit, warn) {
	if (!limit) return "";
	const steps = [...basic_steps(doc, warn), ...own_steps(doc, clock, stage, limit)].sort((a, b) => a.share - b.share);
	if (!steps.length) return "";
	const most = Math.max(1, ...steps.map((step) => step.share));
	const marks = steps.map((step) => {
		const place = Math.round((step.share / most) * 1000) / 10;
		return `<span class="cq-flow-mark ${step.share >= 1 ? "is-late" : ""}" style="left:${place}%"></span>`;
	});
	const due = Math.round(1000 / most) / 10;
	return `<div class="cq-flow-scale" aria-hidden="true"><span class="cq-flow-time" style="width:${due}%"></span>${marks.join("")}</div>
		<ul class="cq-flow-ladder">${steps.map((step) => `<li>${esc(step.text)}</li>`).join("")}</ul>`;
}

function basic_steps(doc, warn) {
	if (!doc.basic_reminders) return [];
	const [reminded, told] = [__("the handler is reminded"), __("the handler and the superior are told")];
	const overdue = { share: 1, text: __("at {0} %: {1}", [100, told]) };
	if (!(warn > 0 && warn < 100)) return [overdue];
	return [{ share: warn / 100, text: __("at {0} %: {1}", [Number(warn), reminded]) }, overdue];
}

function own_steps(doc, clock, stage, limit) {
	const rows = (doc.escalation_steps || []).filter(
		(row) => row.clock === clock && (clock !== "stage" || !row.stage || row.stage === stage) && (row.percent || row.hours)
	);
	return rows.map((row) => {
		const amount = row.moment === "percent" ? row.percent : row.hours;
		const stands_in = row.backup ? __("in their place {0}", [frappe.user.full_name(row.backup)]) : "";
		const effect = clauses([effect_text(row), stands_in]);
		const told = __("{0}: {1}", [point_text(row.moment, amount), effect]);
		const only = row.from_urgency ? __("{0} (from urgency {1})", [told, label(row.from_urgency)]) : told;
		return { share: reached_share(row.moment, amount, limit), text: only };
	});
}

function check_text(row) {
	const shown = {
		field: () => __("field {0}", [field_label(row.proof_field)]),
		file: () => (row.proof_file ? __("file: {0}", [label(row.proof_file)]) : __("a file")),
		record: () => (row.proof_record ? label(row.proof_record) : "…"),
	}[row.proof];
	const check = shown ? __("{0} – shown by {1}", [__(row.check), shown()]) : __(row.check);
	if (!row.mandatory) return check;
	return shown ? __("{0} (must be there)", [check]) : __("{0} (must be ticked)", [check]);
}

const field_label = (name) => __((frappe.meta.get_docfield("Complaint", name) || {}).label || name || "…", null, "Complaint");

/** What the gates ask for on the way out of a stage, whatever the SOP says. */
function gate_text(stage) {
	return {
		intake: __("Who complained, when, and what happened"),
		triage: __("Whether it is a complaint and reportable, its type, severity, reasons and handler"),
		investigate: __("A completed investigation, a similar one that covers it, or the reason for none"),
		solve: __("The reply, and a settlement where the customer gets a remedy"),
		confirm: __("The reply is sent, and the customer has answered"),
		execute: __("The settlement is carried out"),
		review: __("Closing decision and CAPA decision, by somebody other than the handler"),
	}[stage];
}
