frappe.listview_settings["Complaint SOP"] = {
	add_fields: ["enabled", "is_default"],
	onload(list) {
		if (frappe.model.can_create("Complaint SOP")) {
			list.page.add_menu_item(__("Import from File"), () => complaint_qms.load_desk().then(() => complaint_qms.desk.import_sop()));
		}
		if (!frappe.model.can_write("Complaint QMS Settings")) return;
		list.page.add_menu_item(__("Sample Procedures for Your Trade"), () =>
			complaint_qms.load_desk().then(() => complaint_qms.desk.choose_pack(() => list.refresh()))
		);
	},
	get_indicator(doc) {
		if (!doc.enabled) return [__("Disabled"), "gray", "enabled,=,0"];
		return doc.is_default ? [__("Default"), "green", "is_default,=,1"] : [__("Enabled"), "blue", "enabled,=,1"];
	},
};
