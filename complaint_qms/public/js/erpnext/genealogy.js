// “Genealogy” on what a genealogy may start from: the picture of where it came from and who holds it, for who may see it.
// Closed in a function of its own: Frappe joins it with ERPNext's script of the form, whose names are not ours.
(() => {
	frappe.provide("complaint_qms.genealogy_offered");
	for (const doctype of ["Batch", "Serial No", "Work Order", "Purchase Receipt", "Item"]) {
		if (complaint_qms.genealogy_offered[doctype]) continue;
		complaint_qms.genealogy_offered[doctype] = true;
		frappe.ui.form.on(doctype, { refresh: offer });
	}

	function offer(frm) {
		if (frm.is_new() || frm.doc.docstatus === 2) return;
		// An item has many lots: which of a supplier's is asked on the page.
		if (frm.doctype === "Item") {
			if (frm.doc.has_batch_no || frm.doc.has_serial_no) {
				complaint_qms.offer_picture(frm, "Supplier Lot", "", __("Genealogy of a Supplier Lot"), __("View"));
			}
		} else if (frm.doctype === "Batch" || frm.doc.docstatus === 1 || frm.doctype === "Serial No") {
			complaint_qms.offer_picture(frm, frm.doctype, frm.doc.name, __("Genealogy"));
		}
	}
})();
