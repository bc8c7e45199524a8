const STAGES = ["intake", "triage", "investigate", "solve", "confirm", "execute", "review"];

frappe.ui.form.on("Complaint SOP", {
	setup(frm) {
		frm.set_query("escalation_role", complaint_qms.given_roles);
		frm.set_query("responsible_role", "stages", complaint_qms.given_roles);
		frm.set_query("escalate_to_role", "stages", complaint_qms.given_roles);
		frm.set_query("back_role", "stages", complaint_qms.given_roles);
		frm.set_query("role", "escalation_steps", complaint_qms.given_roles);
		frm.set_query("at_once_role", complaint_qms.given_roles);
		frm.set_query("at_once_severity", () => ({ filters: { disabled: 0 } }));
		frm.set_query("rule", "escalation_steps", () => ({
			filters: { enabled: 1, when_event: "when_called", ...(frm.doc.company ? { company: ["in", ["", frm.doc.company]] } : {}) },
		}));
	},
	refresh(frm) {
		tell_limits(frm);
		offer_fields(frm);
		draw(frm);
		if (frm.doc.__islocal && !(frm.doc.stages || []).length) fill_stages(frm);
		if (!frm.is_new()) {
			frm.add_custom_button(__("Complaints under this SOP"), () => frappe.set_route("List", "Complaint", { sop: frm.doc.name }));
			complaint_qms.load_desk().then(() => complaint_qms.desk.offer_sop_actions(frm));
		}
	},
	first_response_time: told_anew,
	resolution_time: told_anew,
	warn_percent: draw,
	basic_reminders: draw,
	escalation_role: draw,
	allow_at_once: draw,
	at_once_severity: draw,
	at_once_role: draw,
	at_once_reason: draw,
});

for (const [table, fields] of Object.entries({
	"Complaint SOP Stage": [
		"stage",
		"time_limit",
		"warn_percent",
		"responsible_role",
		"responsible_user",
		"escalate_to_role",
		"back_role",
		"assign_by",
		"for_department",
		"assign_anew",
		"skill",
		"match_language",
		"match_product_line",
		"match_region",
	],
	"Complaint SOP Check": ["stage", "check", "mandatory", "proof", "proof_field", "proof_file", "proof_record"],
	"Complaint SOP Step": [
		"clock",
		"stage",
		"moment",
		"percent",
		"hours",
		"action",
		"recipient",
		"role",
		"user",
		"backup",
		"from_urgency",
		"rule",
	],
})) {
	frappe.ui.form.on(
		table,
		Object.fromEntries([...fields, "stages_remove", "checks_remove", "escalation_steps_remove"].map((name) => [name, draw]))
	);
}

// Two actions name nobody; the others begin with the handler.
frappe.ui.form.on("Complaint SOP Step", "action", (frm, doctype, name) => {
	const row = locals[doctype][name];
	const nameless = ["raise_urgency", "call_rule"].includes(row.action);
	if (nameless === Boolean(row.recipient)) frappe.model.set_value(doctype, name, "recipient", nameless ? "" : "handler");
});

function told_anew(frm) {
	tell_limits(frm);
	draw(frm);
}

async function draw(frm) {
	// Checks that a field shows to be done are told by its label.
	await Promise.all([complaint_qms.load_desk(), frappe.model.with_doctype("Complaint")]);
	const { workday } = frm.doc.__onload || {};
	complaint_qms.desk.draw_flow(frm.fields_dict.flow_html.$wrapper, frm.doc, workday);
}

const in_working_days = (frm, seconds) => {
	const { workday } = frm.doc.__onload || {};
	return workday && seconds >= workday ? complaint_qms.words.working_time(seconds, workday) : "";
};

/** Limits count working time: beside the hours stands how many working days that is. */
function tell_limits(frm) {
	for (const fieldname of ["first_response_time", "resolution_time"]) {
		const { description } = frappe.meta.get_docfield("Complaint SOP", fieldname);
		const seconds = frm.doc[fieldname];
		frm.fields_dict[fieldname].set_description([in_working_days(frm, seconds), __(description)].filter(Boolean).join(" · "));
	}
	const shown = (seconds) =>
		seconds
			? [frappe.utils.get_formatted_duration(seconds, { hide_days: 1 }), in_working_days(frm, seconds)].filter(Boolean).join(" · ")
			: "";
	frm.fields_dict.stages.grid.update_docfield_property("time_limit", "formatter", shown);
	frm.fields_dict.escalation_steps.grid.update_docfield_property("hours", "formatter", shown);
	frm.fields_dict.escalation_steps.grid.update_docfield_property("percent", "formatter", (percent) =>
		percent ? `${Number(percent)} %` : ""
	);
}

const ENTERED = [
	"Check",
	"Currency",
	"Data",
	"Date",
	"Datetime",
	"Float",
	"Int",
	"Link",
	"Long Text",
	"Select",
	"Small Text",
	"Text",
	"Text Editor",
];

/** Fields of a complaint that a check may ask for, by their labels. */
async function offer_fields(frm) {
	await frappe.model.with_doctype("Complaint");
	const fields = frappe.get_meta("Complaint").fields.filter((df) => ENTERED.includes(df.fieldtype) && !df.read_only && !df.hidden);
	const options = fields.map((df) => ({ value: df.fieldname, label: __(df.label, null, "Complaint") }));
	frm.fields_dict.checks.grid.update_docfield_property("proof_field", "options", options);
}

// A new SOP starts with the whole way, so that nobody has to know the stages by heart.
function fill_stages(frm) {
	for (const stage of STAGES) frm.add_child("stages", { stage });
	frm.refresh_field("stages");
}
