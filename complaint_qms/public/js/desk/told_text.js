// What somebody tells, typed as plain text, and the formatted text that is kept of it.
import { esc } from "../markup";

const LEAST_SUBJECT = 20;
const LONGEST_SUBJECT = 140;
const PLAIN = ["P", "DIV", "BR"];

const parsed = (html) => new DOMParser().parseFromString(String(html || ""), "text/html").body;

/** Whether a formatted text is nothing but paragraphs, so that its words are all there is to it. */
export const is_plain = (html) => [...parsed(html).querySelectorAll("*")].every(({ tagName }) => PLAIN.includes(tagName));

/** Its words, a line for each paragraph. */
export const plain_text = (html) => parsed(String(html || "").replace(/<\/(p|div|li|h\d|tr)>|<br\s*\/?>/gi, "$&\n")).textContent.trim();

/** Plain text as paragraphs. */
export const paragraphs = (text) =>
	text
		.split(/\n+/)
		.filter((line) => line.trim())
		.map((line) => `<p>${esc(line.trim())}</p>`)
		.join("");

/** How a text begins, up to the end of a sentence that is long enough to say something: “No. 7” and “Dr.” end none. */
export function first_sentence(text) {
	const [line] = text.trim().split("\n");
	let subject = "";
	for (const part of line.split(/(?<=[.!?])(?=\s)|(?<=[。！？])/)) {
		subject += part;
		if (subject.trim().length >= LEAST_SUBJECT || /[。！？]$/.test(part)) break;
	}
	return subject.trim().slice(0, LONGEST_SUBJECT);
}
