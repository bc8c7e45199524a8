// Signs between composed words, as the reader's language has them: the same as `services/record/language.py` on the server.
const OTHERS = { things: ", ", name: ": ", clauses: "; ", sentences: " " };
const PUNCTUATION = { zh: { things: "、", name: "：", clauses: "；", sentences: "" } };

const signs = () => PUNCTUATION[String(frappe.boot.lang || "").split("-")[0]] || OTHERS;

/** Things of a list. */
export const comma_list = (things) => things.join(signs().things);

/** Parts of a sentence that stand beside each other. */
export const clauses = (parts) => parts.filter(Boolean).join(signs().clauses);

/** Sentences after one another. */
export const sentences = (said) => said.filter(Boolean).join(signs().sentences);

/** A day ("2026-04-03") whose month nobody takes for its day: "April 3, 2026", "2026年4月3日"; as `day_in_words` on the server. */
export function day_in_words(day) {
	const shape = { dateStyle: "long", timeZone: "UTC" };
	try {
		return new Intl.DateTimeFormat(frappe.boot.lang || "en", shape).format(new Date(day));
	} catch {
		return new Intl.DateTimeFormat("en", shape).format(new Date(day));
	}
}

/** What something is called, and what it is: "Batch: B-1". */
export const labelled = (name, said) => `${name}${signs().name}${said}`;
