frappe.listview_settings["Legal Hold"] = {
	add_fields: ["status"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.status, "status", { text: __(doc.status, null, "Legal Hold") }),
};
