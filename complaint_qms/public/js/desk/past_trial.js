// The dialog in which something is tried on the site's own past, before it counts.
import { esc, told } from "../markup";

const DAYS = 365;

/** Ask for how many days, then show what `look` finds; nothing is written. `look(days, add)` hands over one part of the answer after the other. */
export function past_trial(description, look) {
	const dialog = new frappe.ui.Dialog({
		title: __("Try on the Past"),
		size: "large",
		fields: [
			{ fieldname: "days", fieldtype: "Int", label: __("Days Back"), default: DAYS, reqd: 1, description },
			{ fieldname: "found", fieldtype: "HTML" },
		],
		primary_action_label: __("Try"),
		async primary_action({ days }) {
			const $found = dialog.fields_dict.found.$wrapper;
			$found.html(`<p class="text-muted">${esc(__("Looking through the past …"))}</p>`);
			dialog.disable_primary_action();
			const parts_html = [];
			try {
				await look(days, (part_html) => parts_html.push(part_html));
				$found.html(parts_html.join("<hr>"));
			} catch (error) {
				$found.html(parts_html.join("<hr>") + told(__("It could not be tried. Correct what the message names.")));
			} finally {
				dialog.enable_primary_action();
			}
		},
	});
	dialog.show();
}
