// The form by which a customer who is logged in files a complaint: about a line of what was bought, or about something else.
import { Draft } from "./visitor/draft";
import { field as any_field, on_submit, pair, today, typed as typed_in, wishes } from "./visitor/fields";
import { Files } from "./visitor/files";
import { alert_box, ask, day, el, page, paired, patiently, words } from "./visitor/page";

const TYPED = ["description", "product", "number", "order", "happened_on", "phone", "customer", "batch_no", "serial_no"];
const FREE = "free";

const form = document.getElementById("cv-form");
const box = alert_box();
const files = new Files(`new:${page.user}`);
const draft = new Draft(`complaint_portal:draft:${page.user}`);
const about = el("fieldset", { class: "cv-field cv-about" });
if (draft.values.phone === undefined) draft.values.phone = page.phone;
// What is complained about: a line that was chosen, FREE for something else, nothing yet.
let chosen = draft.values.chosen || null;
draw();
show_about();
on_submit(form, box, send, ({ number }) => {
	draft.forget();
	files.clear();
	window.location.assign(`/complaints/${encodeURIComponent(number)}`);
	return new Promise(() => {}); // nobody sends it again while the page is left
});

function draw() {
	form.replaceChildren(
		...[
			about,
			field("description", "textarea", { rows: 5, required: true, placeholder: words.description_hint }),
			files.element,
			wishes(draft, keep),
			pair(
				field("happened_on", "input", { type: "date", max: today() }, words.optional),
				field("phone", "input", { type: "tel", autocomplete: "tel" }, words.optional)
			),
			box,
			el("button", { type: "submit", class: "cv-button" }, words.send),
		].filter(Boolean)
	);
}

function field(...given) {
	return any_field(draft, keep, ...given);
}

function keep() {
	draft.keep({ ...typed_in(form, TYPED), chosen });
}

function show_about() {
	const legend = el("legend", {}, words.about, chosen ? null : el("small", {}, ` ${words.search_hint}`));
	if (chosen === FREE) about.replaceChildren(legend, ...free());
	else if (chosen) about.replaceChildren(legend, ...line(chosen));
	else about.replaceChildren(legend, ...search());
}

function choose(what) {
	chosen = what;
	draft.keep({ chosen, batch_no: "", serial_no: "" });
	show_about();
	box.say([]);
	about.scrollIntoView({ block: "nearest" });
}

function search() {
	const list = el("ul", { class: "cv-lines" });
	const note = el("p", { class: "cv-small", role: "status" });
	const more = el("button", { type: "button", class: "cv-link", hidden: true, onclick: () => find(list.children.length) }, words.more);
	const text = el("input", { type: "search", id: "cv-search", placeholder: words.search, "aria-label": words.search_hint });
	let asked = 0;
	let wait;

	function add({ rows, more: has_more }, from) {
		const items = rows.map((row) =>
			el("li", {}, el("button", { type: "button", onclick: () => take(row, text.value.trim()) }, ...summary(row)))
		);
		if (from) list.append(...items);
		else list.replaceChildren(...items);
		more.hidden = !has_more;
		note.textContent = list.children.length ? "" : words.no_line;
	}

	async function find(from = 0) {
		asked += 1;
		const mine = asked;
		try {
			const found = await ask("lines", { text: text.value, start: String(from) });
			if (mine === asked) add(found, from);
		} catch (refusal) {
			if (mine === asked) note.textContent = (refusal.lines || [words.failed]).join(" ");
		}
	}

	async function take(row, searched) {
		note.textContent = "";
		try {
			const known = await ask("line", { doctype: row.doctype, row: row.row });
			choose({ ...row, ...known });
			// Who has searched for a number means that one.
			for (const name of ["batch_no", "serial_no"]) {
				const select = form.elements[name];
				const option = select && [...select.options].find(({ value }) => value && value.toLowerCase() === searched.toLowerCase());
				if (option) select.value = option.value;
			}
			keep();
		} catch (refusal) {
			note.textContent = (refusal.lines || [words.failed]).join(" ");
		}
	}

	text.addEventListener("input", () => {
		clearTimeout(wait);
		wait = setTimeout(find, 300);
	});
	text.addEventListener("keydown", (event) => {
		if (event.key !== "Enter") return;
		event.preventDefault(); // it searches, and sends nothing
		clearTimeout(wait);
		find();
	});
	add(page.lines, 0);
	const other = el("button", { type: "button", class: "cv-button is-quiet", onclick: () => choose(FREE) }, words.something_else);
	return [text, list, note, el("div", { class: "cv-row" }, other, more)];
}

function summary({ doctype, document: number, date, item_name, item_code, qty, uom, customer_name }) {
	const what = [
		words[doctype].replace("{0}", number),
		day(`${date}T12:00:00`),
		`${Number(qty).toLocaleString(page.language)} ${uom || ""}`.trim(),
	];
	if (item_code && item_code !== item_name) what.splice(0, 0, item_code);
	if (customer_name) what.push(paired(words.bought_by, customer_name));
	return [el("b", {}, item_name || item_code || ""), el("small", {}, what.join(" · "))];
}

function line(row) {
	const card = el("div", { class: "cv-card" }, ...summary(row));
	card.append(el("button", { type: "button", class: "cv-link", onclick: () => choose(null) }, words.change));
	return [card, select("batch_no", words.which_batch, row.batches), select("serial_no", words.which_serial, row.serials)].filter(Boolean);
}

function select(name, label, values) {
	if (!values || values.length < 2) return null;
	const input = el(
		"select",
		{ id: `cv-${name}`, name, onchange: keep },
		el("option", { value: "" }, words.not_known),
		...values.map((value) => el("option", { value }, value))
	);
	input.value = values.includes(draft.values[name]) ? draft.values[name] : "";
	return el("div", { class: "cv-field" }, el("label", { for: input.id }, label), input);
}

function free() {
	const back = el("button", { type: "button", class: "cv-link", onclick: () => choose(null) }, words.choose_line);
	return [
		customers(),
		pair(
			field("product", "input", {}, words.optional, words.product_hint),
			field("number", "input", {}, words.optional, words.number_hint)
		),
		field("order", "input", {}, words.optional),
		back,
	].filter(Boolean);
}

function customers() {
	if (page.customers.length < 2) return null;
	const input = el(
		"select",
		{ id: "cv-customer", name: "customer", onchange: keep },
		el("option", { value: "" }, words.choose),
		...page.customers.map(({ key, name }) => el("option", { value: key }, name))
	);
	input.value = draft.values.customer || "";
	return el("div", { class: "cv-field" }, el("label", { for: input.id }, words.customer), input);
}

async function send(say) {
	if (!chosen) throw Object.assign(new Error(), { lines: [words.choose_first] });
	if (files.are_on_their_way) say(words.wait_for_files);
	const tokens = await files.arrived();
	say(words.sending);
	const data = typed_in(form, TYPED);
	if (chosen !== FREE) Object.assign(data, { doctype: chosen.doctype, row: chosen.row });
	const values = { key: draft.values.key, data, files: tokens, without_place: String(Number(files.without_place)) };
	return patiently(() => ask("file_complaint", values), say);
}
