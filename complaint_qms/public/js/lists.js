// Lists of the app's records: state and due date are read whole, people by name, and on a phone the filters are folded.
//
// Frappe gives every column of a list the same share of the width. Here each cell is told by a class what it holds, so that the
// stylesheet can give short facts the room they need and let titles give way.
import { label } from "./labels";
import { esc } from "./markup";
import { know_people } from "./people";
import { date_text, elapsed, moment_text } from "./words";

// Short facts, which are shown whole: a state, another choice, the number of a record.
const SHORT = { capa_type: "choice", outcome: "choice", complaint: "number", name: "number" };
// As wide as the widest of them; a name gives way at some point.
const KINDS = ["status", "due", "person", "age", "choice", "number"];
const PERSON = { Complaint: "complaint_owner", Investigation: "investigator", CAPA: "capa_owner" };
// Where a record's next due moment stands. Of a proposed settlement it is that of its complaint, told beside the number.
const DUE = { Complaint: "stage_due", Investigation: "due_date", CAPA: "window_end", "Complaint Settlement": "complaint" };
const AGE = { Complaint: "received_at", "Complaint Inbox Item": "received_at" };
const FROM_SERVER = ["Complaint", "CAPA", "Complaint Settlement"];
const WIDEST_NAME = 180;

/** Whenever a list was refreshed. */
export function mind_list(listview) {
	if (listview.view_name !== "List" || !listview.columns) return;
	listview.$result.addClass("cq-list");
	fold_filters(listview);
	mark(listview);
	tell(listview);
	if (listview.cq_marked) return;
	// Rows are drawn anew without a refresh when somebody else has saved one of them: what was told of that one is old.
	const tell_soon = frappe.utils.debounce(() => tell(listview), 300);
	listview.cq_marked = new MutationObserver(() => {
		if (!listview.$result.find(".list-row-container:not(.cq-row)").length) return;
		mark(listview);
		show(listview);
		if (listview.data.some((doc) => !is_told(listview, doc))) tell_soon();
	});
	listview.cq_marked.observe(listview.$result[0], { childList: true });
}

/** How long a complaint is open, or was. */
export const age = (from, to) => {
	const read = (value) => (value ? frappe.datetime.convert_to_user_tz(value, false) : moment());
	return from ? elapsed(read(to).diff(read(from), "seconds")) : "";
};

/** Markup of a due moment that the list knows itself. */
export function due_html(value, late) {
	if (!value) return "";
	return named_due_html(String(value).length > 10 ? moment_text(value) : date_text(value), late);
}

function named_due_html(text, late) {
	return `<span class="cq-due ${late ? "is-late" : ""}">${esc(text)}</span>`;
}

function kind_of_column({ type, df }, doctype) {
	const fieldname = df && df.fieldname;
	if (!fieldname || type !== "Field") return type.toLowerCase();
	for (const [kind, fields] of Object.entries({ due: DUE, person: PERSON, age: AGE })) if (fields[doctype] === fieldname) return kind;
	return SHORT[fieldname] || fieldname;
}

function mark(listview) {
	const kinds = listview.columns.map((column) => kind_of_column(column, listview.doctype));
	const lines = [
		listview.$result.find(".list-row-head .list-header-subject").get(0),
		...listview.$result.find(".list-row > .level-left").get(),
	];
	for (const line of lines) {
		const cells = line ? [...line.querySelectorAll(".list-row-col")] : [];
		if (cells.length !== kinds.length) continue;
		cells.forEach((cell, at) => (cell.dataset.cqKind = kinds[at]));
		const row = line.closest(".list-row-container");
		if (row) row.classList.add("cq-row");
	}
	name_heads(listview, kinds);
	widen(listview);
}

const heads = () => ({ due: __("Due", null, "Complaint"), age: __("Age", null, "Complaint") });

function name_heads(listview, kinds) {
	for (const [kind, name] of Object.entries(heads())) {
		if (!kinds.includes(kind) || listview.doctype === "Complaint Settlement") continue;
		listview.$result.find(`.list-row-head [data-cq-kind="${kind}"] > span`).text(name);
	}
}

