// “Common Factors” on an item: what units of it that were complained about have in common.
frappe.ui.form.on("Item", {
	refresh(frm) {
		const report = "Common Factors";
		if (frm.is_new() || !frappe.boot.user.all_reports?.[report]) return;
		frm.add_custom_button(
			__(report),
			() => frappe.set_route("query-report", report, { item_code: frm.doc.name, show: "factors" }),
			__("View")
		);
	},
});
