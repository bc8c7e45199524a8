frappe.listview_settings["Complaint Handler"] = {
	add_fields: ["enabled"],
	onload(list) {
		if (!frappe.model.can_write("Complaint Handler")) return;
		list.page.add_menu_item(__("Hand On All Work of a Person"), () =>
			complaint_qms.load_desk().then(() => complaint_qms.desk.hand_on_work())
		);
	},
	get_indicator: (doc) => (doc.enabled ? [__("Takes Complaints"), "green", "enabled,=,1"] : [__("Takes None"), "gray", "enabled,=,0"]),
};
