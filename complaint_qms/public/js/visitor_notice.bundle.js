// The page of a notice.
import { counter } from "./visitor/fields";
import { open_link, token } from "./visitor/link";
import { alert_box, ask, el, page, paired, patiently, words } from "./visitor/page";

const AMOUNTS = ["still_held", "to_return", "destroyed", "used"];
const place = document.getElementById("cv-notice");

open_link(place, show);

function show(notice) {
	if (notice.over) return show_after(notice);
	const box = alert_box();
	const name = el("input", { type: "text", id: "cv-name", maxlength: 140, autocomplete: "name", value: notice.name });
	const remark = el("textarea", { rows: 3, id: "cv-remark" });
	remark.value = notice.remark;
	const button = el("button", { type: "submit", class: "cv-button" }, words.send);
	const form = el(
		"form",
		{ novalidate: true },
		head(notice),
		part(words.reason, notice.reason),
		part(words.hazard, notice.hazard),
		part(words.instruction, notice.instruction),
		questions(notice),
		notice.acknowledged ? el("p", { class: "cv-note" }, notice.entered ? words.entered : words.known) : null,
		el("h2", {}, words.have),
		el("p", { class: "cv-small" }, words.have_help),
		notice.quantities.map((row) => amounts(row, notice.said)),
		el("div", { class: "cv-field" }, el("label", { for: "cv-name" }, words.name), name),
		el("div", { class: "cv-field" }, el("label", { for: "cv-remark" }, words.remark), remark, counter(remark, page.limits.text)),
		box,
		button
	);
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		send(form, box, button, name.value, remark.value);
	});
	place.replaceChildren(form);
}

/** What was told, and whom to call, once nothing is taken any more. */
function show_after(notice) {
	place.replaceChildren(
		el("p", { class: "cv-note", role: "status" }, notice.withdrawn ? words.withdrawn : words.over),
		head(notice),
		...[
			part(words.goods, notice.goods.join("\n")),
			part(words.reason, notice.reason),
			part(words.hazard, notice.hazard),
			part(words.instruction, notice.instruction),
		].filter(Boolean),
		questions(notice)
	);
}

function head(notice) {
	const facts = [notice.kind, notice.class, notice.company, notice.customer, paired(words.number, notice.number)];
	return el("p", { class: "cv-small" }, facts.filter(Boolean).join(" · "));
}

function questions({ company, contact }) {
	const { phone, email } = contact;
	if (!phone && !email) return el("p", {}, words.ask_sender.replace("{0}", company));
	const links = [
		phone ? el("a", { href: `tel:${phone.replace(/[^+\d]/g, "")}` }, phone) : null,
		email ? el("a", { href: `mailto:${email}` }, email) : null,
	].filter(Boolean);
	return el(
		"p",
		{},
		`${words.questions} `,
		links.flatMap((link, at) => (at ? [" · ", link] : [link]))
	);
}

function part(title, text) {
	if (!text) return null;
	return el("section", { class: "cv-notice-part" }, el("h2", {}, title), el("p", { class: "cv-text" }, text));
}

// What was sent before is shown again; a nought that nobody has entered is left empty.
function amounts(row, known) {
	const inputs = AMOUNTS.map((field) => {
		const id = `cv-${field}-${row.row}`;
		const value = known && AMOUNTS.some((name) => row[name]) ? String(row[field]) : "";
		return el(
			"div",
			{ class: "cv-field" },
			el("label", { for: id }, `${words[field]} (${row.uom})`),
			el("input", { type: "number", id, min: 0, step: "any", inputmode: "decimal", "data-row": row.row, "data-field": field, value })
		);
	});
	return el(
		"fieldset",
		{ class: "cv-field cv-amounts" },
		el("legend", {}, words.delivered.replace("{0}", row.title)),
		el("div", { class: "cv-amount-row" }, inputs)
	);
}

// Every row goes along: what was emptied is nought from now on.
function quantities_of(form) {
	const rows = new Map();
	for (const input of form.querySelectorAll("[data-row]")) {
		const row = Number(input.dataset.row);
		rows.set(row, { ...(rows.get(row) || { row }), [input.dataset.field]: input.validity.badInput ? -1 : Number(input.value) });
	}
	return [...rows.values()];
}

async function send(form, box, button, name, remark) {
	if (!name.trim()) return box.say([words.name_missing]);
	if (button.disabled) return undefined;
	button.disabled = true;
	button.textContent = words.sending;
	box.say([]);
	const values = { token, name, remark, quantities: JSON.stringify(quantities_of(form)) };
	try {
		await patiently(
			() => ask("answer", values),
			(text) => (button.textContent = text)
		);
		place.replaceChildren(el("p", { class: "cv-note", role: "status", tabindex: "-1" }, words.thanks), el("p", {}, words.again));
		place.firstChild.focus();
	} catch (refusal) {
		box.say(refusal.lines || [words.failed]);
		button.disabled = false;
		button.textContent = words.send;
	}
	return undefined;
}
