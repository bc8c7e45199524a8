frappe.treeview_settings["Complaint Type"] = {
	breadcrumb: "Complaint QMS",
	title: __("Complaint Types"),
	get_tree_root: false,
	root_label: __("All Complaint Types"),
	ignore_fields: ["parent_complaint_type"],
	get_label: (node) => __(node.data.title || node.label),
	onload: (treeview) => treeview.make_tree(),
	toolbar: [
		{
			label: __("Complaints"),
			condition: (node) => !node.is_root,
			click(node) {
				frappe.set_route("List", "Complaint", {
					complaint_type: node.expandable ? ["descendants of (inclusive)", node.label] : node.label,
				});
			},
			btnClass: "hidden-xs",
		},
	],
	extend_toolbar: true,
};
