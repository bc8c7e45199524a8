// Management View: a plain page of the desk; what it draws is in the app's bundle.
frappe.pages["management-view"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Management View"), single_column: true });
	wrapper.cq_ready = complaint_qms.load_desk().then(() => complaint_qms.desk.make_management_view(page));
};

frappe.pages["management-view"].on_page_show = function (wrapper) {
	wrapper.cq_ready.then((view) => view.show());
};
