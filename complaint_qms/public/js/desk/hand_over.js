// Taking a step: a dialog that asks only for what the next stage needs, and one call that does it all or nothing.
import { missing_list_html } from "./stage_bar";
import { esc, told } from "../markup";
import { after_separating } from "./merging";
import { offer_originals } from "./originals";
import { keep_typed_moments } from "./typed_moments";

const AS_DIALOG_FIELD = ["fieldname", "fieldtype", "label", "options", "description", "precision", "length", "formatter"];

const SECRET = ["user_id", "code"];
const LONG = ["Small Text", "Text", "Text Editor"];
const LAST = ["closed", "completed"];
const NOT_ASKED = ["HTML", "Table", "Table MultiSelect", "Button", "Section Break", "Column Break", "Tab Break"];

/**
 * Take `step` on the form's record. A forward step that lacks nothing is taken at once, the last one is looked over
 * first; every other step asks in a dialog.
 * @param options {method, args, go_to(field), done(overview), cancelled(), beside, ask}: `cancelled` when the dialog is closed untaken;
 *   ask: in any case, for a step that is taken from where the record is not in sight;
 *   beside: {fields, label, open(frm, dialog)}, a button under the first of these fields that is asked;
 *   shape(fields): the fields as a dialog of its own kind asks for them; args_of(values): what is sent in place of the action and the
 *   values; opened(dialog); before(): what is awaited before the dialog is made
 */
export async function take_step(frm, step, options) {
	if (frm.is_dirty()) await frm.save();
	if (options.before) await options.before();
	left_for = null;
	const kept = drafts.get(draft_key(frm, step));
	const ready = !options.ask && !kept && step.kind === "forward" && !step.missing.length && !LAST.includes(step.to_stage);
	if (ready) return send(frm, step, {}, options);
	const asked = asked_fields(step);
	const outside = step.missing.filter((row) => !asked.includes(row.field));
	const fields = dialog_fields(frm, step, asked);
	return open_dialog(frm, step, options.shape ? options.shape(fields) : fields, outside, { ...options, kept });
}

// Each time of its own: the reason of last time is none for this one.
const GIVEN_ANEW = ["reopen_reason"];
// What was typed into a step's dialog that was left: to look at a field of the form, to save, or by mistake.
const drafts = new Map();
// The step whose dialog was left for a missing thing: its dialog comes back once that was saved, unless somebody turned to
// something else meanwhile.
let left_for = null;
frappe.router.on("change", () => {
	if (left_for && !stays_with(left_for, frappe.get_route())) left_for = null;
});
const draft_key = (frm, step) => `${frm.doctype}/${frm.doc.name}/${step.action}`;

/** Whether the dialog of a step comes back on a form: it was left for something missing, and since then something was saved. */
export function comes_back(frm, step) {
	if (!left_for || left_for.step !== draft_key(frm, step) || frm.is_dirty()) return false;
	const saved = left_for.modified !== frm.doc.modified || left_for.elsewhere;
	if (saved) left_for = null;
	return saved;
}

/** Another record was saved meanwhile: where it belongs to the one whose dialog was left, that may be what was missing. */
export function saved_elsewhere(doc) {
	if (left_for && !is_record(left_for, doc) && belongs_to(left_for, doc)) left_for.elsewhere = true;
}

const is_record = (record, { doctype, name }) => record.doctype === doctype && record.name === name;

/** Whether a route leads to a record or to one that belongs to it; of one that is not read yet nobody knows. */
function stays_with(record, [kind, doctype, name]) {
	if (kind !== "Form") return false;
	const doc = (locals[doctype] || {})[name];
	return !doc || is_record(record, doc) || belongs_to(record, doc);
}

/** Whether two records are linked, in either direction. People are named everywhere, and belong to no record. */
function belongs_to(record, doc) {
	const own = (locals[record.doctype] || {})[record.name];
	return names(doc, record) || (doc.doctype !== "User" && Boolean(own) && names(own, doc));
}

function names(doc, { doctype, name }) {
	const { fields = [] } = frappe.get_meta(doc.doctype) || {};
	return fields.some(({ fieldtype, fieldname, options }) => {
		const value = doc[fieldname];
		if (frappe.model.table_fields.includes(fieldtype)) return (value || []).some((row) => names(row, { doctype, name }));
		if (value !== name) return false;
		return fieldtype === "Link" ? options === doctype : fieldtype === "Dynamic Link" && doc[options] === doctype;
	});
}

function asked_fields(step) {
	const asked = [...(step.fields || [])];
	if (step.missing.some((row) => row.field === "checklist") && !asked.includes("checklist")) asked.push("checklist");
	return asked;
}

