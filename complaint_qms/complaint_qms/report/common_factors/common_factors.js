const FACTORS_API = "complaint_qms.api.common_factors";
const FACTORS_CLICK = "click.cq_common_factors";

frappe.query_reports["Common Factors"] = {
	filters: [
		...complaint_qms.reports.filters(
			{ from_date: { label: __("Delivered From") }, to_date: { label: __("Delivered To") } },
			{ offered: ["from_date", "to_date", "company", "complaint_type", "item_code", "item_group"], single: true }
		),
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "factors", label: __("Factors") },
				{ value: "units", label: __("Units") },
			],
			default: "factors",
			reqd: 1,
		},
		// Which units are shown: set by a click on a factor.
		{ fieldname: "factor", label: __("Factor"), fieldtype: "Data", hidden: 1 },
	],

	onload(report) {
		// The framework follows no link to the report that is open, and would keep its filters for the next list.
		// The page is that of all reports, and stays: each return here would add handlers to those that there are.
		const $page = report.page.wrapper.off(FACTORS_CLICK);
		$page.on(FACTORS_CLICK, "[data-factor]", (event) => {
			if (event.ctrlKey || event.metaKey) return;
			event.preventDefault();
			event.stopPropagation();
			report.set_filter_value({ factor: event.currentTarget.dataset.factor, show: "units" });
		});
		$page.on(FACTORS_CLICK, "[data-common-factors-anew]", async () => {
			await frappe.xcall(`${FACTORS_API}.begin`, { filters: report.get_filter_values() });
			report.refresh();
		});
		follow_jobs(report);
	},

	formatter(value, row, column, data, default_formatter) {
		const { reports, markup } = complaint_qms;
		const as_report = (report, filters) => `${frappe.router.make_url(["query-report", report])}?${new URLSearchParams(filters)}`;
		if (["Float", "Int"].includes(column.fieldtype) && (value === null || value === undefined)) return "";
		const { fieldname } = column;
		if (data && data.key && fieldname === "with_it") {
			const asked = frappe.query_report.get_filter_values();
			const units = as_report("Common Factors", { ...asked, show: "units", factor: data.key });
			return reports.link(units, markup.esc(value), `data-factor="${markup.esc(data.key)}"`);
		}
		if (data && data.document && value && ["value", "document"].includes(fieldname) && frappe.model.can_read(data.document_type)) {
			return reports.link(frappe.utils.get_form_link(data.document_type, data.document), markup.esc(value));
		}
		if (data && data.lot && fieldname === "lot" && frappe.model.can_read(data.lot_type)) {
			return reports.link(frappe.utils.get_form_link(data.lot_type, data.lot), markup.esc(value));
		}
		if (data && data.lot && fieldname === "genealogy") {
			const named = data.lot_type === "Batch" ? { batch_no: data.lot } : { serial_no: data.lot };
			return reports.link(as_report("Batch Genealogy", { start: data.lot_type, ...named, show: "tree", way: "both" }), markup.esc(value));
		}
		const shown = reports.format(value, row, column, data, default_formatter);
		const found = data && ["likely", "one_cluster"].includes(data.state);
		return found && ["factor", "value", "verdict"].includes(fieldname) ? `<b>${shown}</b>` : shown;
	},
};

const FACTORS_JOB = "[data-common-factors-job]";
const FACTORS_ASKED_EVERY = 4000; // milliseconds

/** Where a job is at work, say how far it has got, and show what it found. */
function follow_jobs(report) {
	const told = () => report.page.wrapper.find(FACTORS_JOB).get(0);
	const look = async () => {
		const place = told();
		if (!place || !place.isConnected || document.hidden || frappe.get_route()[1] !== "Common Factors") return;
		const name = place.dataset.commonFactorsJob;
		if (!name) {
			const made = await frappe
				.xcall(`${FACTORS_API}.begin`, { filters: report.get_filter_values() })
				.catch(() => clearInterval(report.cq_following));
			if (made) place.dataset.commonFactorsJob = made.name;
			return;
		}
		const found = await frappe.xcall(`${FACTORS_API}.progress`, { name }).catch(() => null);
		if (!found || told() !== place) return;
		if (!["Queued", "Started"].includes(found.status)) return report.refresh();
		place.textContent = found.status === "Queued" ? __("It waits for a worker.") : __("{0} % done", [found.percent]);
	};
	clearInterval(report.cq_following);
	report.cq_following = setInterval(look, FACTORS_ASKED_EVERY);
}
