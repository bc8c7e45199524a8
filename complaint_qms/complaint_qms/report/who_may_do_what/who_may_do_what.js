frappe.query_reports["Who May Do What"] = {
	filters: [
		{ fieldname: "document_type", label: __("Document Type"), fieldtype: "Link", options: "DocType" },
		{ fieldname: "role", label: __("Role"), fieldtype: "Link", options: "Role" },
		{ fieldname: "differences", label: __("Differences Only"), fieldtype: "Check" },
	],

	formatter(value, row, column, data, default_formatter) {
		if (value && ["shipped", "here", "difference"].includes(column.fieldname)) {
			const shown = complaint_qms.markup.esc(value);
			const tone = column.fieldname === "difference" ? ' class="text-danger"' : "";
			return `<span title="${shown}"${tone}>${shown}</span>`;
		}
		return complaint_qms.reports.format(value, row, column, data, default_formatter);
	},
};
