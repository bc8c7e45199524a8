// Told in working days and hours; an export keeps the hours, and says so in its headings.
const TIMES = ["limit", "median", "mean", "p90"];

frappe.query_reports["SOP Performance by Stage"] = {
	filters: complaint_qms.reports.filters({ state: null }),

	onload(report) {
		complaint_qms.reports.fold_filters(report);
	},

	get_datatable_options(options) {
		for (const column of options.columns) {
			if (TIMES.includes(column.id)) column.name = column.name.replace(/\s*[(（][^()（）]*[)）]$/, "");
		}
		return options;
	},

	formatter(value, row, column, data, default_formatter) {
		const reports = complaint_qms.reports;
		if (data && TIMES.includes(column.fieldname) && typeof value === "number") {
			const { esc } = complaint_qms.markup;
			return `<div style="text-align:right">${esc(complaint_qms.words.working_time(value * 3600, data.workday))}</div>`;
		}
		if (data && column.fieldname === "open" && value && data.route) {
			return `<div style="text-align:right">${reports.link(reports.list_href(data.route), cint(value))}</div>`;
		}
		const shown = reports.format(value, row, column, data, default_formatter);
		return column.fieldname === "late" && value ? `<b class="text-danger">${shown}</b>` : shown;
	},
};
