// Triage Table: a plain page of the desk; what it draws is in the app's bundle.
frappe.pages["triage-table"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Triage Table"), single_column: true });
	wrapper.cq_ready = complaint_qms.load_desk().then(() => complaint_qms.desk.make_triage(page));
};

frappe.pages["triage-table"].on_page_show = function (wrapper) {
	wrapper.cq_ready.then((triage) => triage.show());
};
