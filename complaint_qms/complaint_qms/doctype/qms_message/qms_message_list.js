frappe.listview_settings["QMS Message"] = {
	add_fields: ["state"],
	get_indicator: (doc) => complaint_qms.labels.indicator(doc.state, "state"),
	onload(list) {
		list.page.add_actions_menu_item(__("Send Again"), () =>
			complaint_qms.given_up.again("send_messages", list.get_checked_items(true), () => list.refresh())
		);
	},
};
