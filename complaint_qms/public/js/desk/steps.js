// The next step as the one primary button, the others in a menu; Frappe's own workflow menu stays quiet beside it.
import { is_at_once } from "./at_once";
import { comes_back, saved_elsewhere, take_step } from "./hand_over";
import { contained_html } from "./contained";
import { short_headline_html } from "./headline";
import { own_options } from "./own_dialogs";
import { offer_signatures, signatures_html, told_apart } from "./signing";
import { draw_stage_bar } from "./stage_bar";
import { label } from "../labels";
import { comma_list, sentences } from "../language";
import { esc } from "../markup";

/** Put an HTML field above the tabs, so that it is seen from every tab. */
export function place_on_top(frm, fieldname) {
	const field = frm.fields_dict[fieldname];
	if (!field) return null;
	const $place = complaint_qms.form_head.head_of(frm);
	if (!$place.has(field.wrapper).length) field.$wrapper.appendTo($place);
	$place.removeClass("hide");
	return field.$wrapper;
}

/** Empty the place above the tabs, for a record that is not saved yet. */
export function clear_top(frm, fieldname) {
	const $top = place_on_top(frm, fieldname);
	if ($top) $top.empty().parent().addClass("hide");
}

/** Scroll to a field, whatever tab it is on, and put the cursor into it. */
export function go_to(frm, fieldname) {
	complaint_qms.draw_the_rest(frm);
	frm.scroll_to_field(fieldname);
	const field = frm.fields_dict[fieldname];
	if (!field) return;
	setTimeout(() => {
		const $input = field.$wrapper.find(".ql-editor, input:visible, select:visible, textarea:visible").first();
		($input.length ? $input : field.$wrapper.find("button:visible, a:visible").first()).trigger("focus");
		field.$wrapper.addClass("cq-flash");
		setTimeout(() => field.$wrapper.removeClass("cq-flash"), 1600);
	}, 350);
}

let wanted_place = null;

$(document).on("save", (event, doc) => doc && saved_elsewhere(doc));

/**
 * Open a record at a field, or with the dialog of a step: its form goes there as soon as it is drawn.
 * @param action the step, by its English name
 */
export function open_at(doctype, name, field, action) {
	wanted_place = field || action ? { doctype, name, field, action } : null;
	return frappe.set_route("Form", doctype, name);
}

/**
 * What somebody asked to do on this form before they came to it, for a form that has a dialog of its own; told once.
 * @param known the actions that the form takes itself; all unless given
 */
export function wanted_action(frm, known = null) {
	const { action = null } = wanted_on(frm);
	if (!action || (known && !known.includes(action))) return null;
	wanted_place = null;
	return action;
}

/** The step whose dialog somebody asked for before they came to this form; asked for once. */
function wanted_step(frm, steps, not_at_once) {
	if (wants_at_once && wants_at_once.frm === frm && is_named(frm.doc, wants_at_once.name)) {
		wants_at_once = null;
		const past = steps.find((row) => is_at_once(frm, row) && !row.blocked);
		if (!past) {
			const why = esc(sentences(not_at_once || [])) || __("By its SOP it is not solved at once: it goes on stage by stage.");
			frappe.show_alert({ message: `${__("Registered.")} ${why}`, indicator: "orange" }, 12);
		}
		return past;
	}
	const { action } = wanted_on(frm);
	const step = action && steps.find((row) => row.action === action && !row.blocked);
	if (step) wanted_place = null;
	return step;
}

let wants_at_once = null;

/** Save a new complaint, and open the dialog by which it is solved at once. */
export async function save_and_solve(frm) {
	// One form shows all complaints: whose name it was is kept as well.
	const wanted = (wants_at_once = { frm, name: frm.doc.name });
	await frm.save().catch(() => {}); // the refusal was shown
	if (!frappe.model.new_names[wanted.name] && wants_at_once === wanted) wants_at_once = null;
}

/** Whether a record has this name, or had it until it was saved. */
const is_named = (doc, name) => doc.name === name || frappe.model.new_names[name] === doc.name;

