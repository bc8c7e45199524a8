// A box that asks the server while somebody types, and offers what it finds: name, kind, and what tells it from the others.
import { esc } from "../markup";

const PAUSE = 250;

/**
 * @param {object} options
 * @param {(text: string) => Promise<Array<{doctype, label, notes, values}>>} options.ask
 * @param {(choice: object) => void} options.chosen  one of them was taken
 * @param {(text: string) => void} options.typed  the box was left with a text that is none of them
 * @returns {{$input, say(text)}}
 */
export function search_box(parent, { fieldname, label, placeholder, description, ask, chosen, typed }) {
	const control = frappe.ui.form.make_control({
		parent,
		df: { fieldtype: "Autocomplete", fieldname, label, placeholder, description, ignore_validation: 1, get_query: () => {} },
		render_input: true,
	});
	const list = control.awesomplete;
	let found = [];
	let asked = 0;
	let taken = "";
	// What the server found matches by telephone or bar code as well; a first one that is taken by a Tab would surprise.
	Object.assign(list, { filter: () => true, autoFirst: false, tabSelect: false, maxItems: 30, replace: () => {} });
	const item = ({ value }) => $(`<li role="option" aria-selected="false">${choice_html(found[Number(value)])}</li>`).get(0);
	Object.assign(list, { item });
	const look = async () => {
		const turn = ++asked;
		const answer = await ask(control.$input.val().trim());
		if (turn !== asked || !control.$input.is(":focus")) return;
		found = answer || [];
		list.list = found.map((choice, at) => ({ label: choice.label, value: String(at) }));
	};
	control.$input.attr("autocomplete", "off");
	control.$input.on("input focus", frappe.utils.debounce(look, PAUSE));
	control.$input.on("awesomplete-select", (event) => {
		event.preventDefault();
		const choice = found[Number(event.originalEvent.text.value)];
		asked++;
		list.close();
		taken = choice.label;
		control.$input.val(taken);
		chosen(choice);
	});
	control.$input.on("blur", () => {
		const text = control.$input.val().trim();
		if (text !== taken) typed((taken = text));
	});
	return {
		$input: control.$input,
		say(text) {
			if (control.$input.is(":focus") && control.$input.val().trim() !== taken) return;
			control.$input.val((taken = text || ""));
		},
	};
}

function choice_html(choice) {
	if (!choice) return "";
	const notes = [__(choice.doctype), ...choice.notes.map(note_text)];
	return `<a><p><strong>${esc(choice.label)}</strong><br><span class="small">${esc(notes.join(" · "))}</span></p></a>`;
}

const note_text = (note) => (/^\d{4}-\d\d-\d\d$/.test(note) ? frappe.datetime.str_to_user(note) : note);
