// All the work of a person handed on in one step: what it is, to whom, and asked before it is done.
import { esc } from "../markup";
import { assignable } from "./complaint_queries";

const API = "complaint_qms.api.handing_on";

/** Ask whose work goes to whom. `user`: whose it is, where that is known. */
export function hand_on_work(user) {
	const dialog = new frappe.ui.Dialog({
		title: __("Hand On All Work of a Person"),
		fields: [
			{
				fieldname: "user",
				fieldtype: "Link",
				options: "User",
				label: __("Whose Work"),
				reqd: 1,
				default: user,
				// Who has left may be disabled already.
				get_query: () => ({ filters: { enabled: ["in", [0, 1]] } }),
				onchange: () => show_work(dialog),
			},
			{
				fieldname: "to",
				fieldtype: "Link",
				options: "User",
				label: __("Hand On To"),
				get_query: () => assignable("Complaint"),
				description: __(
					"Empty: complaints go by the way their SOP finds a handler, else to the agent with the fewest; other work to whoever has its role and the least of it."
				),
			},
			{ fieldname: "work", fieldtype: "HTML" },
		],
		primary_action_label: __("Hand On"),
		async primary_action({ user: whose, to }) {
			if (dialog.cq_shown !== whose) return;
			if (!to && !(await sure_of_procedures(whose, dialog.cq_rows))) return;
			const count = await frappe.xcall(`${API}.hand_on`, { user: whose, to: to || "" }).catch(() => null);
			if (count === null) return;
			dialog.hide();
			const message = __(
				"{0} pieces of work are being handed on. The record of the person under Complaint Handler tells when it is done.",
				[count]
			);
			frappe.show_alert({ message: esc(message), indicator: "blue" });
		},
	});
	dialog.get_primary_btn().prop("disabled", true);
	dialog.show();
	if (user) show_work(dialog);
}

/** Nobody was chosen: say to whom what goes then, with its counts, and ask. */
async function sure_of_procedures(user, rows) {
	const found = await frappe.db.get_value("User", user, "full_name");
	const count = rows.reduce((sum, row) => sum + row.count, 0);
	const complaints = rows.filter((row) => row.kind === "complaint").reduce((sum, row) => sum + row.count, 0);
	const lines = [
		complaints ? __("Complaints ({0}) go by the way their SOP finds a handler, else to the agent with the fewest.", [complaints]) : "",
		count > complaints ? __("Other work ({0}) goes to whoever has its role and the least of it.", [count - complaints]) : "",
		__("Everybody who gets something is told once. What nobody can take stays, with the reason."),
	].filter(Boolean);
	const question = __("Hand on {0} pieces of work of {1} without choosing to whom?", [
		count,
		(found.message && found.message.full_name) || user,
	]);
	return new Promise((resolve) =>
		frappe.confirm(
			`<p>${esc(question)}</p><ul>${lines.map((line) => `<li>${esc(line)}</li>`).join("")}</ul>`,
			() => resolve(true),
			() => resolve(false)
		)
	);
}

async function show_work(dialog) {
	const user = dialog.get_value("user");
	const $place = dialog.fields_dict.work.$wrapper;
	dialog.cq_shown = null;
	dialog.get_primary_btn().prop("disabled", true);
	if (!user) return $place.empty();
	const rows = await frappe.xcall(`${API}.work_of`, { user }).catch(() => null);
	if (!rows || dialog.get_value("user") !== user) return undefined;
	Object.assign(dialog, { cq_shown: user, cq_rows: rows });
	dialog.get_primary_btn().prop("disabled", !rows.length);
	const lines = rows.map((row) => `<tr><td>${esc(row.label)}</td><td class="text-right">${esc(row.count)}</td></tr>`).join("");
	return $place.html(
		rows.length
			? `<p class="text-muted">${esc(__("What they have"))}</p><table class="table table-sm"><tbody>${lines}</tbody></table>`
			: `<p>${esc(__("There is nothing to hand on."))}</p>`
	);
}
