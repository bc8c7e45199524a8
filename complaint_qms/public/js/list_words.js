// Names of choices in those parts of the framework's lists that translate a stored value without saying whose it is: quick
// filters, filters with several values, the side bar's “Filter By”, columns of a board.
//
// A bare key among the desk's messages would help them all, and change every other app's screens with it. So they are told
// here, for lists of the app's records alone, through what the framework offers: a list's settings, options of a control as
// pairs of value and label, and its events.
import { choice } from "./labels";
import { mind_list } from "./lists";

/** Add to a list's settings that its choices are named whenever it has been refreshed. */
export function name_choices(settings) {
	const refresh = settings.refresh;
	// eslint-disable-next-line no-restricted-syntax -- a list's settings are there to be filled in; what stood there is called first
	settings.refresh = (listview) => {
		if (refresh) refresh.call(settings, listview);
		mind(listview);
	};
}

/** For the whole desk, once: filters are made and changed without a refresh of their list. */
export function mind_filters() {
	const later = () => setTimeout(name_filters);
	$(document).on("shown.bs.popover", later);
	$(document).on("change", ".filter-popover .condition", later);
}

function mind(listview) {
	mind_list(listview);
	name_quick_filters(listview);
	name_filters();
	name_columns(listview);
	if (listview.cq_names_choices) return;
	listview.cq_names_choices = true;
	for (const [place, name] of [
		[listview.page.sidebar && listview.page.sidebar[0], name_group],
		[listview.$result && listview.$result[0], name_columns],
	]) {
		if (place) new MutationObserver(() => name(listview)).observe(place, { childList: true, subtree: true });
	}
}

function name_quick_filters(listview) {
	for (const control of Object.values(listview.page.fields_dict)) {
		const field = select_field(listview.doctype, control.df.fieldname);
		if (!field || control.df.fieldtype !== "Select" || control.cq_named) continue;
		control.cq_named = true;
		control.df.options = pairs(field, control.df.options);
		control.set_options();
	}
}

function name_filters() {
	const list = window.cur_list && cur_list.filter_area && cur_list.filter_area.filter_list;
	for (const { field: control } of (list && list.filters) || []) {
		const field = control && select_field(control.df.parent, control.df.fieldname);
		if (!field || control.df.fieldtype !== "MultiSelect" || typeof control.df.options !== "string") continue;
		const chosen = control.get_value();
		control.df.options = pairs(field, control.df.options);
		control.set_data(control.df.options);
		control.set_formatted_input(chosen);
	}
}

function name_group(listview) {
	for (const group of listview.page.sidebar.find(".group-by-field").get()) {
		const field = select_field(listview.doctype, $(group).find("a").attr("data-fieldname"));
		if (field) say(field, $(group).find(".group-by-value"), "data-name");
	}
}

function name_columns(listview) {
	const by = listview.board && listview.board.field_name;
	const field = by && (select_field(listview.doctype, by) || state_field(listview.doctype, by));
	if (!field) return;
	for (const column of listview.$result.find(".kanban-column").get()) {
		const $title = $(column).find(".kanban-title");
		say(field, $title.attr("data-key", column.dataset.columnValue), "data-key");
	}
}

// Writing the same text again would wake the observer again.
function say(field, $places, key) {
	for (const place of $places.get()) {
		const stored = place.getAttribute(key);
		const name = choice(stored, field);
		const known = field.fieldtype === "Link" || options_of(field.options).includes(stored);
		if (known && place.textContent !== name) place.textContent = name;
	}
}

function select_field(doctype, fieldname) {
	const field = (frappe.meta.docfield_map[doctype] || {})[fieldname];
	const meta = locals.DocType[doctype];
	return field && field.fieldtype === "Select" && meta && meta.module === "Complaint QMS" ? field : null;
}

/** A state of a workflow is called as its own workflow means it. */
function state_field(doctype, fieldname) {
	const field = (frappe.meta.docfield_map[doctype] || {})[fieldname];
	const meta = locals.DocType[doctype];
	return field && field.options === "Workflow State" && meta && meta.module === "Complaint QMS" ? field : null;
}

const options_of = (options) => (typeof options === "string" ? options.split("\n") : options || []);

const pairs = (field, options) => options_of(options).map((value) => ({ value, label: choice(value, field) }));
