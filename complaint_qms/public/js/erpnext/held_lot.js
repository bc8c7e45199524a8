// On a batch and a serial number: whether it is on quality hold, since when and why; and “Hold”, for who may.
for (const doctype of ["Batch", "Serial No"]) {
	frappe.ui.form.on(doctype, {
		async refresh(frm) {
			frm.layout.wrapper.find(".cq-held").remove();
			if (frm.is_new()) return;
			const { name } = frm.doc;
			const holds = await frappe.xcall("complaint_qms.api.containment.standing", { doctype: frm.doctype, name });
			if (frm.doc.name !== name) return;
			if (frappe.model.can_create("Quality Hold") || holds.length) await complaint_qms.load_desk();
			frm.layout.wrapper.find(".cq-held").remove();
			if (holds.length) {
				const html = complaint_qms.desk.holds_html(holds);
				frm.layout.wrapper.prepend(
					`<div class="cq-held form-message red" role="status" style="margin: 0; padding: 10px 15px">${html}</div>`
				);
			}
			if (frappe.model.can_create("Quality Hold")) complaint_qms.desk.offer_hold(frm, { kind: frm.doctype, name });
		},
	});
}
