// What the public pages and the portal share: their words, the way to the server, and elements made of text alone, never of markup.
export const $page = document.getElementById("cv-page");
export const page = JSON.parse($page.dataset.page);
export const { words } = page;

const is_portal = page.door === "portal";
const DOOR = `/api/method/complaint_qms.api.${page.door || "visitor"}.`;
// The public pages ask as nobody, also in a browser that is logged in.
const asked = () =>
	is_portal
		? { credentials: "same-origin", headers: { Accept: "application/json", "X-Frappe-CSRF-Token": window.frappe?.csrf_token || "" } }
		: { credentials: "omit", headers: { Accept: "application/json" } };

/** An element with attributes and children; children that are text stay text. */
export function el(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
		else if (value === true) element.setAttribute(name, "");
		else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
	}
	element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

/** Said by the server; what it says is shown as it is. `lost` where there was no answer at all. */
export class Refusal extends Error {
	constructor(lines, lost = false) {
		super(lines.join(" "));
		this.lines = lines;
		this.lost = lost;
	}
}

// The framework writes the token of a login below the page's scripts.
const read_whole =
	document.readyState === "loading" ? new Promise((read) => document.addEventListener("DOMContentLoaded", read, { once: true })) : null;

/** Ask the server: what it answers, or a Refusal. */
export async function ask(door, values) {
	await read_whole;
	const body = new FormData();
	for (const [name, value] of Object.entries({ ...values, _lang: page.language })) {
		body.append(name, value instanceof Blob || typeof value === "string" ? value : JSON.stringify(value));
	}
	let response;
	try {
		response = await fetch(DOOR + door, { method: "POST", body, ...asked() });
	} catch (error) {
		throw new Refusal([words.offline], true);
	}
	const answer = await response.json().catch(() => ({}));
	if (response.ok) return answer.message;
	if (is_portal && (answer.session_expired || answer.exc_type === "CSRFTokenError" || (await is_logged_out(response)))) {
		throw new Refusal([words.logged_out]);
	}
	throw new Refusal(said(answer), response.status >= 500 && response.status !== 501);
}

/** Whether a refusal means that nobody is logged in any more: what the framework says of that is nothing for a customer. */
async function is_logged_out(response) {
	if (response.status !== 401 && response.status !== 403) return false;
	try {
		const { status } = await fetch("/api/method/frappe.auth.get_logged_user", asked());
		return status === 401 || status === 403;
	} catch (error) {
		return false;
	}
}

function said(answer) {
	try {
		const lines = JSON.parse(answer._server_messages).flatMap((text) => JSON.parse(text).message);
		const plain = lines.map(
			(line) => new DOMParser().parseFromString(String(line).replace(/<\/li>|<br\s*\/?>/g, "\n"), "text/html").body.textContent
		);
		const found = plain
			.flatMap((line) => line.split("\n"))
			.map((line) => line.trim())
			.filter(Boolean);
		if (found.length) return found;
	} catch (error) {
		// no sentence came along
	}
	return [words.failed];
}

/** A box with what is wrong, read out at once. */
export function alert_box() {
	const box = el("div", { class: "cv-alert", role: "alert", tabindex: "-1", hidden: true });
	// eslint-disable-next-line no-restricted-syntax -- an element of ours
	box.say = (lines, removes = []) => {
		box.replaceChildren(...lines.map((line, at) => el("p", {}, line, removes[at] ? remove_button(box, line, removes[at]) : null)));
		if (words.logged_out && lines.includes(words.logged_out)) {
			const back = encodeURIComponent(window.location.pathname + window.location.search);
			box.append(el("a", { href: `/login?redirect-to=${back}` }, words.log_in));
		}
		box.hidden = !lines.length;
		if (lines.length) box.focus();
	};
	return box;
}

/** What takes a refused file out, beside what is said of it; all else that was typed stays. */
function remove_button(box, line, remove) {
	return el(
		"button",
		{
			type: "button",
			class: "cv-link",
			"aria-label": `${words.remove}: ${line}`,
			onclick: (event) => {
				remove();
				event.target.closest("p").remove();
				box.hidden = !box.children.length;
			},
		},
		words.remove
	);
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A name that nobody else has. */
export function random_key() {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A name and what it is, with what stands between them in the visitor's language. */
export const paired = (name, value) => words.pair.replace("{0}", name).replace("{1}", value);

const locale = page.language.replace("_", "-");

/** A day, or that of a moment where the company is, as the visitor writes it; the same wherever they are. */
export const day = (at) => new Date(`${at.slice(0, 10)}T12:00:00Z`).toLocaleDateString(locale, { dateStyle: "medium", timeZone: "UTC" });

/** A moment, in the visitor's own time zone. */
export const moment_of = (at) => new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });

const LONGEST_PAUSE = 15000;

/** Ask again, after longer and longer pauses, while there is no connection; `told` hears of it. The server takes nothing twice. */
export async function patiently(question, told, is_over = () => false) {
	for (let wait = 1000; ; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
		try {
			return await question();
		} catch (refusal) {
			if (!refusal.lost || is_over()) throw refusal;
			told(words.offline);
			await pause(wait);
		}
	}
}
