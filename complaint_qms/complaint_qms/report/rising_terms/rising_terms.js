frappe.query_reports["Rising Terms"] = {
	filters: [
		{
			fieldname: "months_before",
			label: __("Compared With"),
			fieldtype: "Select",
			options: ["1", "3", "6", "12"].map((value) => ({ value, label: __("{0} months before", [value]) })),
			default: "6",
		},
		...complaint_qms.reports.filters({ state: { default: "valid" }, period: { default: "last_30_days" } }),
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},

	formatter(value, row, column, data, default_formatter) {
		return complaint_qms.reports.format(value, row, column, data, default_formatter);
	},
};
