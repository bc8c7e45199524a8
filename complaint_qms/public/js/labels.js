// Readable words for the stable keys that Select fields store.
//
// Frappe shows a Select option through __(key). A site whose language file maps the key keeps its own words;
// every other key gets its English label here, itself passed through __() so that it can be translated.

const vocabulary = () => ({
	// stages of a complaint
	intake: __("Intake"),
	triage: __("Triage"),
	investigate: __("Investigation"),
	solve: __("Solution"),
	confirm: __("Confirmation"),
	execute: __("Execution"),
	review: __("Review"),
	closed: __("Closed"),
	on_hold: __("On Hold"),
	rejected: __("Rejected"),
	duplicate: __("Merged"),
	void: __("Void"),
	// clock
	on_track: __("On Track"),
	at_risk: __("At Risk"),
	overdue: __("Overdue"),
	met: __("Met"),
	missed: __("Missed"),
	paused: __("Paused"),
	// what the customer wants, and remedies
	refund: __("Refund"),
	exchange: __("Exchange"),
	repair: __("Repair"),
	credit: __("Credit"),
	apology: __("Apology"),
	information: __("Information"),
	other: __("Other"),
	return_credit: __("Return and Credit"),
	replacement: __("Replacement"),
	goodwill: __("Goodwill"),
	// degrees and answers
	low: __("Low"),
	normal: __("Normal"),
	medium: __("Medium"),
	high: __("High"),
	critical: __("Critical"),
	yes: __("Yes"),
	no: __("No"),
	unknown: __("Unknown"),
	assessing: __("Being Assessed"),
	agreed: __("Agreed"),
	disagreed: __("Disagreed"),
	no_answer: __("No Answer"),
	proposed: __("Proposed"),
	settled: __("Settled"),
	incomplete: __("Incomplete"),
	cancelled: __("Cancelled"),
	justified: __("Justified"),
	partly_justified: __("Partly Justified"),
	not_justified: __("Not Justified"),
	withdrawn: __("Withdrawn"),
	// risk and harm
	acceptable: __("Acceptable"),
	alarp: __("As Low as Reasonably Practicable"),
	unacceptable: __("Unacceptable"),
	none: __("None"),
	minor: __("Minor"),
	serious: __("Serious"),
	death: __("Death"),
	// evidence
	photo: __("Photo"),
	video: __("Video"),
	document: __("Document"),
	audio: __("Audio"),
	// investigation
	planned: __("Planned"),
	in_progress: __("In Progress"),
	completed: __("Completed"),
	confirmed: __("Confirmed"),
	not_confirmed: __("Not Confirmed"),
	inconclusive: __("Inconclusive"),
	use_error: __("Use Error"),
	conforms: __("Conforms"),
	does_not_conform: __("Does Not Conform"),
	// root cause
	occurrence: __("Occurrence"),
	non_detection: __("Non-detection"),
	systemic: __("Systemic"),
	man: __("People"),
	machine: __("Machine"),
	material: __("Material"),
	method: __("Method"),
	measurement: __("Measurement"),
	environment: __("Environment"),
	supplier: __("Supplier"),
	design: __("Design"),
	process: __("Process"),
	handling: __("Handling"),
	software: __("Software"),
	customer: __("Customer"),
	"5_why": __("5 Whys"),
	ishikawa: __("Ishikawa"),
	fault_tree: __("Fault Tree"),
	"8d": __("8D"),
	draft: __("Draft"),
	verified: __("Verified"),
	// CAPA
	corrective: __("Corrective"),
	preventive: __("Preventive"),
	both: __("Corrective and Preventive"),
	containment: __("Containment"),
	plan_review: __("Plan Review"),
	implement: __("Implementation"),
	verify: __("Verification"),
	effectiveness: __("Effectiveness Check"),
	effective: __("Effective"),
	ineffective: __("Ineffective"),
	insufficient_data: __("Not Enough Data"),
	complaint_rate: __("Complaint Rate"),
	complaint_count: __("Number of Complaints"),
	open: __("Open"),
	done: __("Done"),
	similar_item: __("Similar Item"),
	procedure: __("Procedure"),
	fmea: __("FMEA"),
	bom: __("BOM"),
	training: __("Training"),
	// reportability
	reported: __("Reported"),
	not_reportable: __("Not Reportable"),
});

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
};

let words = null;

export function label(key) {
	if (!key) return "";
	words = words || vocabulary();
	return frappe._messages[key] || words[key] || __(key);
}

export function color(key) {
	return COLORS[key] || "gray";
}

/** A pill with colour and word, as HTML. */
export function pill(key, text, tone) {
	if (!key && !text) return "";
	const shown = frappe.utils.escape_html(text || label(key));
	return `<span class="indicator-pill ${tone || color(key)} ellipsis"><span class="ellipsis">${shown}</span></span>`;
}

/** The same, for a list column: a click filters by it. */
export function list_pill(value, df) {
	if (!value) return "";
	return `<span class="filterable indicator-pill ${color(value)} ellipsis" data-filter="${df.fieldname},=,${value}"><span class="ellipsis">${label(
		value
	)}</span></span>`;
}

/** Give Frappe the English word of every key that the site's language does not map itself. */
export function install() {
	words = vocabulary();
	for (const [key, text] of Object.entries(words)) {
		if (!frappe._messages[key]) frappe._messages[key] = text;
	}
}
