frappe.query_reports["Complaint Risk Matrix"] = {
	filters: [
		{
			fieldname: "count_of",
			label: __("Count", null, "Complaint"),
			fieldtype: "Select",
			options: [
				{ value: "complaints", label: __("Complaints") },
				{ value: "pairs", label: __("Pairs of Item and Type") },
			],
			default: "complaints",
		},
		...complaint_qms.reports.filters({ state: { default: "valid" } }),
		{ fieldname: "risk_matrix", label: __("Risk Matrix"), fieldtype: "Link", options: "Risk Matrix" },
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},

	formatter(value, row, column, data, default_formatter) {
		const reports = complaint_qms.reports;
		const cell = data && data.cells && data.cells[column.fieldname];
		if (cell && column.fieldname === "open") {
			const count = `<b>${cint(value)}</b>`;
			const shown = value && cell.open_route ? reports.link(reports.list_href(cell.open_route), count) : value ? count : "0";
			return `<div style="text-align:right">${shown}</div>`;
		}
		if (cell) {
			return reports.grid_cell(cell);
		}
		const shown = reports.format(value, row, column, data, default_formatter);
		return column.fieldname === "severity" ? `<b>${shown}</b>` : shown;
	},

	get_datatable_options(options) {
		// A phone scrolls them anyhow: there the words of a cell have their room.
		const fitted = complaint_qms.reports.fit_columns(options, frappe.is_mobile() ? 104 : 70);
		return Object.assign(fitted, { cellHeight: 58, serialNoColumn: false, inlineFilters: false });
	},
};