function go_to_wanted(frm) {
	const place = wanted_on(frm);
	if (place !== wanted_place) return;
	wanted_place = null;
	if (place.field) go_to(frm, place.field);
}

/** What was asked for on this form: {field, action}, or nothing of them. */
function wanted_on(frm) {
	const place = wanted_place;
	return place && place.doctype === frm.doctype && place.name === frm.doc.name ? place : {};
}

/** Offer the steps of an overview. */
function offer_steps(frm, overview, options) {
	// Frappe gives a button back only when what it waits for ends well. A refusal is such an end: the server has said why.
	const take = (step, ask) => {
		const asking = { ...options, ask: ask || options.ask, go_to: (field) => go_to(frm, field) };
		return take_step(frm, step, own_options(frm, step, asking)).catch((refusal) => {
			if (refusal instanceof Error) console.error(refusal);
		});
	};
	offer_signatures(frm, told_apart(overview));
	const primary = overview.next.find((step) => step.primary);
	if (primary && !frm.is_dirty()) {
		complaint_qms.offer_primary(frm, esc(__(primary.action, null, frm.doctype)), () => take(primary));
	}
	const group = __("More Steps");
	for (const step of overview.next) {
		// Who would be refused whatever they enter is told so beside the stages, and not asked for anything.
		if (step !== primary && !step.blocked)
			frm.add_custom_button(esc(__(step.action, null, frm.doctype)), () => take(step), options.group === undefined ? group : options.group);
	}
	const wanted =
		wanted_step(frm, overview.next, overview.not_at_once) || overview.next.find((step) => !step.blocked && comes_back(frm, step));
	if (wanted) take(wanted, true);
}

/** Whose turn it is: the handler by name, else the roles that may take the next step. */
function whose_turn(frm, overview) {
	if (overview.is_closed) return "";
	const names = [];
	const person = frm.doc.complaint_owner || frm.doc.investigator || frm.doc.capa_owner || frm.doc.analyst || frm.doc.handler;
	if (person) names.push(__("with {0}", [frappe.user.full_name(person)]));
	if (!overview.next.some((step) => step.primary)) {
		const roles = roles_that_move(frm);
		if (roles.length) names.push(__("next step: {0}", [comma_list(roles.map((role) => __(role)))]));
	}
	return names.join(" · ");
}

function roles_that_move(frm) {
	const workflow = frappe.workflow.workflows[frm.doctype];
	if (!workflow) return [];
	const order = workflow.states.map((row) => row.state);
	const here = order.indexOf(frm.doc.workflow_state);
	const forward = workflow.transitions.filter((row) => row.state === frm.doc.workflow_state && order.indexOf(row.next_state) === here + 1);
	return [...new Set(forward.map((row) => row.allowed))];
}

function roles_from_here(frm) {
	const workflow = frappe.workflow.workflows[frm.doctype];
	const rows = workflow ? workflow.transitions.filter((row) => row.state === frm.doc.workflow_state) : [];
	return [...new Set(rows.map((row) => row.allowed))];
}

/** The timeline tells changes of Select fields by their keys; show the words instead. */
function readable_timeline(frm) {
	const $timeline = frm.$wrapper.find(".new-timeline").first();
	if (!$timeline.length) return;
	const replace = () =>
		$timeline.find(".timeline-content b").each((_, element) => {
			const text = element.textContent;
			if (/^[a-z0-9]+(_[a-z0-9]+)*$/.test(text) && label(text) !== text) element.textContent = label(text);
		});
	replace();
	if (frm.cq_timeline) return;
	frm.cq_timeline = new MutationObserver(replace);
	frm.cq_timeline.observe($timeline[0], { childList: true, subtree: true });
}

/** The overview that came with the record when it was opened or saved. Shown once: later it would be an old one. */
function sent_along_of(doc) {
	const { overview = null } = doc.__onload || {};
	if (overview) delete doc.__onload.overview;
	return overview;
}

/** What was asked for while the fields were still to be drawn, or is asked for now. */
function asked_for(frm, method) {
	const { name, answer } = frm.cq_asked || {};
	frm.cq_asked = null;
	return name === frm.doc.name ? answer : frappe.xcall(method, { name: frm.doc.name });
}

