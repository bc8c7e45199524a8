// Weeks are summed up by a job: whoever manages it sees how far it is, stops it and lets it go on.
const may_manage = () => frappe.user.has_role(["Quality Manager", "System Manager"]);

function follow(standing) {
	const { weeks, left, running, stopped } = standing;
	const { esc } = complaint_qms.markup;
	if (stopped) {
		frappe.hide_progress();
		return frappe.show_alert({ message: esc(__("Stopped: {0} of {1} weeks are left.", [left, weeks])), indicator: "orange" });
	}
	if (!left) {
		frappe.hide_progress();
		return frappe.show_alert({ message: esc(__("All {0} weeks are summed up.", [weeks])), indicator: "green" });
	}
	frappe.show_progress(__("Weeks Summed Up"), weeks - left, weeks, running ? "" : __("Waiting for a background worker."));
	return setTimeout(() => frappe.xcall("complaint_qms.api.exposure.standing").then(follow), 4000);
}

frappe.query_reports["Delivered Units"] = {
	filters: [
		{
			fieldname: "by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				{ value: "item", label: __("Item") },
				{ value: "batch", label: __("Batch", null, "Complaint QMS") },
				{ value: "item_group", label: __("Item Group") },
				{ value: "customer", label: __("Customer") },
				{ value: "customer_group", label: __("Customer Group") },
				{ value: "territory", label: __("Territory") },
				{ value: "month", label: __("Month") },
			],
			default: "item",
			reqd: 1,
		},
		...complaint_qms.reports.filters({ state: { default: "valid" }, date_of: null }),
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
		if (!may_manage()) return;
		const { page } = report;
		page.add_inner_button(__("Sum Up Weeks"), () => frappe.xcall("complaint_qms.api.exposure.go_on").then(follow), __("Weeks Summed Up"));
		page.add_inner_button(__("Stop"), () => frappe.xcall("complaint_qms.api.exposure.stop").then(follow), __("Weeks Summed Up"));
	},

	formatter(value, row, column, data, default_formatter) {
		const reports = complaint_qms.reports;
		if (data && column.fieldname === "complaints" && value && data.route) {
			return `<div style="text-align:right">${reports.link(reports.list_href(data.route), cint(value))}</div>`;
		}
		// Most goods are counted whole.
		if (["units", "returned"].includes(column.fieldname) && typeof value === "number") {
			return `<div style="text-align:right">${complaint_qms.markup.esc(format_number(value, null, value % 1 ? 2 : 0))}</div>`;
		}
		return reports.format(value, row, column, data, default_formatter);
	},
};
