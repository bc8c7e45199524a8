frappe.listview_settings["Complaint Settlement"] = {
	add_fields: ["total_amount", "currency", "status"],
	has_indicator_for_draft: 1,
	has_indicator_for_cancelled: 1,
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.status || "proposed", "status"),
};