/**
 * Fetch the overview (with the context where `opened` answers both) of the form's record and draw them; an answer that comes too late
 * is dropped.
 * @param options {overview, take?, opened?, args?, beside?, show(frm, overview, handlers), show_context?(frm, context)}
 */
export function load_record(frm, options) {
	readable_timeline(frm);
	const name = frm.doc.name;
	const ticket = (frm.cq_ticket = (frm.cq_ticket || 0) + 1);
	const fresh = () => frm.cq_ticket === ticket && frm.doc.name === name;
	const args = { ...(options.args || {}), name };
	const show = (overview) => {
		if (!fresh()) return;
		overview.turn = whose_turn(frm, overview);
		if (frm.doc.stage === "duplicate")
			Object.assign(overview, { separators: roles_from_here(frm), unanswered: !frm.doc.first_response_at });
		if (options.take) offer_steps(frm, overview, { method: options.take, args: options.args, beside: options.beside });
		options.show(frm, overview, { go_to: (field) => go_to(frm, field) });
		complaint_qms.form_head.head_drawn(frm);
		if (options.take) go_to_wanted(frm);
	};
	const ask = () => frappe.xcall(options.overview, args).then(show);
	const sent_along = sent_along_of(frm.doc);
	if (sent_along) return show(sent_along);
	if (!options.opened) return ask();
	return asked_for(frm, options.opened).then(({ overview, context, contained }) => {
		if (!fresh()) return;
		frm.cq_contained = contained;
		if (overview) show(overview);
		else ask();
		options.show_context(frm, context);
	});
}

/**
 * Offer what may be said about a record without a workflow (verify, reject, report …), each with what it still lacks.
 * @param steps what `complaint_qms.api.judgement.offered` answers goes there as well
 */
export function load_judgements(frm, steps) {
	const name = frm.doc.name;
	const ticket = (frm.cq_judged_ticket = (frm.cq_judged_ticket || 0) + 1);
	const args = { doctype: frm.doctype };
	return frappe.xcall("complaint_qms.api.judgement.offered", { ...args, name }).then((next) => {
		if (frm.cq_judged_ticket !== ticket || frm.doc.name !== name || frm.is_dirty()) return;
		const blocked = next.find((step) => step.blocked);
		if (blocked) frm.set_intro(esc(blocked.blocked), "yellow");
		const { signatures, signatures_wanted } = frm.doc.__onload || {};
		if (signatures) {
			const signed = signatures_html(signatures, signatures_wanted);
			complaint_qms.form_head.head_of(frm).html(signed).toggleClass("hide", !signed);
		}
		offer_steps(frm, { next, signatures_wanted }, { method: "complaint_qms.api.judgement.judge", args, group: null, ask: true });
		if (steps) steps(next);
		go_to_wanted(frm);
	});
}

/** The same for an investigation or a CAPA, whose head is the HTML field `fieldname`; `own`: see `draw_stage_bar`. */
export function load_progress(frm, fieldname, own = null) {
	load_record(frm, {
		overview: "complaint_qms.api.progress.overview",
		take: "complaint_qms.api.progress.take_step",
		args: { doctype: frm.doctype },
		show(form, overview, handlers) {
			const $top = place_on_top(form, fieldname);
			const contained = contained_html((form.doc.__onload || {}).contained, true);
			$top.html(`${short_headline_html(form.doc)}${contained}<div class="cq-bar-place"></div>`);
			draw_stage_bar($top.find(".cq-bar-place"), overview, { ...handlers, own });
		},
	});
}

/** The same for a root cause, which has no HTML field and no workflow: its form offers the judgement. */
export function load_cause(frm) {
	const $top = complaint_qms.form_head.head_of(frm);
	if (frm.is_new()) return $top.empty().addClass("hide");
	$top.removeClass("hide");
	load_record(frm, {
		overview: "complaint_qms.api.progress.overview",
		args: { doctype: frm.doctype },
		show(form, overview, handlers) {
			$top.html(`${short_headline_html(form.doc)}<div class="cq-bar-place"></div>`);
			draw_stage_bar($top.find(".cq-bar-place"), overview, handlers);
		},
	});
}
