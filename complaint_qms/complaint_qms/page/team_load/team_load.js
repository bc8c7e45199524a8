// Team Load: a plain page of the desk; what it draws is in the app's bundle.
frappe.pages["team-load"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Team Load"), single_column: true });
	wrapper.cq_ready = complaint_qms.load_desk().then(() => complaint_qms.desk.make_team_load(page));
};

frappe.pages["team-load"].on_page_show = function (wrapper) {
	wrapper.cq_ready.then((load) => load.show());
};
