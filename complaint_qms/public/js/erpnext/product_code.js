// “Complaint QR Code” on an item, a batch and a serial number: a label that leads customers to the public page with it filled in.
for (const doctype of ["Item", "Batch", "Serial No"]) {
	frappe.ui.form.on(doctype, {
		refresh(frm) {
			const { complaint_qms_page_open: open } = frappe.boot;
			if (frm.is_new() || !open || !frappe.model.can_create("Complaint")) return;
			frm.page.add_menu_item(__("Complaint QR Code"), () => complaint_qms.show_product_code(frm.doctype, frm.doc.name));
		},
	});
}
