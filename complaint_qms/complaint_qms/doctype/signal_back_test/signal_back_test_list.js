frappe.listview_settings["Signal Back-test"] = {
	add_fields: ["status", "docstatus"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.docstatus ? doc.status : "draft", "status"),
};
