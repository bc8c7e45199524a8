// Genealogy as a picture: a plain page of the desk; what it draws is in a bundle of its own, loaded here alone.
frappe.pages["genealogy-picture"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Batch Genealogy"), single_column: true });
	wrapper.cq_ready = frappe
		.require(["qms_genealogy.bundle.js", "qms_genealogy.bundle.css"])
		.then(() => complaint_qms.genealogy.make_genealogy(page));
};

frappe.pages["genealogy-picture"].on_page_show = function (wrapper) {
	wrapper.cq_ready.then((genealogy) => genealogy.show());
};
