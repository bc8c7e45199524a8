// What the entry tells, a line each, above the text that its hash is made of.
frappe.ui.form.on("Quality Audit Entry", {
	refresh(frm) {
		const { esc } = complaint_qms.markup;
		// It is UTC, and the framework names the zone of the site.
		frm.set_df_property("happened_at", "hide_timezone", 1);
		frm.set_df_property("happened_at", "description", "");
		const { document_type, document_name, kind } = frm.doc;
		const record = [__(document_type), document_name].filter(Boolean).join(" ");
		frm.page.set_title(esc(complaint_qms.language.labelled(complaint_qms.labels.label(kind), record)));
		const told = (frm.doc.__onload && frm.doc.__onload.told) || [];
		if (told.length) {
			const lines = told.map((line) => `<li style="overflow-wrap:anywhere">${esc(line)}</li>`).join("");
			frm.dashboard.add_section(`<ul style="margin:0;padding-inline-start:1.2rem">${lines}</ul>`, __("What Happened"));
			frm.dashboard.show();
		}
		if (document_name && kind !== "delete" && frappe.model.can_read(document_type)) {
			frm.add_custom_button(__("Open {0}", [__(document_type)]), () => frappe.set_route("Form", document_type, document_name));
		}
		if (document_name) {
			frm.add_custom_button(__("Quality Audit Trail"), () =>
				frappe.set_route("query-report", "Quality Audit Trail", { document_type, document_name, period: "", from_date: "" })
			);
		}
	},
});
