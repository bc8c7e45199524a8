frappe.ui.form.on("Risk Matrix", {
	async refresh(frm) {
		await complaint_qms.load_desk();
		const [severity, occurrence] = await Promise.all(
			["Risk Severity", "Risk Occurrence"].map((doctype) =>
				frappe.db.get_list(doctype, { fields: ["name", "rank"], order_by: "rank asc", limit: 50 })
			)
		);
		frm.cq_levels = { severity, occurrence };
		draw(frm);
		complaint_qms.desk.draw_bands(frm.fields_dict.bands_html.$wrapper);
	},
});

frappe.ui.form.on("Risk Matrix Cell", {
	cells_remove: draw,
	severity: draw,
	occurrence: draw,
	risk_level: draw,
	acceptability: draw,
	color: draw,
});

function draw(frm) {
	if (!frm.cq_levels) return;
	complaint_qms.desk.draw_matrix(frm.fields_dict.matrix_html.$wrapper, frm.doc.cells || [], frm.cq_levels, (cell) => edit(frm, cell));
}

function edit(frm, cell) {
	if (!frm.perm[0].write) return;
	const fields = ["risk_level", "acceptability", "color", "required_action"].map((name) => {
		const docfield = frappe.meta.get_docfield("Risk Matrix Cell", name);
		return { ...docfield, default: cell[name] || "", context: "Risk Matrix Cell" };
	});
	const dialog = new frappe.ui.Dialog({
		title: complaint_qms.markup.esc(__("{0} × {1}", [__(cell.severity), __(cell.occurrence)])),
		fields,
		primary_action_label: __("Set"),
		primary_action(values) {
			dialog.hide();
			if (cell.name) {
				frappe.model.set_value(cell.doctype, cell.name, values);
			} else {
				frm.add_child("cells", { severity: cell.severity, occurrence: cell.occurrence, ...values });
				frm.dirty();
			}
			frm.refresh_field("cells");
			draw(frm);
		},
	});
	dialog.show();
}
