// An owner reports an action as done here: with the CAPA's form, or without any sight of the CAPA.
import { esc } from "../markup";
import { date_text } from "../words";

/** Ask for the evidence of one of `actions` ({name, label, due_date}) of a CAPA, `first` chosen, and report it as done. */
export function complete_own_action({ capa, title, product, actions, first = actions[0].name }, done) {
	const about = [capa, title, product].filter(Boolean).map(esc).join(" · ");
	const dialog = new frappe.ui.Dialog({
		title: __("Complete My Action"),
		fields: [
			{ fieldname: "about", fieldtype: "HTML", options: `<p class="text-muted">${about}</p>` },
			{
				fieldname: "row",
				fieldtype: "Select",
				label: __("Action"),
				options: actions.map((action) => ({ value: action.name, label: esc(words(action)) })),
				default: first,
				reqd: 1,
			},
			{
				fieldname: "evidence_note",
				fieldtype: "Small Text",
				label: __("What was done, and what shows it"),
				reqd: 1,
			},
			{ fieldname: "evidence", fieldtype: "Attach", label: __("Evidence File") },
		],
		primary_action_label: __("Complete"),
		primary_action({ row, evidence_note, evidence }) {
			frappe
				.call({
					method: "complaint_qms.api.capa.complete_action",
					args: { capa, row, evidence_note, evidence },
					type: "POST",
					freeze: true,
				})
				.then(() => {
					dialog.hide();
					frappe.show_alert({ message: __("Thank you. The action is done."), indicator: "green" });
					done();
				});
		},
	});
	dialog.show();
}

/** A person's own open actions as a list for the head of the form; each asks for its evidence. */
export function own_actions_html(actions) {
	const rows = actions.map((action) => `<li><a href="#" data-own-action="${esc(action.name)}">${esc(words(action))}</a></li>`);
	return `<div class="cq-wanted-head">${esc(actions.length === 1 ? __("Your action") : __("Your actions"))}</div>
		<ul class="cq-missing is-plain">${rows.join("")}</ul>`;
}

function words({ label, due_date }) {
	return due_date ? `${label} (${__("due {0}", [date_text(due_date)])})` : label;
}
