// Keys of the triage table: what each does, and which row they are at once a row or a dialog is gone.
import { open_at } from "./steps";
import { PROPOSED } from "./triage_rows";

/** Letters act on a row while the table is in use, and not while a dialog or an editor is. */
export const in_table = () => !$(".modal.show").length && !$(document.activeElement).closest(".cq-t-edit").length;

export function add_keys(table) {
	const on_row = (act) => () => table.at && table.rows.has(table.at) && in_table() && (table.act(act, table.at), true);
	const keys = [
		["j", () => table.move(1), __("Next complaint")],
		["down", () => table.move(1), __("Next complaint")],
		["k", () => table.move(-1), __("Previous complaint")],
		["up", () => table.move(-1), __("Previous complaint")],
		["a", on_row("accept"), __("Accept the proposals of the row"), "write"],
		["shift+a", () => (table.accept_all(), true), __("Accept the proposals of all rows shown"), "write"],
		["e", on_row("edit"), __("Edit the row"), "write"],
		["r", on_row("judge"), __("Judge: complaint, reportable"), "write"],
		["d", on_row("merge"), __("Mark as a duplicate"), "merge"],
		["n", on_row("reject"), __("Not a complaint"), "reject"],
		["s", on_row("step"), __("Take the next step"), "step"],
		["u", on_row("undo"), __("Undo the last change of the row"), "write"],
		...PROPOSED.map((_, at) => [String(at + 1), () => in_table() && table.accept_number(at), __("Accept proposal {0}", [at + 1]), "write"]),
	];
	for (const [shortcut, action, description, needs] of keys) {
		// What the user may not do has no key, and the framework's list of keys does not show it.
		const condition = () => !needs || Boolean(table.may && table.may[needs]);
		frappe.ui.keys.add_shortcut({ shortcut, action, description, condition, page: table.page });
	}
	table.$body.on("keydown", ".cq-t-row", (event) => {
		if (event.key === "Enter" && event.target === event.currentTarget) open_at("Complaint", event.currentTarget.dataset.name);
	});
}

/** In the place of a row that has left the table the one after it, else the one before; the first where one was at none. */
export function next_to(name, former, rows) {
	const here = former.indexOf(name);
	const near = [...former.slice(here + 1), ...former.slice(0, Math.max(0, here)).reverse()];
	return near.find((one) => rows.has(one)) || [...rows.keys()][0] || null;
}

/** Once a dialog is closed the keys are back at the row one is at. */
export function keys_back(table, dialog) {
	dialog.$wrapper.one("hidden.bs.modal", () => table.focus(table.at));
	return dialog;
}

/** The same for dialogs that others open. */
export function return_keys(table) {
	const $open = $(".modal.show");
	if ($open.length) $open.one("hidden.bs.modal", () => table.focus(table.at));
	else table.focus(table.at);
}
