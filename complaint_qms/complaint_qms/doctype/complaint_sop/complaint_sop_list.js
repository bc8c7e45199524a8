frappe.listview_settings["Complaint SOP"] = {
	add_fields: ["enabled", "is_default"],
	get_indicator(doc) {
		if (!doc.enabled) return [__("Disabled"), "gray", "enabled,=,0"];
		return doc.is_default ? [__("Default"), "green", "is_default,=,1"] : [__("Enabled"), "blue", "enabled,=,1"];
	},
};
