const CROSS_MOST = ["5", "8", "10", "15", "25", "40"];

frappe.query_reports["Complaint Cross-tab"] = {
	filters: [
		{
			fieldname: "rows_by",
			label: __("Rows"),
			fieldtype: "Select",
			options: complaint_qms.reports.dimensions(),
			default: "complaint_type",
			reqd: 1,
		},
		{
			fieldname: "columns_by",
			label: __("Columns"),
			fieldtype: "Select",
			options: complaint_qms.reports.dimensions(),
			default: "severity",
			reqd: 1,
		},
		{
			fieldname: "most_rows",
			label: __("Most Rows"),
			fieldtype: "Select",
			options: CROSS_MOST.map((value) => ({ value, label: __("{0} rows", [value]) })),
			default: "15",
		},
		{
			fieldname: "most_columns",
			label: __("Most Columns"),
			fieldtype: "Select",
			options: CROSS_MOST.map((value) => ({ value, label: __("{0} columns", [value]) })),
			default: "8",
		},
		...complaint_qms.reports.filters({ state: { default: "valid" } }),
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
		report.page.add_inner_button(__("Swap Rows and Columns"), () => {
			const { rows_by, columns_by } = report.get_filter_values();
			report.set_filter_value({ rows_by: columns_by, columns_by: rows_by });
		});
	},

	formatter(value, row, column, data, default_formatter) {
		const { reports } = complaint_qms;
		const cell = data && data.cells && data.cells[column.fieldname];
		if (cell) return reports.cross_cell(cell);
		const shown = reports.format(value, row, column, data, default_formatter);
		return column.fieldname === "group" ? `<div style="white-space:normal;line-height:1.25"><b>${shown}</b></div>` : shown;
	},

	get_datatable_options(options) {
		const fitted = complaint_qms.reports.fit_columns(options, 72);
		return Object.assign(fitted, { cellHeight: 54, serialNoColumn: false, inlineFilters: false });
	},
};
