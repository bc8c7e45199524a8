// Calls that were given up are made once more, several at a time.
frappe.listview_settings["QMS Connector Call"] = {
	add_fields: ["state"],
	get_indicator: ({ state }) => [
		complaint_qms.labels.label(state),
		{ waiting: "blue", done: "green", failed: "red" }[state] || "gray",
		`state,=,${state}`,
	],
	onload(list) {
		if (!frappe.perm.has_perm("QMS Connector Call", 0, "write")) return;
		list.page.add_actions_menu_item(__("Try Again"), async () => {
			const names = list.get_checked_items(true);
			const made = await frappe.xcall("complaint_qms.api.connectors.try_again", { calls_given_up: names }, "POST");
			frappe.show_alert({
				message: complaint_qms.markup.esc(__("{0} are made once more by a job.", [made])),
				indicator: made ? "green" : "orange",
			});
			list.refresh();
		});
	},
};
