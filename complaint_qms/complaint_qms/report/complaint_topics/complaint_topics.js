frappe.query_reports["Complaint Topics"] = {
	filters: complaint_qms.reports.filters({
		state: { default: "valid" },
		from_date: { default: frappe.datetime.add_months(frappe.datetime.month_start(), -11) },
	}),

	onload(report) {
		complaint_qms.reports.fold_filters(report);
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},

	formatter(value, row, column, data, default_formatter) {
		const { reports } = complaint_qms;
		if (data && data.beyond_chance && column.fieldname === "topic_change") {
			return reports.beyond_chance(value, data.beyond_chance);
		}
		return reports.format(value, row, column, data, default_formatter);
	},
};
