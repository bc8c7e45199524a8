// Taking a step: a dialog that asks only for what the next stage needs, and one call that does it all or nothing.
import { missing_list_html } from "./stage_bar";
import { esc } from "../words";

const AS_DIALOG_FIELD = ["fieldname", "fieldtype", "label", "options", "description", "precision", "length"];

/**
 * Take `step` on the form's record, asking in a dialog where fields are wanted or the way is not a plain forward one.
 * @param options {method, go_to(field), done(overview)}
 */
export async function take_step(frm, step, options) {
	if (frm.is_dirty()) await frm.save();
	const fields = dialog_fields(frm, step);
	const outside = step.missing.filter((row) => !(step.fields || []).includes(row.field));
	if (!fields.length && !outside.length && step.kind === "forward") return send(frm, step, {}, options);
	return open_dialog(frm, step, fields, outside, options);
}

function dialog_fields(frm, step) {
	const wanted = new Set(step.missing.map((row) => row.field));
	const fields = [];
	for (const name of step.fields || []) {
		const docfield = frappe.meta.get_docfield(frm.doctype, name, frm.doc.name);
		if (!docfield || docfield.fieldtype === "HTML") continue;
		if (docfield.fieldtype === "Table") fields.push(...check_fields(frm, name));
		else fields.push(as_dialog_field(frm, step, docfield, wanted.has(name)));
	}
	return fields;
}

function as_dialog_field(frm, step, docfield, missing) {
	const field = {};
	for (const key of AS_DIALOG_FIELD) field[key] = docfield[key];
	// What is missing is marked, not enforced: an answer in one field may make another one needless.
	if (missing) field.bold = 1;
	const value = frm.doc[docfield.fieldname];
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
	const named = condition.startsWith("eval:")
		? [...condition.matchAll(/doc\.(\w+)/g)].map((match) => match[1])
		: [condition];
	return named.length > 0 && named.every((name) => asked.includes(name));
}

// Hand-over checks of the SOP: one box per open check of this stage or an earlier one.
function check_fields(frm, table) {
	if (table !== "checklist") return [];
	const open = (frm.doc.checklist || []).filter((row) => !row.done);
	if (!open.length) return [];
	return [
		{ fieldtype: "Section Break", label: __("Hand-over Checks") },
		...open.map((row) => ({
			fieldtype: "Check",
			fieldname: `check:${row.name}`,
			label: row.mandatory ? `${row.check} *` : row.check,
		})),
	];
}

function open_dialog(frm, step, fields, outside, options) {
	const intro = outside.length
		? `<div class="cq-dialog-missing"><p>${esc(__("This is still missing elsewhere on the record:"))}</p>${missing_list_html(
				outside
		  )}</div>`
		: "";
	const dialog = new frappe.ui.Dialog({
		title: __(step.action),
		fields: [
			{
				fieldtype: "HTML",
				fieldname: "intro",
				options: `<p class="cq-dialog-way text-muted">${esc(
					__("{0} goes to “{1}”.", [frm.doc.name, step.to_label])
				)}</p>${intro}<div class="cq-dialog-refusal"></div>`,
			},
			...fields,
		],
		primary_action_label: __(step.action),
		primary_action: (values) => {
			dialog.disable_primary_action();
			return send(frm, step, split_values(frm, step, values), options, dialog)
				.then(() => dialog.hide())
				.catch(() => dialog.enable_primary_action());
		},
	});
	dialog.$wrapper.addClass("cq-hand-over");
	dialog.$wrapper.on("click", "[data-missing-field]", function (event) {
		event.preventDefault();
		const field = this.dataset.missingField;
		if (dialog.fields_dict[field]) return dialog.fields_dict[field].set_focus();
		dialog.hide();
		options.go_to(field);
	});
	dialog.show();
	return dialog;
}

function split_values(frm, step, values) {
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
		sent.checklist = frm.doc.checklist.map((row) =>
			ticked.includes(row.name) ? { ...row, done: 1 } : { ...row }
		);
	}
	return sent;
}

function send(frm, step, values, options, dialog) {
	return new Promise((resolve, reject) => {
		frappe.call({
			method: options.method,
			args: { ...(options.args || {}), name: frm.doc.name, action: step.action, values },
			type: "POST",
			freeze: true,
			freeze_message: __("{0} …", [__(step.action)]),
			callback: ({ message }) => {
				frappe.show_alert({ message: __("Now in {0}", [step.to_label]), indicator: "green" });
				frm.reload_doc().then(() => {
					if (options.done) options.done(message);
					resolve(message);
				});
			},
			error: (answer) => {
				if (dialog && answer && answer.missing) show_refusal(dialog, answer.missing);
				reject(answer);
			},
		});
	});
}

function show_refusal(dialog, missing) {
	dialog.$wrapper
		.find(".cq-dialog-refusal")
		.html(`<p>${esc(__("Not yet. This is missing:"))}</p>${missing_list_html(missing)}`)
		.addClass("is-shown");
	dialog.$wrapper.find(".cq-dialog-missing").remove();
}
