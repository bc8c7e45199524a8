frappe.query_reports["Risk Priorities"] = {
	filters: [
		...complaint_qms.reports.filters({ state: { default: "valid" } }),
		{ fieldname: "risk_matrix", label: __("Risk Matrix"), fieldtype: "Link", options: "Risk Matrix" },
		{ fieldname: "in_severity", label: __("In the Row"), fieldtype: "Link", options: "Risk Severity" },
		{ fieldname: "in_occurrence", label: __("In the Column"), fieldtype: "Link", options: "Risk Occurrence" },
		{
			fieldname: "moved",
			label: __("Movement", null, "Complaint"),
			fieldtype: "Select",
			options: ["", "rose", "new", "moved_across", "unmoved", "unknown", "fell", "gone"].map((value) => ({
				value,
				label: value ? complaint_qms.labels.label(value) : __("Movement", null, "Complaint"),
			})),
		},
		{
			fieldname: "answered",
			label: __("CAPA or Investigation"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("CAPA or Investigation") },
				{ value: "none", label: __("Nobody works on it") },
				{ value: "some", label: __("Under way") },
			],
		},
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
		complaint_qms.reports.mind_risk_steps(report);
		report.page.add_inner_button(__("Heat Map"), () => {
			const asked = { ...report.get_filter_values(), count_of: "pairs" };
			for (const name of ["in_severity", "in_occurrence", "moved", "answered"]) delete asked[name];
			frappe.set_route("query-report", "Complaint Risk Matrix", asked);
		});
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},

	// The rank is the number of the line.
	get_datatable_options: (options) => Object.assign(options, { serialNoColumn: false }),

	formatter(value, row, column, data, default_formatter) {
		const reports = complaint_qms.reports;
		if (data && column.fieldname === "next") return reports.risk_step_html(data);
		if (data && column.fieldname === "risk") return reports.risk_badge(value, data.color);
		if (data && column.fieldname === "risk_before") return reports.risk_badge(value, data.color_before);
		if (data && column.fieldname === "way") return reports.risk_way(value, data.way_key);
		if (data && data.beyond_chance && column.fieldname === "change") return reports.beyond_chance(value, data.beyond_chance);
		return reports.format(value, row, column, data, default_formatter);
	},
};
