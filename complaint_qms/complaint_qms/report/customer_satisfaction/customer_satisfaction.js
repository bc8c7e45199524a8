frappe.query_reports["Customer Satisfaction"] = {
	filters: [
		...complaint_qms.reports.filters({ state: null, date_of: null }),
		{
			fieldname: "by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				{ value: "month", label: __("Month") },
				{ value: "customer", label: __("Customer") },
				{ value: "complaint_type", label: __("Complaint Type") },
				{ value: "handler", label: __("Handler") },
			],
			default: "month",
			reqd: 1,
		},
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
	},

	formatter(value, row, column, data, default_formatter) {
		return complaint_qms.reports.format(value, row, column, data, default_formatter);
	},
};
