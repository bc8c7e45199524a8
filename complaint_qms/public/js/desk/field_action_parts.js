// What the screens and the dialogs of a field action share.
import { esc } from "../markup";

export const API = "complaint_qms.api.field_action";
export const AMOUNTS = ["still_held", "to_return", "recovered", "destroyed", "used"];
export const percent = (value) => `${format_number(value || 0, null, Number.isInteger(value || 0) ? 0 : 1)} %`;
export const names_of_amounts = () => ({
	still_held: __("Still Held"),
	to_return: __("To Be Returned"),
	recovered: __("Recovered"),
	destroyed: __("Destroyed"),
	used: __("Used or Passed On"),
});
export const number = (value) => format_number(value || 0, null, Number.isInteger(value || 0) ? 0 : 3);

/** A table of cells that are markup already. */
export function table_html(heads, rows) {
	return `<div class="cq-fa-scroll"><table class="table table-bordered cq-fa-table"><thead><tr>${heads
		.map((head) => `<th>${esc(head)}</th>`)
		.join(
			""
		)}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("")}</tbody></table></div>`;
}

/** Ask the server to do something; the screen waits. */
export const post = (method, args, freeze_message) =>
	frappe
		.call({ method: `${API}.${method}`, args, type: "POST", freeze: true, freeze_message: esc(freeze_message || __("One moment …")) })
		.then(({ message }) => message);
