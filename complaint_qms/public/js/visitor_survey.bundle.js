// The page of a survey.
import { counter } from "./visitor/fields";
import { open_link, token } from "./visitor/link";
import { alert_box, ask, el, page, paired, patiently, random_key, words } from "./visitor/page";

const STARS = 5;
const MOST = 10;
const place = document.getElementById("cv-survey");
const key = random_key();

open_link(place, show);

function show({ number, about, company }) {
	const box = alert_box();
	const solved = choice("solved", words.solved, [
		["yes", words.yes],
		["no", words.no],
	]);
	const stars = Array.from({ length: STARS }, (_, at) => STARS - at).flatMap((value) => [
		el("input", { type: "radio", name: "csat", value, id: `cv-stars-${value}` }),
		el("label", { for: `cv-stars-${value}`, "aria-label": words.stars.replace("{0}", value) }, "★"),
	]);
	const numbers = Array.from({ length: MOST + 1 }, (_, value) => [String(value), String(value)]);
	const nps = choice("nps", words.nps, numbers, "cv-scale");
	nps.append(el("small", { class: "cv-ends" }, el("span", {}, words.nps_least), el("span", {}, words.nps_most)));
	const comment = el("textarea", { rows: 3, id: "cv-comment" });
	const button = el("button", { type: "submit", class: "cv-button" }, words.send);
	const form = el(
		"form",
		{ novalidate: true },
		el("p", { class: "cv-small" }, [paired(words.number, number), about, company].filter(Boolean).join(" · ")),
		solved,
		el("fieldset", { class: "cv-field" }, el("legend", {}, words.csat), el("div", { class: "cv-stars" }, stars)),
		nps,
		el("div", { class: "cv-field" }, el("label", { for: "cv-comment" }, words.comment), comment, counter(comment, page.limits.text)),
		box,
		button
	);
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		send(form, box, button, comment.value);
	});
	place.replaceChildren(form);
}

function choice(name, legend, options, kind = "") {
	const chips = options.map(([value, text]) =>
		el("label", { class: "cv-chip" }, el("input", { type: "radio", name, value }), el("span", {}, text))
	);
	return el("fieldset", { class: "cv-field" }, el("legend", {}, legend), el("div", { class: `cv-row ${kind}` }, chips));
}

async function send(form, box, button, comment) {
	const given = new FormData(form);
	if (!given.get("csat")) return box.say([words.choose_stars]);
	if (button.disabled) return undefined;
	button.disabled = true;
	button.textContent = words.sending;
	box.say([]);
	const values = { token, key, csat: given.get("csat"), solved: given.get("solved") || "", comment };
	if (given.get("nps")) values.nps = given.get("nps");
	try {
		await patiently(
			() => ask("answer", values),
			(text) => (button.textContent = text)
		);
		const said = [el("p", { class: "cv-note", role: "status", tabindex: "-1" }, words.thanks)];
		if (values.solved === "no") said.push(el("p", {}, words.looked_after));
		place.replaceChildren(...said);
		place.firstChild.focus();
	} catch (refusal) {
		box.say(refusal.lines || [words.failed]);
		button.disabled = false;
		button.textContent = words.send;
	}
	return undefined;
}
