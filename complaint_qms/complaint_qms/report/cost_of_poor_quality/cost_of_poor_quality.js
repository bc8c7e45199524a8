frappe.query_reports["Cost of Poor Quality"] = {
	filters: [
		{
			fieldname: "by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [...complaint_qms.reports.dimensions(), { value: "complaint", label: __("Complaint") }],
			default: "complaint_type",
			reqd: 1,
		},
		...complaint_qms.reports.filters({ state: { default: "valid" } }),
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
	},

	formatter(value, row, column, data, default_formatter) {
		const { reports } = complaint_qms;
		if (data && column.fieldname === "complaints" && value && data.route) {
			return `<div style="text-align:right">${reports.link(reports.list_href(data.route), cint(value))}</div>`;
		}
		if (["Currency", "Percent"].includes(column.fieldtype) && !value) return "";
		const shown = reports.format(value, row, column, data, default_formatter);
		return column.fieldname === "total" ? `<b>${shown}</b>` : shown;
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},
};
