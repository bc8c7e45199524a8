// Names of the stable keys that Select fields store, as `constants/labels.py` gives them.
//
// The framework's own controls ask for the name of a choice within its DocType, and find it among the messages of the boot
// (`services/record/labels.choice_words`). What asks without saying whose word it wants is told in `list_words.js`.
import { esc } from "./markup";

const CONTEXT = "Complaint QMS";

// Colour says it a second time; the word always stands beside it.
const COLORS = {
	intake: "blue",
	triage: "purple",
	investigate: "cyan",
	solve: "cyan",
	confirm: "yellow",
	execute: "cyan",
	review: "purple",
	closed: "green",
	on_hold: "gray",
	rejected: "gray",
	duplicate: "gray",
	void: "gray",
	on_track: "green",
	at_risk: "orange",
	overdue: "red",
	met: "green",
	missed: "red",
	paused: "gray",
	low: "gray",
	normal: "blue",
	medium: "orange",
	high: "orange",
	critical: "red",
	planned: "blue",
	in_progress: "cyan",
	completed: "green",
	draft: "blue",
	verified: "green",
	plan_review: "purple",
	implement: "cyan",
	verify: "purple",
	effectiveness: "yellow",
	ineffective: "red",
	effective: "green",
	insufficient_data: "orange",
	open: "orange",
	done: "green",
	cancelled: "gray",
	proposed: "orange",
	approval_rejected: "red",
	drafted: "blue",
	in_repair: "cyan",
	settled: "green",
	incomplete: "red",
	corrective: "blue",
	preventive: "cyan",
	containment: "orange",
	both: "purple",
	confirmed: "red",
	not_confirmed: "green",
	inconclusive: "orange",
	use_error: "yellow",
	conforms: "green",
	does_not_conform: "red",
	acceptable: "green",
	alarp: "orange",
	unacceptable: "red",
	reported: "green",
	not_reportable: "gray",
	new: "blue",
	waiting: "orange",
	with_person: "orange",
	collecting: "blue",
	confirming: "yellow",
	not_sent: "red",
	registered: "green",
	added: "green",
	dismissed: "gray",
	active: "green",
	retired: "gray",
	held: "red",
	released: "green",
	in_force: "green",
	under_review: "yellow",
	decided: "green",
	faded: "gray",
	superseded: "gray",
	queued: "blue",
	running: "blue",
	rising: "red",
	falling: "green",
	stopped: "gray",
};

// What people wrote is looked up as well, and may be the name of what every object has.
const own = (table, key) => (Object.prototype.hasOwnProperty.call(table || {}, key) ? table[key] : "");

export function label(key) {
	const name = key && own(frappe.boot.complaint_qms_words, key);
	return name ? __(name, null, CONTEXT) : key || "";
}

/** Name of a choice of a field of the app's records. */
export const choice = (key, field) => __(key || "", null, field.parent);

export function color(key) {
	return own(COLORS, key) || "gray";
}

/** A pill with colour and word, as HTML. */
export function pill(key, text, tone) {
	if (!key && !text) return "";
	const shown = esc(text || label(key));
	return `<span class="indicator-pill ${tone || color(key)} ellipsis"><span class="ellipsis">${shown}</span></span>`;
}

/** The same, for a list column: a click filters by it. */
export function list_pill(value, df) {
	if (!value) return "";
	return `<span class="filterable indicator-pill ${color(value)} ellipsis" data-filter="${esc(df.fieldname)},=,${esc(value)}"><span class="ellipsis">${esc(
		label(value)
	)}</span></span>`;
}

/** Word, colour and filter of a list's state column, as markup. */
export function indicator(key, filter_by, { tone = key, text = "" } = {}) {
	return [esc(text || label(key)), color(tone), `${filter_by},=,${esc(key)}`];
}
