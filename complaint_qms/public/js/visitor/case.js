// How one complaint stands, and what the complainant writes, decides and rates; by a secret link or in the portal.
import { counter } from "./fields";
import { Files } from "./files";
import { alert_box, ask, day, el, moment_of, page, paired, patiently, random_key, words } from "./page";

const STARS = 5;
const place = document.getElementById("cv-track");
let files;
let address;

/** Show a complaint.
 * @param {object} which what every question about it names it by.
 */
export function follow(which, told) {
	address = which;
	show(told);
}

function show(told, note = "") {
	// What was chosen and typed stays while something else is sent.
	files = files || new Files(`case:${told.number}`, address.token ? { token: address.token } : {});
	const typed = `complaint_page:text:${told.number}`;
	const why = `complaint_page:why:${told.number}`;
	const comment = `complaint_page:rating:${told.number}`;
	if (!told.solution?.waits) forget(why);
	if (!told.rating || told.rating.stars) forget(comment);
	const write = told.can_write ? writing(typed) : null;
	place.replaceChildren(
		...[
			facts([paired(words.number, told.number), paired(words.received, day(told.received))]),
			told.about?.length ? facts(told.about) : null,
			way(told),
			el("p", { class: "cv-sentence" }, told.sentence),
			told.promised ? el("p", { class: "cv-promise" }, words.promised.replace("{0}", day(told.promised))) : null,
			note ? el("p", { class: "cv-note", role: "status" }, note) : null,
			told.original
				? el("p", {}, el("a", { href: `/complaints/${encodeURIComponent(told.original)}` }, paired(words.original, told.original)))
				: null,
			told.question
				? el("div", { class: "cv-card is-asked" }, el("b", {}, words.question), el("p", { class: "cv-text" }, told.question), write)
				: null,
			told.solution ? solution(told.solution, why) : null,
			told.rating ? rating(told.rating, comment) : null,
			told.earlier.length ? el("section", {}, el("h2", {}, words.earlier), told.earlier.map(earlier)) : null,
			told.messages.length ? messages(told.messages) : null,
			told.question ? null : write,
			told.told ? el("details", {}, el("summary", {}, words.told), el("p", { class: "cv-text" }, told.told)) : null,
		].filter(Boolean)
	);
}

/** Facts on a line, each whole: numbers are not torn apart at their hyphens. What stands between them is drawn, and not where a line
 * begins. */
function facts(texts) {
	return el(
		"p",
		{ class: "cv-small cv-facts" },
		texts.filter(Boolean).flatMap((text, at) => [at ? " " : null, el("span", {}, text)])
	);
}

function way({ steps, step }) {
	const now = steps.findIndex(({ key }) => key === step);
	const items = steps.map(({ name }, at) =>
		el("li", { class: at < now ? "is-past" : at === now ? "is-now" : "", "aria-current": at === now ? "step" : false }, name)
	);
	return el("ol", { class: "cv-way", "aria-label": words.way }, items);
}

function messages(rows) {
	const items = rows.map(({ mine, at, text, files: names }) =>
		el(
			"li",
			{ class: mine ? "is-mine" : "" },
			el("small", {}, `${mine ? words.you : words.we} · ${moment_of(at)}`),
			el("p", { class: "cv-text" }, text),
			names.length ? el("small", {}, names.join(", ")) : null
		)
	);
	return el("section", {}, el("h2", {}, words.messages), el("ol", { class: "cv-messages" }, items));
}

function solution(told, typed) {
	const parts = [el("b", {}, words.solution), el("p", { class: "cv-text" }, told.text), ...answered(told)];
	if (told.waits) parts.push(decision(typed));
	return el("div", { class: `cv-card${told.waits ? " is-asked" : ""}` }, parts);
}

/** A solution that another one followed, or is to follow. */
function earlier(told) {
	const title = told.at ? words.told_on.replace("{0}", day(told.at)) : words.solution;
	return el("div", { class: "cv-card is-earlier" }, el("b", {}, title), el("p", { class: "cv-text" }, told.text), answered(told));
}

/** What the complainant said to a solution. */
function answered({ answer, said, said_at: at }) {
	const parts = [];
	if (answer === "agreed") parts.push(el("p", { class: "cv-note" }, words.accepted));
	if (answer === "disagreed") parts.push(el("p", { class: "cv-note is-plain" }, words.refused));
	if (said) parts.push(el("small", {}, words.you_said.replace("{0}", moment_of(at))), el("p", { class: "cv-text" }, said));
	return parts;
}

