frappe.query_reports["Supplier Quality Scorecard"] = {
	filters: complaint_qms.reports.filters({ state: { default: "valid" } }),

	onload(report) {
		complaint_qms.reports.fold_filters(report);
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},

	formatter(value, row, column, data, default_formatter) {
		const reports = complaint_qms.reports;
		if (data && data.without_units && column.fieldname === "rate") return reports.remark(__("none received in the period"));
		if (data && data.capa_route && value && column.fieldname === "capas") return reports.records_link("CAPA", data.capa_route, value);
		if (data && data.beyond_chance && column.fieldname === "change") {
			return reports.beyond_chance(value, data.beyond_chance);
		}
		return reports.format(value, row, column, data, default_formatter);
	},
};
