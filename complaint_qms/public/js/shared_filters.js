// The filters that every report about complaints offers, defined once; the server's side of it is services/reporting/filters.py.
import { esc } from "./markup";
import { record_name } from "./stored_text";

// Seen at once; the others wait behind “More Filters” until they are asked for or hold something.
const SEEN = ["period", "from_date", "to_date", "complaint_type", "item_code", "customer", "state"];

/** Periods that end today or with the last month, quarter or year. */
export const named_periods = () => [
	{ value: "last_30_days", label: __("Last 30 Days") },
	{ value: "last_90_days", label: __("Last 90 Days") },
	{ value: "last_12_months", label: __("Last 12 Months") },
	{ value: "this_month", label: __("This Month") },
	{ value: "last_month", label: __("Last Month") },
	{ value: "this_quarter", label: __("This Quarter") },
	{ value: "last_quarter", label: __("Last Quarter") },
	{ value: "this_year", label: __("This Year") },
	{ value: "last_year", label: __("Last Year") },
];

// Records of which a report may be about several.
const CHOICES = () => [
	["company", __("Company"), "Company"],
	["complaint_type", __("Complaint Type"), "Complaint Type"],
	["item_code", __("Item"), "Item"],
	["item_group", __("Item Group"), "Item Group"],
	["batch_no", __("Batch", null, "Complaint QMS"), "Batch"],
	["severity", __("Severity"), "Risk Severity"],
	["customer", __("Customer"), "Customer"],
	["customer_group", __("Customer Group"), "Customer Group"],
	["territory", __("Territory"), "Territory"],
	["channel", __("Channel"), "Complaint Channel"],
	["supplier", __("Supplier"), "Supplier"],
	["sop", __("SOP"), "Complaint SOP"],
	["complaint_owner", __("Handler"), "User"],
	["capa", __("CAPA"), "CAPA"],
];

// What complaints are counted by; the server's side of it is services/reporting/dimensions.py.
const DIMENSIONS = () => [
	["complaint_type", __("Complaint Type")],
	["item", __("Item")],
	["item_group", __("Item Group")],
	["product_line", __("Product Line")],
	["batch", __("Batch", null, "Complaint QMS")],
	["severity", __("Severity")],
	["customer", __("Customer")],
	["customer_group", __("Customer Group")],
	["territory", __("Territory")],
	["channel", __("Channel")],
	["supplier", __("Supplier")],
	["sop", __("SOP")],
	["handler", __("Handler")],
	["company", __("Company")],
	["topic", __("Topic")],
	["month", __("Month")],
	["week", __("Week")],
];

/** Choices of a filter that asks for a dimension, all of them or those named. */
export function dimensions(offered = null) {
	return DIMENSIONS()
		.filter(([value]) => !offered || offered.includes(value))
		.map(([value, label]) => ({ value, label }));
}

/**
 * The shared filters of a report.
 *
 * @param {Object} changes by fieldname: an object to merge in, or null to leave a filter out
 * @param {string[]} [offered] only these
 * @param {boolean} [single] one record each, as charts and dialogs need
 */
export function shared_filters(changes = {}, { offered = null, single = false } = {}) {
	const today = frappe.datetime.get_today();
	const year_ago = frappe.datetime.add_days(frappe.datetime.add_months(today, -12), 1);
	const between = "eval:!doc.period";
	const every = [
		{
			fieldname: "period",
			label: __("Period"),
			fieldtype: "Select",
			options: [{ value: "", label: __("Between Two Days") }, ...named_periods()],
		},
		{ fieldname: "from_date", label: __("From Date"), fieldtype: "Date", default: year_ago, depends_on: between },
		{ fieldname: "to_date", label: __("To Date", null, "Complaint"), fieldtype: "Date", default: today, depends_on: between },
		{
			fieldname: "date_of",
			label: __("Period Of"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Receipt", null, "Complaint") },
				{ value: "registered", label: __("Registration") },
			],
		},
		...CHOICES().map(([fieldname, label, doctype]) =>
			single ? { fieldname, label, fieldtype: "Link", options: doctype } : several(fieldname, label, doctype)
		),
		{
			fieldname: "state",
			label: __("State", null, "Complaint"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("All complaints") },
				{ value: "valid", label: __("Without rejected, duplicate, void") },
				{ value: "open", label: __("Open", null, "Complaint") },
				{ value: "ended", label: __("Ended") },
			],
		},
	];
	const shown = every.filter(({ fieldname }) => changes[fieldname] !== null && (!offered || offered.includes(fieldname)));
	// Days that no period could stand in for are always asked for.
	const has_period = shown.some(({ fieldname }) => fieldname === "period");
	return shown.map((filter) => {
		const made = { ...filter, ...changes[filter.fieldname] };
		if (!has_period) delete made.depends_on;
		return made;
	});
}

/** Puts the filters that are seldom used behind a button; called when the report is opened. */
export function fold_filters(report) {
	const shared = shared_filters().map(({ fieldname }) => fieldname);
	const folded = report.filters.filter(({ df }) => shared.includes(df.fieldname) && !SEEN.includes(df.fieldname) && !df.hidden);
	const $form = report.page.page_form;
	$form.find(".cq-more-filters").remove();
	if (!folded.length) return;
	let all = folded.some((filter) => filter.get_value());
	const $button = $(
		`<button type="button" class="btn btn-default btn-xs cq-more-filters" style="align-self:center;margin:0 .5rem .5rem"></button>`
	);
	const show = () => {
		folded.forEach(({ df }) => report.toggle_filter_display(df.fieldname, !all));
		$button.text(all ? __("Fewer Filters") : __("More Filters")).attr("aria-expanded", String(all));
	};
	$button.on("click", () => {
		// What narrows the figures is not put out of sight.
		all = !all || folded.some((filter) => filter.get_value());
		show();
	});
	$form.append($button);
	show();
}

// A list of several records. Frappe's control takes names and titles for markup, and calls none chosen a choice; the report view lays
// what a filter defines over the control.
function several(fieldname, label, doctype) {
	return {
		fieldname,
		label,
		fieldtype: "MultiSelectList",
		options: doctype,
		placeholder: label,
		get_data(text) {
			return frappe.db.get_link_options(doctype, text).then((found) =>
				found.map(({ value, label: title, description }) => ({
					value,
					label: esc(title && title !== value ? title : record_name(doctype, value)),
					description: esc(description || ""),
				}))
			);
		},
		get_value() {
			return this.values && this.values.length ? this.values : null;
		},
		update_status() {
			const [first, ...others] = this.values;
			const said = others.length ? __("{0} values selected", [this.values.length]) : first && record_name(doctype, first);
			this.$list_wrapper
				.find(".status-text")
				.text(said || label)
				.toggleClass("text-extra-muted", !said);
		},
	};
}
