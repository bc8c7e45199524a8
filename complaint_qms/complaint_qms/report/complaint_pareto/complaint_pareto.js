frappe.query_reports["Complaint Pareto"] = {
	filters: [
		{
			fieldname: "by",
			label: __("Group By"),
			fieldtype: "Select",
			options: complaint_qms.reports.dimensions(),
			default: "complaint_type",
			reqd: 1,
		},
		{
			fieldname: "as_tree",
			label: __("As a Tree"),
			fieldtype: "Check",
			depends_on: "eval:['territory', 'item_group', 'complaint_type'].includes(doc.by)",
		},
		...complaint_qms.reports.filters({ state: { default: "valid" } }),
		{
			fieldname: "top",
			label: __("Lines Shown"),
			fieldtype: "Select",
			options: ["10", "20", "50", "100", "500"],
			default: "20",
			depends_on: "eval:!doc.as_tree",
		},
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},

	formatter(value, row, column, data, default_formatter) {
		const reports = complaint_qms.reports;
		if (data && column.fieldname === "heat") return reports.heat_bar(value);
		if (data && data.without_units && column.fieldname === "rate") {
			const by_batch = frappe.query_report.get_filter_value("by") === "batch";
			return reports.remark(by_batch ? __("none delivered by then") : __("none delivered in the period"));
		}
		if (data && data.beyond_chance && column.fieldname === "change") {
			return reports.beyond_chance(value, data.beyond_chance);
		}
		return reports.format(value, row, column, data, default_formatter);
	},
};
