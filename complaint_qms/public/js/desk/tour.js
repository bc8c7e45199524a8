// A tour of a form, from its menu: Frappe's own Form Tour, of the fields that this form shows.

/** Offer the tour of a form in its menu; it never starts by itself. */
export function offer_tour(frm) {
	// A new complaint shows the short intake, whose fields stand elsewhere.
	if (frm.doctype === "Complaint" && frm.is_new()) return;
	frm.page.add_menu_item(__("Tour of This Form"), () => start_tour(frm));
}

async function start_tour(frm) {
	const found = await frappe.db.get_doc("Form Tour", frm.doctype);
	const steps = found.steps.filter(({ fieldname }) => is_shown(frm, fieldname)).map((step, at) => ({ ...step, idx: at + 1 }));
	if (!steps.length) return;
	const { tour } = frm;
	tour.tour = { ...found, steps };
	tour.init_driver();
	tour.build_steps();
	tour.update_driver_steps();
	const { tab } = frm.get_field(steps[0].fieldname);
	if (tab && !tab.is_active()) tab.set_active();
	await frappe.utils.sleep(300);
	tour.start();
}

function is_shown(frm, fieldname) {
	const field = frm.get_field(fieldname);
	return Boolean(field && field.disp_status !== "None" && !field.df.hidden && !field.df.hidden_due_to_dependency);
}