function decision(typed) {
	const box = alert_box();
	const why = el("textarea", { rows: 3, id: "cv-why", oninput: () => remember(typed, why.value) });
	why.value = remembered(typed);
	const decide = (event, accepted) =>
		busy(event.target, box, async (say) => {
			const values = { ...address, key: key_of(typed), accepted: String(Number(accepted)), text: accepted ? "" : why.value };
			const told = await patiently(() => ask("decide", values), say);
			forget(typed);
			show(told, words.decided);
		});
	const asked = el(
		"div",
		{ class: "cv-row" },
		el("button", { type: "button", class: "cv-button", onclick: (event) => decide(event, true) }, words.accept),
		el("button", { type: "button", class: "cv-button is-quiet", onclick: () => turn(true) }, words.refuse)
	);
	const reason = el(
		"div",
		{ hidden: true },
		el("div", { class: "cv-field" }, el("label", { for: "cv-why" }, words.why_not), why, counter(why, page.limits.text)),
		el(
			"div",
			{ class: "cv-row" },
			el("button", { type: "button", class: "cv-button", onclick: (event) => decide(event, false) }, words.send_refusal),
			el("button", { type: "button", class: "cv-button is-quiet", onclick: () => turn(false) }, words.back)
		)
	);
	const turn = (refuses) => {
		asked.hidden = refuses;
		reason.hidden = !refuses;
		if (refuses) why.focus();
	};
	if (why.value) {
		asked.hidden = true;
		reason.hidden = false;
	}
	return el("div", {}, el("p", {}, words.does_it_help), asked, reason, box);
}

function rating({ stars, comment }, typed) {
	if (stars) {
		return el(
			"div",
			{ class: "cv-card" },
			el("b", {}, words.rated),
			el(
				"p",
				{ class: "cv-stars is-given", role: "img", "aria-label": words.stars.replace("{0}", stars) },
				"★".repeat(stars) + "☆".repeat(STARS - stars)
			),
			comment ? el("p", { class: "cv-text" }, comment) : null
		);
	}
	const box = alert_box();
	const choices = Array.from({ length: STARS }, (_, at) => STARS - at).flatMap((value) => [
		el("input", { type: "radio", name: "stars", value, id: `cv-stars-${value}` }),
		el("label", { for: `cv-stars-${value}`, "aria-label": words.stars.replace("{0}", value) }, "★"),
	]);
	const chosen = el("div", { class: "cv-stars" }, choices);
	const text = el("textarea", { rows: 2, id: "cv-rating", oninput: () => remember(typed, text.value) });
	text.value = remembered(typed);
	const send = (event) =>
		busy(event.target, box, async (say) => {
			const found = chosen.querySelector(":checked");
			if (!found) return box.say([words.choose_stars]);
			const values = { ...address, key: key_of(typed), stars: found.value, text: text.value };
			const told = await patiently(() => ask("rate", values), say);
			forget(typed);
			return show(told, words.thanks);
		});
	return el(
		"div",
		{ class: "cv-card", role: "group", "aria-label": words.rating },
		el("b", {}, words.rating),
		chosen,
		el("div", { class: "cv-field" }, el("label", { for: "cv-rating" }, words.rating_comment), text, counter(text, page.limits.comment)),
		box,
		el("button", { type: "button", class: "cv-button", onclick: send }, words.rate)
	);
}

function writing(typed) {
	const box = alert_box();
	const text = el("textarea", { rows: 4, id: "cv-text", oninput: () => remember(typed, text.value) });
	text.value = remembered(typed);
	const send = (event) =>
		busy(event.target, box, async (say) => {
			const tokens = await files.arrived();
			const told = await patiently(
				() =>
					ask("answer", {
						...address,
						key: key_of(typed),
						text: text.value,
						files: tokens,
						without_place: String(Number(files.without_place)),
					}),
				say
			);
			files.clear();
			forget(typed);
			show(told, words.sent);
		});
	return el(
		"section",
		{},
		el("div", { class: "cv-field" }, el("label", { for: "cv-text" }, words.write), text, counter(text, page.limits.text)),
		files.element,
		box,
		el("button", { type: "button", class: "cv-button", onclick: send }, words.send)
	);
}

async function busy(button, box, job) {
	const { textContent } = button;
	button.disabled = true;
	button.textContent = words.sending;
	box.say([]);
	try {
		await job((text) => (button.textContent = text));
	} catch (refusal) {
		box.say(refusal.lines || [words.failed], refusal.removes);
	} finally {
		button.disabled = false;
		button.textContent = textContent;
	}
}

/** The key of what is typed under this name: the same one after a reload, so that nothing whose answer was lost is taken twice. */
function key_of(name) {
	const key = remembered(`${name}:key`) || random_key();
	remember(`${name}:key`, key);
	return key;
}

function forget(name) {
	remember(name, "");
	remember(`${name}:key`, "");
}

function remember(name, text) {
	try {
		if (text) sessionStorage.setItem(name, text);
		else sessionStorage.removeItem(name);
	} catch (error) {
		// a browser that keeps nothing
	}
}

function remembered(name) {
	try {
		return sessionStorage.getItem(name) || "";
	} catch (error) {
		return "";
	}
}
