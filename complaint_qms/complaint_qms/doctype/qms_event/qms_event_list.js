frappe.listview_settings["QMS Event"] = {
	add_fields: ["state"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.state, "state"),
	onload(list) {
		list.page.add_actions_menu_item(__("Tell Again"), () =>
			complaint_qms.given_up.again("tell_listeners", list.get_checked_items(true), () => list.refresh())
		);
	},
};
