frappe.query_reports["Complaint Workload"] = {
	filters: [
		{
			fieldname: "by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				{ value: "person", label: __("Handler") },
				{ value: "department", label: __("Department") },
			],
			default: "person",
			reqd: 1,
		},
	],

	onload(report) {
		report.page.add_inner_button(__("Team Load"), () => frappe.set_route("team-load"));
	},

	formatter(value, row, column, data, default_formatter) {
		const { reports } = complaint_qms;
		if (["Int", "Percent"].includes(column.fieldtype) && (value === null || value === undefined)) return "";
		if (data && data.user && column.fieldname === "open" && value) {
			const route = { complaint_owner: ["=", data.user], stage: ["not in", ["closed", "rejected", "duplicate", "void"]] };
			return `<div style="text-align:right">${reports.link(reports.list_href(route), cint(value))}</div>`;
		}
		const shown = reports.format(value, row, column, data, default_formatter);
		const much = (column.fieldname === "overdue" && value) || (column.fieldname === "share" && value > 100);
		return much ? `<b class="text-danger">${shown}</b>` : shown;
	},
};