// Short answers stand in two columns, long ones below them over the whole width.
function dialog_fields(frm, step, asked) {
	const docfields = asked
		.map((name) => frappe.meta.get_docfield(frm.doctype, name, frm.doc.name))
		.filter((docfield) => docfield && !NOT_ASKED.includes(docfield.fieldtype));
	const shape = (docfield) => as_dialog_field(frm, step, docfield);
	const short = docfields.filter((docfield) => !LONG.includes(docfield.fieldtype)).map(shape);
	const long = docfields.filter((docfield) => LONG.includes(docfield.fieldtype)).map(shape);
	const half = Math.ceil(short.length / 2);
	const columns = short.length > 3 ? [...short.slice(0, half), { fieldtype: "Column Break" }, ...short.slice(half)] : short;
	return [
		...columns,
		...(columns.length && long.length ? [{ fieldtype: "Section Break", hide_border: 1 }] : []),
		...long,
		...(asked.includes("checklist") ? check_fields(frm) : []),
	];
}

function as_dialog_field(frm, step, docfield) {
	const field = {};
	for (const key of AS_DIALOG_FIELD) field[key] = docfield[key];
	field.label = __(docfield.label, null, frm.doctype);
	// A control of a moment on the form has added its time zone to the sentence, and the one here adds it anew.
	if (field.description) field.description = __(field.description.split("<br>")[0]);
	const is_anew = GIVEN_ANEW.includes(docfield.fieldname);
	if (is_anew && frm.doc.stage === "duplicate")
		Object.assign(field, { label: __("Reason for Separating"), description: after_separating() });
	const value = is_anew ? "" : frm.doc[docfield.fieldname];
	if (value !== undefined && value !== null && value !== "") field.default = value;
	const query = frm.fields_dict[docfield.fieldname] && frm.fields_dict[docfield.fieldname].get_query;
	if (query) field.get_query = () => query(frm.doc, frm.doctype, frm.doc.name);
	if (depends_only_on(docfield.depends_on, step.fields)) field.depends_on = docfield.depends_on;
	field.context = frm.doctype;
	return field;
}

// A condition holds in a dialog only when every field it names is asked there too.
function depends_only_on(condition, asked) {
	if (!condition) return false;
	const named = condition.startsWith("eval:") ? [...condition.matchAll(/doc\.(\w+)/g)].map((match) => match[1]) : [condition];
	return named.length > 0 && named.every((name) => asked.includes(name));
}

// Hand-over checks of the SOP: one box per open check of this stage or an earlier one.
function check_fields(frm) {
	const open = (frm.doc.checklist || []).filter((row) => !row.done && !row.proof);
	if (!open.length) return [];
	return [
		{ fieldtype: "Section Break", label: __("Hand-over Checks") },
		...open.map((row) => ({
			fieldtype: "Check",
			fieldname: `check:${row.name}`,
			label: esc(row.mandatory ? `${__(row.check)} *` : __(row.check)),
		})),
	];
}

function open_dialog(frm, step, fields, outside, options) {
	const intro = outside.length
		? `<div class="cq-dialog-missing"><p>${esc(__("This is still missing elsewhere on the record:"))}</p>${missing_list_html(
				outside
			)}</div>`
		: "";
	let taken = false;
	const dialog = new frappe.ui.Dialog({
		title: esc(__(step.action, null, frm.doctype)),
		fields: [
			{
				fieldtype: "HTML",
				fieldname: "intro",
				options: `<p class="cq-dialog-way text-muted">${esc(
					__("{0} goes to “{1}”.", [frm.doc.name, step.to_label])
				)}</p>${intro}<div class="cq-dialog-refusal"></div>`,
			},
			...(fields.length ? [{ fieldtype: "Section Break", hide_border: 1 }] : []),
			...fields,
		],
		primary_action_label: esc(__(step.action, null, frm.doctype)),
		primary_action: (values) => {
			dialog.disable_primary_action();
			return send(frm, step, split_values(frm, values), options, dialog)
				.then(() => {
					taken = true;
					dialog.hide();
				})
				.catch(() => dialog.enable_primary_action());
		},
	});
	keep_typed_moments(dialog);
	const opened_with = JSON.stringify(dialog.get_values(true));
	dialog.onhide = () => {
		if (taken) return drafts.delete(draft_key(frm, step));
		const typed = without_passwords(dialog, dialog.get_values(true));
		const on_form = Object.fromEntries(Object.keys(typed).map((name) => [name, frm.doc[name]]));
		if (JSON.stringify(typed) !== opened_with && Object.keys(typed).length) drafts.set(draft_key(frm, step), { typed, on_form });
		if (options.cancelled) options.cancelled();
	};
	dialog.$wrapper.addClass("cq-hand-over");
	dialog.$wrapper.on("click", "[data-missing-field]", function (event) {
		event.preventDefault();
		const field = this.dataset.missingField;
		if (dialog.fields_dict[field]) return dialog.fields_dict[field].set_focus();
		dialog.hide();
		left_for = { step: draft_key(frm, step), doctype: frm.doctype, name: frm.doc.name, modified: frm.doc.modified };
		frappe.show_alert({
			message: esc(__("“{0}” comes back once you have saved.", [__(step.action, null, frm.doctype)])),
			indicator: "blue",
		});
		options.go_to(field);
	});
	dialog.show();
	if (options.kept) give_back(frm, dialog, options.kept);
	offer_beside(frm, dialog, options.beside);
	if (options.opened) options.opened(dialog);
	if (dialog.fields_dict.duplicate_of) offer_originals(dialog, "duplicate_of", [frm.doc.name]);
	// What is missing is marked, not enforced: an answer in one field may make another one needless.
	for (const { field } of step.missing) {
		const control = dialog.fields_dict[field];
		if (control) control.$wrapper.find(".control-label").addClass("reqd");
	}
	return dialog;
}

