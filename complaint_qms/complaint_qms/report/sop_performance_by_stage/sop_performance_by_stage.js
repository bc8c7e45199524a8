frappe.query_reports["SOP Performance by Stage"] = {
	filters: [
		...complaint_qms.reports.filters({ state: null }),
		{ fieldname: "sop", label: __("SOP"), fieldtype: "Link", options: "Complaint SOP" },
	],

	formatter(value, row, column, data, default_formatter) {
		const reports = complaint_qms.reports;
		if (data && column.fieldname === "open" && value) {
			return `<div style="text-align:right">${reports.link(reports.list_href(data.route), cint(value))}</div>`;
		}
		const shown = reports.format(value, row, column, data, default_formatter);
		return column.fieldname === "late" && value ? `<b class="text-danger">${shown}</b>` : shown;
	},
};
