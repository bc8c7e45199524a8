frappe.query_reports["Knowledge Use"] = {
	filters: [
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "used", label: __("Articles, Most Used First") },
				{ value: "unused", label: __("Articles Nobody Used") },
				{ value: "gaps", label: __("Complaints without an Article") },
			],
			default: "used",
			reqd: 1,
		},
		// Of the complaints that are counted as without one
		...complaint_qms.reports
			.filters({}, { offered: ["from_date", "to_date", "company", "complaint_type", "item_code", "item_group"], single: true })
			.map((filter) => ({ ...filter, depends_on: "eval:doc.show === 'gaps'" })),
	],

	formatter(value, row, column, data, default_formatter) {
		return complaint_qms.reports.format(value, row, column, data, default_formatter);
	},
};
