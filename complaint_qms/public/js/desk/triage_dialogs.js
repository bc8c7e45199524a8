// What the triage table asks in a dialog: whether it is a complaint and reportable, why it is none, and how much is accepted at once.
import { esc, told } from "../markup";
import { comma_list } from "../language";
import { moment_text } from "../words";
import { label } from "../labels";
import { complaint_queries } from "./complaint_queries";
import { field_label, open_proposals, shown_value } from "./triage_rows";

const COPIED = ["fieldname", "fieldtype", "label", "options", "description", "precision"];
/** Fields of the editor in a row, in two columns. */
const EDITED = [
	"complaint_type",
	"severity",
	"occurrence",
	"detection",
	"urgency",
	"harm_level",
	"expectation",
	"complaint_owner",
	"customer",
	"item_code",
];

const fields_of = (row, names, get_values) => {
	const queries = complaint_queries(() => ({ ...row, ...row.values, ...(get_values ? get_values() : {}) }));
	return names
		.map((name) => frappe.meta.get_docfield("Complaint", name))
		.filter(Boolean)
		.map((docfield) => ({
			...Object.fromEntries(COPIED.map((key) => [key, docfield[key]])),
			label: __(docfield.label, null, "Complaint"),
			default: row.values[docfield.fieldname] || undefined,
			context: "Complaint",
			// A name that does not exist stays and is refused by the server, which says so; the control would empty it.
			ignore_link_validation: 1,
			...(queries[docfield.fieldname] ? { get_query: queries[docfield.fieldname] } : {}),
		}));
};

/** Send what a dialog holds; it stays with all that was typed where that is refused, and says why. */
async function send_from(dialog, send) {
	const $button = dialog.get_primary_btn().prop("disabled", true);
	const { done, said } = await Promise.resolve(send()).finally(() => $button.prop("disabled", false));
	if (done) return dialog.hide();
	$(dialog.body).find(".cq-t-refused").remove();
	return $('<div class="cq-t-refused" role="alert"></div>').html(said.map(told).join("")).prependTo(dialog.body);
}

/** Both questions of triage with the reason; the server stamps who judged and when. */
export function judge_dialog(row, may, send) {
	const asked = [...(may.judge ? ["is_complaint"] : []), "harm_level", "reportable", "triage_rationale"];
	const dialog = new frappe.ui.Dialog({
		title: esc(__("Judge {0}", [row.name])),
		fields: [{ fieldname: "so_far", fieldtype: "HTML", options: so_far_html(row) }, ...fields_of(row, asked)],
		primary_action_label: __("Save"),
		primary_action: () => send_from(dialog, () => send(changed(row, dialog.get_values(true), asked))),
	});
	if (frappe.model.can_create("Reportability Assessment")) {
		dialog.add_custom_action(__("New Reportability Assessment"), () => {
			dialog.hide();
			frappe.new_doc("Reportability Assessment", { complaint: row.name });
		});
	}
	dialog.show();
	return dialog;
}

/** Why it is no complaint, and that nobody has to be told of it. */
export function reject_dialog(row, send) {
	const [reportable] = fields_of(row, ["reportable"]);
	const dialog = new frappe.ui.Dialog({
		title: esc(__("{0} Is Not a Complaint", [row.name])),
		fields: [
			{ ...reportable, reqd: 1, default: row.values.reportable || "no" },
			{
				fieldname: "triage_rationale",
				fieldtype: "Small Text",
				label: __("Why It Is None"),
				reqd: 1,
				default: row.values.triage_rationale || undefined,
			},
			{
				fieldname: "rejection_reason",
				fieldtype: "Small Text",
				label: __("What the Customer Is Told"),
				description: __("Why it is rejected, and which other ways are open."),
				reqd: 1,
			},
		],
		primary_action_label: __("Reject", null, "Complaint"),
		primary_action: (values) => send_from(dialog, () => send(values)),
	});
	dialog.show();
	return dialog;
}

