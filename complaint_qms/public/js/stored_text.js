// Text of the app's records in the desk's own lists, tables and boards, shown as it was written.
//
// Frappe puts stored values into markup as they are and relies on what was cleaned when they were saved. Rows that came
// past that (older ones, a restored table, a script) would act in a reader's browser; so each field of the app's records
// has a formatter, which is Frappe's own place for it.
import { choice } from "./labels";
import { comma_list } from "./language";
import { name_choices } from "./list_words";
import { address, esc, esc_signs, formatted } from "./markup";

const MODULE = "Complaint QMS";
const LINES = ["Small Text", "Text", "Long Text"];
const PLAIN = ["Data", "Read Only", "Select", "Autocomplete", "Phone", "Barcode", ...LINES];
const ATTACHED = ["Attach", "Attach Image"];
const MARKUP = ["Text Editor", "HTML Editor", "Markdown Editor"];
const LINKS = ["Link", "Dynamic Link"];

/** Called with the list script of each DocType of the app, after its fields and those of its tables are known. */
export function show_as_text() {
	for (const [doctype, meta] of Object.entries(locals.DocType || {})) {
		if (meta.module !== MODULE || meta.cq_shown_as_text) continue;
		meta.cq_shown_as_text = true;
		for (const field of Object.values(frappe.meta.docfield_map[doctype] || {})) {
			field.formatter = field.formatter || formatter_of(field);
		}
		if (!meta.istable) guard_list(doctype, meta);
	}
}

/** For the whole desk: what the framework draws of the app's records without asking a formatter. */
export function mind_the_rest() {
	// A view is made just after its page, and asks for its rows later.
	$(document).on("page-change", () => setTimeout(() => mind_titles(window.cur_list)));
	document.addEventListener("click", stay_on_stored_address, true);
	document.addEventListener("click", stay_where_closed, true);
	for (const doctype of CLOSED) document.body.classList.toggle(`cq-closed-${frappe.router.slug(doctype)}`, leads_nowhere(doctype));
}

// The framework links the names in a form's side bar and timeline to their users, and a mail to its record, whether or not the
// reader opens any. The stylesheet shows such a name as text, and takes the icon away.
const CLOSED = ["User", "Communication"];

function stay_where_closed(event) {
	const link = event.target.closest && event.target.closest("a[href]");
	const [, room] = (link && link.getAttribute("href").match(/^\/(?:app|desk)\/([a-z-]+)\/./)) || [];
	const closed = room && CLOSED.find((doctype) => frappe.router.slug(doctype) === room);
	if (!closed || !leads_nowhere(closed)) return;
	event.preventDefault();
	event.stopPropagation();
}

// A board reads the title of a card as markup twice: to take its text, and to draw that.
function mind_titles(view) {
	if (!view || view.doctype !== "Complaint" || view.view_name !== "Kanban" || view.cq_minds_titles) return;
	view.cq_minds_titles = true;
	const prepare = view.prepare_data.bind(view);
	// eslint-disable-next-line no-restricted-syntax -- a board has no event between the answer and its cards
	view.prepare_data = (answer) => {
		prepare(answer);
		for (const row of view.data) if (/[<&]/.test(row.subject || "")) row.subject = frappe.utils.escape_html(esc(row.subject));
	};
}

// The box of an attached file links to whatever was stored as its address.
function stay_on_stored_address(event) {
	const link = event.target.closest && event.target.closest("a.attached-file-link");
	if (link && !address(link.getAttribute("href"))) event.preventDefault();
}

function formatter_of({ fieldtype, fieldname, parent }) {
	if (((frappe.boot.complaint_qms_shipped_texts || {})[parent] || []).includes(fieldname)) return shipped;
	if (PLAIN.includes(fieldtype)) return plain;
	if (ATTACHED.includes(fieldtype)) return attached;
	if (MARKUP.includes(fieldtype)) return (value) => `<div class="ql-editor read-mode">${formatted(value)}</div>`;
	if (LINKS.includes(fieldtype)) return linked;
	return undefined;
}

