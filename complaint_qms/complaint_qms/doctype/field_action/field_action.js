frappe.ui.form.on("Field Action", {
	setup(frm) {
		complaint_qms.mute_workflow_menu(frm);
		complaint_qms.form_head.reserve_head(frm);
		frm.set_query("handler", () => complaint_qms.desk.assignable("Field Action"));
		frm.set_query("batch_no", () => ({ filters: frm.doc.item_code ? { item: frm.doc.item_code } : {} }));
		frm.set_query("serial_no", () => ({ filters: frm.doc.item_code ? { item_code: frm.doc.item_code } : {} }));
		frm.set_query("work_order", () => ({ filters: { docstatus: 1 } }));
	},

	async refresh(frm) {
		await complaint_qms.load_desk();
		const desk = complaint_qms.desk;
		desk.show_fields(frm, ["stage"], false);
		offer_classes(frm);
		if (frm.is_new()) return desk.clear_top(frm, "stage_bar");
		desk.load_progress(frm, "stage_bar");
		desk.draw_field_action(frm);
	},
});

// The site's own list, offered as one types; the server takes no other.
async function offer_classes(frm) {
	const known = (frm.doc.__onload || {}).classes || (await frappe.xcall("complaint_qms.api.field_action.classes"));
	const $input = frm.fields_dict.action_class.$wrapper.find("input").first();
	if (!$input.length) return;
	const id = "cq-fa-classes";
	$(`#${id}`).remove();
	const $list = $(`<datalist id="${id}"></datalist>`).appendTo(frm.fields_dict.action_class.wrapper);
	for (const one of known) $("<option>").attr("value", one).appendTo($list);
	$input.attr("list", id);
}