/** As wide as what they hold, in all rows alike. All are measured before any is changed: the browser lays the list out once. */
function widen(listview) {
	const place = listview.$result[0];
	place.classList.add("cq-measuring");
	const widest = KINDS.map((kind) => [
		kind,
		Math.max(0, ...[...place.querySelectorAll(`[data-cq-kind="${kind}"]`)].map((cell) => cell.getBoundingClientRect().width)),
	]);
	for (const [kind, width] of widest) {
		const limit = kind === "person" ? WIDEST_NAME : Infinity;
		if (width) place.style.setProperty(`--cq-${kind}`, `${Math.ceil(Math.min(limit, width))}px`);
	}
	place.classList.remove("cq-measuring");
}

/** Due moments and names that the list does not hold. */
async function tell(listview) {
	const { doctype, data } = listview;
	const names = data.map((row) => row.name);
	const told_of = new Map(data.map((row) => [row.name, row.modified]));
	const ticket = (listview.cq_told = (listview.cq_told || 0) + 1);
	const [times] = await Promise.all([
		names.length && FROM_SERVER.includes(doctype) ? frappe.xcall("complaint_qms.api.board.times", { names, doctype }) : {},
		know_people(data.map((row) => row[PERSON[doctype]])),
	]);
	if (listview.cq_told !== ticket || listview.view_name !== "List") return;
	Object.assign(listview, { cq_times: times, cq_told_of: told_of });
	// Who has opened a record meanwhile waits for that one; the list asks anew when it is gone back to.
	if (frappe.container.page === listview.parent) show(listview);
}

/** Whether what the server told is of this version of the record. */
function is_told({ cq_told_of }, { name, modified }) {
	return Boolean(cq_told_of && cq_told_of.has(name)) && cq_told_of.get(name) === modified;
}

function show(listview) {
	const { doctype, data } = listview;
	const docs = new Map(data.flatMap((doc) => [doc.name, encodeURIComponent(doc.name)].map((name) => [name, doc])));
	listview.$result.find(".list-row-container.cq-row").each((_, row) => {
		const named_by = row.querySelector("[data-name]");
		const doc = named_by && docs.get(named_by.dataset.name);
		if (!doc) return;
		const person = PERSON[doctype] && doc[PERSON[doctype]];
		const named = person && row.querySelector('[data-cq-kind="person"] a');
		if (named) named.textContent = frappe.user.full_name(person);
		const time = is_told(listview, doc) && listview.cq_times[doc.name];
		const due = time && row.querySelector('[data-cq-kind="due"]');
		if (due) show_due(doctype, due, time);
	});
	widen(listview);
}

function show_due(doctype, cell, { due, status }) {
	if (doctype === "Complaint Settlement") {
		if (!due || cell.querySelector(".cq-due")) return;
		const html = named_due_html(__("due {0}", [date_text(due)]), status === "overdue");
		cell.insertAdjacentHTML("beforeend", `<span class="text-muted"> · </span>${html}`);
		return;
	}
	const html = due ? due_html(due, status === "overdue") : `<span class="cq-due">${esc(label(status))}</span>`;
	cell.innerHTML = html;
}

// On a phone a dozen filters stand before the first row: they fold into one button, which says how many are set.
function fold_filters(listview) {
	const $form = listview.page.page_form;
	const $fields = $form.find(".standard-filter-section");
	if (!$fields.length) return;
	// Frappe 16 folds them on a phone by itself, and has a button of its own.
	if ($fields.get(0).style.display === "none") return;
	let $button = $form.find(".cq-fold-filters");
	if (!$button.length) {
		$button = $('<button type="button" class="btn btn-default btn-sm cq-fold-filters" aria-expanded="false"></button>');
		$form.addClass("cq-folds").prepend($button);
		$button.on("click", () => $button.attr("aria-expanded", String($form.toggleClass("is-unfolded").hasClass("is-unfolded"))));
	}
	const set = Object.values(listview.page.fields_dict).filter((field) => field.get_value && field.get_value()).length;
	$button.text(set ? __("Filters ({0})", [set]) : __("Filters"));
}
