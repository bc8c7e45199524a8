frappe.ui.form.on("Complaint Classifier", {
	setup(frm) {
		const field = frappe.meta.get_docfield("Complaint Classifier Field", "field", frm.doc.name);
		if (field) field.formatter = (value) => complaint_qms.markup.esc(__(value || "", null, "Complaint"));
	},

	refresh(frm) {
		frm.disable_save();
		const { state } = frm.doc;
		const { esc } = complaint_qms.markup;
		frm.set_intro(esc(standing(frm.doc)), state === "active" ? "green" : "orange");
		if (!frm.perm[0] || !["active", "retired"].includes(state) || !complaint_qms.may_train()) return;
		const active = state === "active";
		frm.add_custom_button(active ? __("Retire") : __("Activate"), () =>
			frappe.confirm(
				active
					? __("Let the keyword rules alone propose from now on?")
					: __("Let this version propose from now on? The one in use is retired."),
				() =>
					frappe
						.xcall(`complaint_qms.api.classifier.${active ? "retire" : "activate"}`, { name: frm.doc.name })
						.then(() => frm.reload_doc())
			)
		);
	},
});

/** What became of a version, in the reader's language. */
function standing({ state, figures, learned, held_out }) {
	if (!(figures || []).length) {
		return __("Too little to measure: {0} earlier complaints had been decided in time, {1} came later.", [learned, held_out]);
	}
	const used = figures.filter((row) => row.used).map((row) => __(row.field, null, "Complaint"));
	if (!used.length) return __("On no field better than the keyword rules, which go on proposing.");
	const named = complaint_qms.language.comma_list(used);
	if (state !== "active") return __("Better than the keyword rules: {0}.", [named]);
	return __("New complaints are read by this version: {0}. Everything else is proposed by the keyword rules.", [named]);
}
