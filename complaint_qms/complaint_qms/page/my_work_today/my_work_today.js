// My Work Today: a plain page of the desk; what it draws is in the app's bundle.
frappe.pages["my-work-today"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("My Work Today"), single_column: true });
	wrapper.cq_ready = complaint_qms.load_desk().then(() => complaint_qms.desk.make_my_work(page));
};

frappe.pages["my-work-today"].on_page_show = function (wrapper) {
	wrapper.cq_ready.then((work) => work.show());
};
