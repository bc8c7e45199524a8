const REPEATS_CLICK = "click.cq_repeats";

frappe.query_reports["Repeat Complaints"] = {
	filters: [
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "by", label: __("Figures") },
				{ value: "list", label: __("Complaints") },
			],
			default: "by",
			reqd: 1,
		},
		{
			fieldname: "by",
			label: __("Group By"),
			fieldtype: "Select",
			options: complaint_qms.reports.dimensions(),
			default: "item",
			depends_on: "eval:doc.show !== 'list'",
		},
		{ fieldname: "days", label: __("Days After Closing"), fieldtype: "Int", default: 90 },
		...complaint_qms.reports.filters({ state: { default: "valid" } }),
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
		// The framework follows no link to the report that is open. The page is that of all reports, and stays.
		const $page = report.page.wrapper.off(REPEATS_CLICK);
		$page.on(REPEATS_CLICK, "[data-repeats-of]", (event) => {
			if (event.ctrlKey || event.metaKey) return;
			event.preventDefault();
			event.stopPropagation();
			report.set_filter_value({ ...JSON.parse(event.currentTarget.dataset.repeatsOf), show: "list" });
		});
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},

	formatter(value, row, column, data, default_formatter) {
		const reports = complaint_qms.reports;
		if (data && data.only && column.fieldname === "repeats") {
			const asked = { ...frappe.query_report.get_filter_values(), ...data.only, show: "list" };
			const texts = Object.entries(asked).map(([name, chosen]) => [name, Array.isArray(chosen) ? JSON.stringify(chosen) : chosen]);
			const href = `${frappe.router.make_url(["query-report", "Repeat Complaints"])}?${new URLSearchParams(texts)}`;
			const only = `data-repeats-of="${complaint_qms.markup.esc(JSON.stringify(data.only))}"`;
			return `<div style="text-align:right">${reports.link(href, cint(value), only)}</div>`;
		}
		return reports.format(value, row, column, data, default_formatter);
	},
};