// A form hands over text of one line escaped, a list as it is stored.
function plain(value, df) {
	// A form may have given its field another formatter after the framework took this one into its copies of the field.
	const field = (frappe.meta.docfield_map[df.parent] || {})[df.fieldname] || df;
	if (field.formatter && field.formatter !== plain) return field.formatter(value, df);
	if (df.options === "URL") return attached(value);
	if (field.fieldtype === "Select") return named(value, field);
	const shown = esc_signs(df.fieldtype === "Autocomplete" ? __(value || "") : value);
	return LINES.includes(df.fieldtype) ? frappe.utils.replace_newlines(shown) : shown;
}

// Texts that come with the app, one a line; what a site wrote has no translation and stays.
function shipped(value) {
	return String(value || "")
		.split("\n")
		.map((line) => esc(__(line)))
		.join("<br>");
}

// A filter may ask for several at once.
function named(value, field) {
	const keys = Array.isArray(value) ? value : [value];
	return esc_signs(comma_list(keys.map((key) => choice(key, field))));
}

function attached(value) {
	const shown = esc(value);
	return address(value) ? `<a href="${address(value)}" target="_blank" rel="noopener">${shown}</a>` : shown;
}

/** Whether the reader's roles open no record of this kind, or none but their own: a link to one would be refused. */
export const leads_nowhere = (doctype) => !frappe.model.can_read(doctype) || (frappe.boot.complaint_qms_not_read || []).includes(doctype);

/** The arrow in a link field that is being written leads to the record as well. */
export function hide_arrows(frm) {
	for (const { df, $wrapper } of Object.values(frm.fields_dict)) {
		if (df.fieldtype === "Link" && $wrapper) $wrapper.toggleClass("cq-no-arrow", leads_nowhere(df.options));
	}
}

function linked(value, df, options, doc) {
	const doctype = df._options || df.options;
	// A state is called as its own workflow means it: “Closed” of a complaint is another word than that of an issue.
	if (doctype === "Workflow State") return value ? esc(__(value, null, df.parent)) : "";
	if (leads_nowhere(doctype)) return value ? esc(record_name(doctype, value)) : "";
	return frappe.form.formatters.Link(value, df, options, doc);
}

// A list writes the value of a link or a choice into the filter that a click sets.
function guard_list(doctype, meta) {
	const settings = (frappe.listview_settings[doctype] = frappe.listview_settings[doctype] || {});
	settings.formatters = settings.formatters || {};
	name_choices(settings);
	for (const field of meta.fields) {
		if (![...LINKS, "Select"].includes(field.fieldtype) || settings.formatters[field.fieldname]) continue;
		settings.formatters[field.fieldname] = (value, df) => filterable(value, df);
	}
}

function filterable(value, df) {
	if (!value) return "";
	const filter = `data-filter="${esc(df.fieldname)},=,${esc(value)}"`;
	const shown = esc(name_of(value, df));
	return df.fieldtype === "Select"
		? `<span class="filterable indicator-pill ${esc(frappe.utils.guess_colour(value))} ellipsis" ${filter}><span class="ellipsis">${shown}</span></span>`
		: `<a class="filterable ellipsis" ${filter}>${shown}</a>`;
}

function name_of(value, df) {
	if (df.fieldtype === "Select") return choice(value, df);
	if (df.options === "Workflow State") return __(value, null, df.parent);
	return record_name(df.options, value);
}

// Records whose names come translated, and of which their DocTypes do not say so.
const NAMED = ["DocType", "Role"];

/** The name of a record as its reader knows it: translated where the DocType says so, else its title. */
export function record_name(doctype, value) {
	const translated = [...((frappe.boot && frappe.boot.translated_doctypes) || []), ...NAMED];
	return translated.includes(doctype) ? __(value) : frappe.utils.get_link_title(doctype, value) || value;
}
