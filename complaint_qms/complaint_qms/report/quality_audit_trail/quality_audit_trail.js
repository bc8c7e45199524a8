const KINDS = [
	"create",
	"change",
	"move",
	"with_file",
	"print",
	"rename",
	"delete",
	"sign",
	"sign_failed",
	"baseline",
	"permission",
	"role",
	"workflow",
	"export",
	"refused",
	"sign_in",
	"clock",
	"restore",
	"view",
	"dispose",
	"erase",
	"time_stamp",
];

frappe.query_reports["Quality Audit Trail"] = {
	filters: [
		...complaint_qms.reports.filters({ from_date: { default: "" } }, { offered: ["period", "from_date", "to_date"] }),
		{ fieldname: "document_type", label: __("Document Type", null, "Quality Audit Entry"), fieldtype: "Link", options: "DocType" },
		{
			fieldname: "document_name",
			label: __("Document", null, "Quality Audit Entry"),
			fieldtype: "Data",
		},
		{ fieldname: "happened_by", label: __("User", null, "Quality Audit Entry"), fieldtype: "Link", options: "User" },
		{
			fieldname: "kind",
			label: __("Kind", null, "Quality Audit Entry"),
			fieldtype: "Select",
			options: [{ value: "", label: "" }, ...KINDS.map((value) => ({ value, label: complaint_qms.labels.label(value) }))],
		},
	],

	// What happened and the number lead to the entry, the name to its record.
	formatter(value, row, column, data, default_formatter) {
		if (data && column.fieldname === "sequence" && data.entry) {
			const shown = value || "–"; // not linked yet
			return complaint_qms.reports.link(frappe.utils.get_form_link("Quality Audit Entry", data.entry), complaint_qms.markup.esc(shown));
		}
		if (value && data && column.fieldname === "document_name" && data.doctype) {
			return complaint_qms.reports.link(frappe.utils.get_form_link(data.doctype, value), complaint_qms.markup.esc(value));
		}
		if (value && column.fieldname === "what") {
			const shown = complaint_qms.markup.esc(value);
			const entry = data.entry && frappe.utils.get_form_link("Quality Audit Entry", data.entry);
			return `<span title="${shown}">${entry ? complaint_qms.reports.link(entry, shown) : shown}</span>`;
		}
		return complaint_qms.reports.format(value, row, column, data, default_formatter);
	},
};
