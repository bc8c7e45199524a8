// What a genealogy may start from, each with the filter that names it. Who cannot look for a record there is not offered it.
const STARTS = {
	Complaint: { fieldname: "complaint", label: __("Complaint") },
	Batch: { fieldname: "batch_no", label: __("Batch") },
	"Serial No": { fieldname: "serial_no", label: __("Serial No") },
	"Supplier Lot": { fieldname: "supplier_lot", label: __("Supplier Lot") },
	"Work Order": { fieldname: "work_order", label: __("Work Order") },
	"Purchase Receipt": { fieldname: "purchase_receipt", label: __("Purchase Receipt") },
};
const is_offered = (kind) => kind === "Supplier Lot" || frappe.model.can_read(kind) || frappe.model.can_select(kind);

frappe.query_reports["Batch Genealogy"] = {
	filters: [
		{
			fieldname: "start",
			label: __("Start From"),
			fieldtype: "Select",
			options: Object.entries(STARTS)
				.filter(([kind]) => is_offered(kind))
				.map(([value, { label }]) => ({ value, label })),
			default: "Batch",
			reqd: 1,
		},
		...Object.entries(STARTS).map(([kind, { fieldname, label }]) => ({
			fieldname,
			label,
			fieldtype: kind === "Supplier Lot" ? "Data" : "Link",
			options: kind === "Supplier Lot" ? undefined : kind,
			depends_on: `eval:doc.start === "${kind}"`,
		})),
		{
			fieldname: "supplier",
			label: __("Supplier"),
			fieldtype: "Link",
			options: "Supplier",
			depends_on: "eval:doc.start === 'Supplier Lot'",
			hidden: !is_offered("Supplier"),
		},
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "tree", label: __("Genealogy") },
				{ value: "holders", label: __("Customers Who Have It") },
				{ value: "stock", label: __("Where It Lies") },
				{ value: "balance", label: __("Quantities In and Out") },
			],
			default: "tree",
			reqd: 1,
		},
		{
			fieldname: "way",
			label: __("Direction"),
			fieldtype: "Select",
			options: complaint_qms.genealogy_ways(),
			default: "both",
			reqd: 1,
		},
		{
			fieldname: "others",
			label: __("Other Customers Only"),
			fieldtype: "Check",
			depends_on: "eval:doc.start === 'Complaint' && doc.show === 'holders'",
		},
	],

	onload(report) {
		offer_hold(report);
		if (complaint_qms.may_see_picture()) {
			report.page.add_inner_button(__("Picture"), () => {
				const { start, way, supplier, ...given } = report.get_filter_values();
				complaint_qms.open_picture(start, given[STARTS[start].fieldname], way, supplier);
			});
		}
		// From what is looked at to a recall of it.
		if (frappe.model.can_create("Field Action")) {
			report.page.add_inner_button(__("Field Action"), () => {
				const { start, way, supplier, ...given } = report.get_filter_values();
				const { fieldname } = STARTS[start];
				frappe.new_doc("Field Action", { [fieldname]: given[fieldname], supplier, way: way === "family" ? "family" : "down" });
			});
		}
	},

	formatter(value, row, column, data, default_formatter) {
		const { reports, markup } = complaint_qms;
		// What does not apply to a row is empty there, and not nought.
		if (["Float", "Int"].includes(column.fieldtype) && (value === null || value === undefined)) return "";
		const leads_to = (doctype, name) => doctype && name && frappe.model.can_read(doctype) && frappe.utils.get_form_link(doctype, name);
		if (data && value && column.fieldname === "document") {
			const href = leads_to(data.document_type, data.document);
			return href ? reports.link(href, markup.esc(value)) : markup.esc(value);
		}
		if (data && value && data.lot_type && ["lot", "label"].includes(column.fieldname)) {
			const href = column.fieldname === "lot" || !data.customer ? leads_to(data.lot_type, value) : "";
			const shown = href ? reports.link(href, markup.esc(value)) : reports.format(value, row, column, data, default_formatter);
			return data.is_start ? `<b>${shown}</b>` : shown;
		}
		if (data && value && column.fieldname === "holds") {
			const [hold] = value.split(", ");
			const href = leads_to("Quality Hold", hold);
			const hold_html = href ? reports.link(href, markup.esc(value)) : markup.esc(value);
			return `<b class="text-danger">${hold_html}</b>`;
		}
		const shown = reports.format(value, row, column, data, default_formatter);
		if (data && data.is_heading && column.fieldname === "label") return `<b>${shown}</b>`;
		if (data && column.fieldname === "difference" && data.difference) return `<b class="text-danger">${shown}</b>`;
		return shown;
	},
};

/** From what it leads to, what may not leave is held. */
function offer_hold(report) {
	if (!frappe.model.can_create("Quality Hold")) return;
	report.page.add_inner_button(__("Hold", null, "Complaint QMS"), async () => {
		const kind = report.get_filter_value("start");
		const name = report.get_filter_value(STARTS[kind].fieldname);
		if (!name) return frappe.show_alert({ message: __("Choose first what the genealogy starts from."), indicator: "orange" });
		await complaint_qms.load_desk();
		const supplier = (kind === "Supplier Lot" && report.get_filter_value("supplier")) || "";
		return complaint_qms.desk.hold_dialog({ kind, name, supplier, complaint: kind === "Complaint" ? name : "" });
	});
}
