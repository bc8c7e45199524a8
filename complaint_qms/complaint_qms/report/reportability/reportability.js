frappe.query_reports["Reportability"] = {
	filters: [
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "from_date", label: __("From Date"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("To Date", null, "Complaint"), fieldtype: "Date" },
		{ fieldname: "jurisdiction", label: __("Jurisdiction"), fieldtype: "Data" },
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "open", label: complaint_qms.labels.label("open") },
				{ value: "overdue", label: __("Deadline Passed") },
				{ value: "reported", label: complaint_qms.labels.label("reported") },
				{ value: "reported_late", label: __("Reported Late") },
				{ value: "not_reportable", label: complaint_qms.labels.label("not_reportable") },
				{ value: "all", label: __("All") },
			],
			default: "open",
		},
	],

	formatter(value, row, column, data, default_formatter) {
		return complaint_qms.reports.format(value, row, column, data, default_formatter);
	},
};
