frappe.query_reports["Field Actions"] = {
	filters: [
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "from_date", label: __("From Date"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("To Date", null, "Complaint"), fieldtype: "Date" },
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "actions", label: __("Field Actions") },
				{ value: "mock", label: __("Mock Recalls") },
				{ value: "all", label: __("All") },
			],
			default: "all",
		},
	],

	formatter(value, row, column, data, default_formatter) {
		return complaint_qms.reports.format(value, row, column, data, default_formatter);
	},
};
