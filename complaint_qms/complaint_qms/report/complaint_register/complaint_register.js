frappe.query_reports["Complaint Register"] = {
	filters: [
		...complaint_qms.reports.filters(),
		{
			fieldname: "rows",
			label: __("Rows"),
			fieldtype: "Select",
			options: [
				{ value: "500", label: __("Newest 500") },
				{ value: "2000", label: __("Newest 2,000") },
				{ value: "10000", label: __("Newest 10,000") },
				{ value: "all", label: __("All rows") },
			],
			default: "2000",
		},
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
		if (frappe.boot.complaint_qms_makes_files)
			report.page.add_inner_button(__("Inspector's Index"), () =>
				complaint_qms.load_desk().then(() => complaint_qms.desk.open_inspection_index(report))
			);
	},

	formatter(value, row, column, data, default_formatter) {
		const shown = complaint_qms.reports.format(value, row, column, data, default_formatter);
		return column.fieldname === "sla_status" && data && data.late ? `<b class="text-danger">${shown}</b>` : shown;
	},
};
