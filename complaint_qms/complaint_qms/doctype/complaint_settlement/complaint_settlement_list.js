frappe.listview_settings["Complaint Settlement"] = {
	add_fields: ["total_amount", "currency"],
	get_indicator(doc) {
		if (doc.docstatus === 0) return [__("Proposed"), "orange", "docstatus,=,0"];
		if (doc.docstatus === 1) return [complaint_qms.labels.label("settled"), "green", "docstatus,=,1"];
		return [__("Cancelled"), "gray", "docstatus,=,2"];
	},
};
