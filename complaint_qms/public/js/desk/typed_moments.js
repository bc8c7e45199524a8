/**
 * Keep what is typed into an empty moment of a dialog. On Frappe 16 its picker does not learn of it, and empties the field again
 * when it closes.
 */
export function keep_typed_moments(dialog) {
	if (cint((frappe.boot.versions || {}).frappe) < 16) return;
	for (const control of Object.values(dialog.fields_dict)) {
		if (control.df.fieldtype !== "Datetime") continue;
		const show = control.set_formatted_input.bind(control);
		// eslint-disable-next-line no-restricted-syntax -- the picker has no event for what it did not learn of
		control.set_formatted_input = (value) => {
			show(value);
			const picker = control.datepicker;
			if (value && picker && !picker.selectedDates.length) {
				picker.selectDate(frappe.datetime.user_to_obj(control.format_for_input(value)));
			}
		};
	}
}
