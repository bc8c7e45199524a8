const TONES = { effective: "green", ineffective: "red", insufficient_data: "orange" };

frappe.query_reports["CAPA Effectiveness"] = {
	filters: [
		{
			fieldname: "by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				{ value: "capa", label: __("CAPA") },
				{ value: "owner", label: __("CAPA Owner") },
				{ value: "department", label: __("Department") },
				{ value: "month", label: __("Month") },
			],
			default: "capa",
			reqd: 1,
		},
		...complaint_qms.reports.filters(
			{
				date_of: {
					options: [
						{ value: "opened", label: __("Opening", null, "CAPA") },
						{ value: "window_end", label: __("End of the Window") },
					],
					default: "opened",
				},
			},
			{ offered: ["period", "from_date", "to_date", "date_of", "company", "complaint_type", "item_code", "supplier"] }
		),
		{ fieldname: "capa_owner", label: __("CAPA Owner"), fieldtype: "Link", options: "User" },
		{
			fieldname: "verdict",
			label: __("Verdict"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "effective", label: __("Effective", null, "Complaint QMS") },
				{ value: "ineffective", label: __("Ineffective", null, "Complaint QMS") },
				{ value: "insufficient_data", label: __("Not Enough Data", null, "Complaint QMS") },
			],
		},
	],

	onload(report) {
		complaint_qms.reports.fold_filters(report);
	},

	formatter(value, row, column, data, default_formatter) {
		const { reports, markup } = complaint_qms;
		const { esc } = markup;
		if (["Float", "Percent", "Int"].includes(column.fieldtype) && (value === null || value === undefined)) return "";
		if (data && column.fieldname === "verdict" && value) {
			return `<span class="indicator-pill ${TONES[data.state]}">${esc(value)}</span>`;
		}
		const shown = reports.format(value, row, column, data, default_formatter);
		const late =
			(column.fieldname === "window" && data && data.late) || (["actions_late", "windows_due"].includes(column.fieldname) && value);
		return late ? `<b class="text-danger">${shown}</b>` : shown;
	},

	after_datatable_render(datatable) {
		complaint_qms.reports.show_definitions(datatable);
	},
};