/** How many proposals are accepted at once, and what they say. */
export function accept_all_dialog(chosen, left_out, accept) {
	const counted = new Map();
	for (const { values } of chosen) {
		for (const [name, value] of Object.entries(values)) {
			const of_field = counted.get(name) || counted.set(name, new Map()).get(name);
			of_field.set(value, (of_field.get(value) || 0) + 1);
		}
	}
	const count = chosen.reduce((sum, { values }) => sum + Object.keys(values).length, 0);
	const lines = [...counted].map(([name, of_field]) => {
		const what = [...of_field].sort((a, b) => b[1] - a[1]).map(([value, number]) => `${shown_value(name, value)} × ${number}`);
		return `<li><b>${esc(field_label(name))}</b> <span>${esc(comma_list(what))}</span></li>`;
	});
	const rest = left_out
		? `<p class="text-muted">${esc(__("{0} proposals differ from what stands already. They are not accepted: look at them one by one.", [left_out]))}</p>`
		: "";
	const dialog = new frappe.ui.Dialog({
		title: esc(__("Accept {0} Proposals on {1} Complaints?", [count, chosen.length])),
		fields: [{ fieldname: "what", fieldtype: "HTML", options: `<ul class="cq-t-count">${lines.join("")}</ul>${rest}` }],
		primary_action_label: __("Accept All"),
		primary_action: () => {
			dialog.hide();
			accept();
		},
	});
	dialog.show();
	return dialog;
}

/**
 * Fields to edit below a row.
 * @param {(values: object) => void} send  with what was changed
 */
export function open_editor(row, place, send, close) {
	let group = null;
	const names = EDITED.filter((name) => frappe.meta.get_docfield("Complaint", name));
	const fields = fields_of(row, names, () => (group ? group.get_values(true) : {}));
	group = new frappe.ui.FieldGroup({
		body: place,
		// Four columns; who edits a row knows what the fields mean.
		fields: fields.flatMap((field, at) => [...(at && at % 3 === 0 ? [{ fieldtype: "Column Break" }] : []), { ...field, description: "" }]),
		no_submit_on_enter: true,
	});
	group.make();
	const $acts =
		$(`<div class="cq-t-edit-acts"><button type="button" class="btn btn-primary btn-sm" data-do="save">${esc(__("Save"))}</button>
		<button type="button" class="btn btn-default btn-sm" data-do="close">${esc(__("Cancel"))}</button>
		<span class="text-muted"><kbd>Ctrl+Enter</kbd> ${esc(__("saves"))} · <kbd>Esc</kbd> ${esc(__("closes"))}</span></div>`).appendTo(place);
	const save = () => {
		document.activeElement.blur(); // a field tells its value when it is left
		setTimeout(() => send(changed(row, group.get_values(true) || {}, names)), 50);
	};
	$acts.find("[data-do=save]").on("click", save);
	$acts.find("[data-do=close]").on("click", close);
	$(place).on("keydown", (event) => {
		if (event.key !== "Escape") return;
		event.stopPropagation();
		close();
	});
	// Before a list of choices hears it, which would take its first entry.
	place.addEventListener(
		"keydown",
		(event) => {
			if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
			event.preventDefault();
			event.stopPropagation();
			save();
		},
		true
	);
	// Whoever is in a field by then stays in it.
	setTimeout(() => place.contains(document.activeElement) || $(place).find("input:visible, select:visible").first().trigger("focus"), 50);
}

/** What differs from what the row holds; an emptied field as null. */
function changed(row, values, names) {
	const found = {};
	for (const name of names) {
		const [old, value] = [row.values[name] || null, values[name] === undefined || values[name] === "" ? null : values[name]];
		if (String(old || "") !== String(value || "")) found[name] = value;
	}
	return found;
}

function so_far_html(row) {
	const lines = ["is_complaint", "reportable"]
		.filter((name) => row.judged[name])
		.map((name) => {
			const { answer, by, at } = row.judged[name];
			return `<li>${esc(field_label(name))}: <b>${esc(label(answer))}</b> <small class="text-muted">${esc([by, moment_text(at)].filter(Boolean).join(" · "))}</small></li>`;
		});
	const open = open_proposals(row).find(([name]) => name === "reportable");
	if (open) {
		const proposed = __("Proposed: {0}", [shown_value(...[open[0], open[1].value])]);
		lines.push(
			`<li>${esc(field_label("reportable"))}: ${esc(proposed)} <small class="text-muted">${esc(open[1].reasons.join(" · "))}</small></li>`
		);
	}
	return `<p><b>${esc(row.subject)}</b><br><span class="text-muted">${esc(row.words)}</span></p>${lines.length ? `<ul class="cq-t-so-far">${lines.join("")}</ul>` : ""}`;
}