// What proves who somebody is, is kept nowhere.
function without_passwords(dialog, typed) {
	const kept = Object.entries(typed).filter(
		([name]) => !SECRET.includes(name) && (dialog.fields_dict[name] || {}).df?.fieldtype !== "Password"
	);
	return Object.fromEntries(kept);
}

// A field that was changed on the form meanwhile is as the form has it.
function give_back(frm, dialog, { typed, on_form }) {
	for (const [name, value] of Object.entries(typed)) {
		const unchanged = (frm.doc[name] || "") === (on_form[name] || "");
		if (dialog.fields_dict[name] && unchanged) dialog.set_value(name, value);
	}
}

function offer_beside(frm, dialog, beside) {
	const field = beside && beside.fields.find((name) => dialog.fields_dict[name]);
	if (!field) return;
	$(`<button type="button" class="btn btn-default btn-xs cq-beside">${esc(beside.label)}</button>`)
		.appendTo(dialog.fields_dict[field].$wrapper)
		.on("click", () => beside.open(frm, dialog));
}

function split_values(frm, values) {
	const sent = {};
	const ticked = [];
	for (const [name, value] of Object.entries(values)) {
		if (name.startsWith("check:")) {
			if (value) ticked.push(name.slice("check:".length));
		} else if (name !== "intro") {
			sent[name] = value;
		}
	}
	if (ticked.length) {
		sent.checklist = frm.doc.checklist.map((row) => (ticked.includes(row.name) ? { ...row, done: 1 } : { ...row }));
	}
	return sent;
}

function send(frm, step, values, options, dialog) {
	return new Promise((resolve, reject) => {
		frappe.call({
			method: options.method,
			args: options.args_of ? options.args_of(values) : { ...(options.args || {}), name: frm.doc.name, action: step.action, values },
			type: "POST",
			// The dialog shows a refusal itself, beside the fields that mend it.
			silent: Boolean(dialog),
			freeze: true,
			freeze_message: esc(__("{0} …", [__(step.action, null, frm.doctype)])),
			callback: ({ message }) => {
				frappe.show_alert({ message: esc(__("Now in {0}", [step.to_label])), indicator: "green" });
				frm.reload_doc().then(() => {
					if (options.done) options.done(message);
					resolve(message);
				});
			},
			error: (answer) => {
				if (dialog) show_refusal(frm, step, dialog, answer || {});
				reject(answer);
			},
		});
	});
}

function show_refusal(frm, step, dialog, answer) {
	ask_more(frm, step, dialog, answer.missing || []);
	const said = answer.missing ? `<p>${esc(__("Not yet. This is missing:"))}</p>${missing_list_html(answer.missing)}` : server_words(answer);
	dialog.$wrapper.find(".cq-dialog-refusal").html(said).addClass("is-shown");
	dialog.$wrapper.find(".cq-dialog-missing").remove();
	dialog.$wrapper.find(".modal-body").scrollTop(0);
}

// What an answer has made necessary, or somebody else has taken away meanwhile, is asked for in the same dialog.
function ask_more(frm, step, dialog, missing) {
	const fields = [...new Set(missing.map((row) => row.field))]
		.filter((name) => name && !dialog.fields_dict[name])
		.map((name) => frappe.meta.get_docfield(frm.doctype, name, frm.doc.name))
		.filter((docfield) => docfield && !docfield.read_only && !NOT_ASKED.includes(docfield.fieldtype))
		.map((docfield) => as_dialog_field(frm, step, docfield));
	if (fields.length) dialog.add_fields(fields);
}

/** What the server has said in a refusal, as markup. */
export function server_words(answer) {
	let messages = [];
	try {
		messages = JSON.parse(answer._server_messages || "[]").map((text) => JSON.parse(text).message);
	} catch (error) {
		messages = [];
	}
	return messages.length
		? messages.map(told).join("")
		: `<p>${esc(__("The server refused this step. Try again, or reload the record."))}</p>`;
}
