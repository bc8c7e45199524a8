const BAND = /^band_(\d)$/;

frappe.query_reports["Complaint Efficiency"] = {
	filters: [
		{
			fieldname: "by",
			label: __("Group By"),
			fieldtype: "Select",
			options: complaint_qms.reports.dimensions(),
			default: "month",
			reqd: 1,
		},
		...complaint_qms.reports.filters({ state: { default: "valid" } }),
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
		report.page.add_inner_button(__("SOP Performance by Stage"), () => {
			const asked = report.get_filter_values();
			delete asked.by;
			delete asked.state;
			frappe.route_options = asked;
			frappe.set_route("query-report", "SOP Performance by Stage");
		});
	},

	formatter(value, row, column, data, default_formatter) {
		const { reports } = complaint_qms;
		const band = BAND.exec(column.fieldname);
		const routes = data && {
			complaints: data.route,
			open: data.open_route,
			[band ? column.fieldname : ""]: band && (data.band_routes || [])[band[1]],
		};
		const route = routes && routes[column.fieldname];
		if (route && value) return `<div style="text-align:right">${reports.link(reports.list_href(route), cint(value))}</div>`;
		if (["Float", "Percent"].includes(column.fieldtype) && (value === null || value === undefined)) return "";
		return reports.format(value, row, column, data, default_formatter);
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},
};
