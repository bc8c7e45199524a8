/** Show or hide fields of a form. Those that stand as they should are left alone: for each other the framework draws the field and asks all
 * sections and tabs of the form anew whether they are empty, each time a record is opened. */
export function show_fields(frm, fields, is_shown) {
	const others = fields.filter((field) => Boolean(frm.get_docfield(field)?.hidden) === is_shown);
	if (others.length) frm.toggle_display(others, is_shown);
}
