// To whom a complaint is given: somebody who has room, at one click, or anybody who may be named for it.
import { day_text } from "../words";
import { esc } from "../markup";
import { assignable } from "./complaint_queries";

const PROPOSED = 3;

const fullness = (person) =>
	person.capacity
		? __("{0} of {1} open", [person.open + person.elsewhere, person.capacity])
		: __("{0} open", [person.open + person.elsewhere]);

/** Ask who gets a complaint. @param others people whose load is known, @param then (user) */
export function give_dialog({ name, others, today }, then) {
	const free = others
		.filter((person) => !person.off && !person.away.includes(today))
		.sort((one, other) => (one.share || 0) - (other.share || 0))
		.slice(0, PROPOSED);
	const dialog = new frappe.ui.Dialog({
		title: esc(__("Give {0} to …", [name])),
		fields: [
			{ fieldname: "free", fieldtype: "HTML" },
			{
				fieldname: "user",
				fieldtype: "Link",
				options: "User",
				label: __("Handler"),
				reqd: 1,
				get_query: () => assignable("Complaint"),
			},
		],
		primary_action_label: __("Give", null, "Complaint"),
		primary_action: ({ user }) => take(user),
	});
	const take = (user) => {
		dialog.hide();
		then(user);
	};
	const buttons = free.map(
		(person) =>
			`<button type="button" class="btn btn-default btn-sm" data-to="${esc(person.user)}">${esc(person.full_name)} <small class="text-muted">${esc(
				fullness(person)
			)}</small></button>`
	);
	if (buttons.length) {
		dialog.fields_dict.free.$wrapper
			.html(`<p class="text-muted">${esc(__("Who has the most room:"))}</p><div class="cq-give-free">${buttons.join("")}</div>`)
			.on("click", "[data-to]", (event) => take(event.currentTarget.dataset.to));
	}
	dialog.show();
	return dialog;
}

/** Whether somebody who is away today, takes none, or has enough already, is to have it all the same; at once where neither is so. */
export function sure_of(person, name, today) {
	const why = [];
	if (person.away.includes(today)) {
		const days = person.away.map(day_text).join(", ");
		why.push(__("{0} is away ({1}).", [person.full_name, days]));
	}
	if (person.off)
		why.push(__("{0} takes no complaints: Takes Complaints is not ticked in their Complaint Handler record.", [person.full_name]));
	if (person.level === "full") why.push(__("{0} is full: {1}.", [person.full_name, fullness(person)]));
	if (!why.length) return Promise.resolve(true);
	return new Promise((resolve) => {
		const sentences = [...why, __("Give {0} all the same?", [name])];
		const asked = frappe.confirm(
			sentences.map(esc).join("<br>"),
			() => resolve(true),
			() => resolve(false)
		);
		asked.$wrapper.on("hidden.bs.modal", () => resolve(false));
	});
}
