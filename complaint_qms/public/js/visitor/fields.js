// Fields of the forms by which complaints are sent; what is typed goes into a draft.
import { el, page, words } from "./page";

/** A labelled input or textarea.
 * @param {(event: Event) => void} changed called at every key.
 */
export function field(draft, changed, name, tag, attributes, note, hint) {
	const id = `cv-${name}`;
	// A hint stands above the input: within it, a narrow screen would cut it.
	const described = hint ? { "aria-describedby": `${id}-hint` } : {};
	const input = el(tag, { id, name, ...attributes, ...described, oninput: changed });
	input.value = draft.values[name] || "";
	const most = tag === "textarea" ? page.limits.text : page.limits.line;
	return el(
		"div",
		{ class: "cv-field" },
		el("label", { for: id }, words[`label_${name}`], note ? el("small", {}, ` (${note})`) : null),
		hint ? el("span", { class: "cv-hint", id: `${id}-hint` }, hint) : null,
		input,
		counter(input, most)
	);
}

/** What says how much a field still takes, once little is left. Nothing is cut: what is too long is said here, and by the server. */
export function counter(input, most) {
	const said = el("span", { class: "cv-count", role: "status", hidden: true });
	const count = () => {
		const left = most - [...input.value.trim()].length;
		said.hidden = left > most / 5;
		said.classList.toggle("is-over", left < 0);
		input.setAttribute("aria-invalid", String(left < 0));
		said.textContent =
			left < 0 ? words.characters_over.replace("{0}", -left).replace("{1}", most) : words.characters_left.replace("{0}", left);
	};
	input.addEventListener("input", count);
	count();
	return said;
}

export const pair = (...fields) => el("div", { class: "cv-pair" }, ...fields);

/** What would help: any of several. */
export function wishes(draft, changed) {
	const chosen = new Set(draft.values.wishes || []);
	const chips = page.wishes.map(({ key, name }) => {
		const input = el("input", { type: "checkbox", name: "wishes", value: key, checked: chosen.has(key), onchange: changed });
		return el("label", { class: "cv-chip" }, input, el("span", {}, name));
	});
	return el(
		"fieldset",
		{ class: "cv-field" },
		el("legend", {}, words.label_wishes, el("small", {}, ` (${words.optional})`)),
		el("div", { class: "cv-row" }, chips)
	);
}

export const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);

/** What stands in the fields of these names, and the wishes. */
export function typed(form, names) {
	const values = Object.fromEntries(names.filter((name) => form.elements[name]).map((name) => [name, form.elements[name].value]));
	return { ...values, wishes: [...form.querySelectorAll("[name=wishes]:checked")].map((input) => input.value) };
}

/** Have a form sent by `send(say)` and its answer shown by `done`; a refusal is said in `box`. */
export function on_submit(form, box, send, done) {
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		const button = form.querySelector("[type=submit]");
		if (button.disabled) return;
		button.disabled = true;
		box.say([]);
		try {
			await done(await send((text) => (button.textContent = text)));
		} catch (refusal) {
			box.say(refusal.lines || [words.failed], refusal.removes);
		} finally {
			button.disabled = false;
			button.textContent = words.send;
		}
	});
}
