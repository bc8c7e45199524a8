// Signs between composed words, as the reader's language has them: the same as `services/record/language.py` on the server.
const OTHERS = { things: ", ", name: ": ", clauses: "; " };
const PUNCTUATION = { zh: { things: "、", name: "：", clauses: "；" } };

const signs = () => PUNCTUATION[String(frappe.boot.lang || "").split("-")[0]] || OTHERS;

/** Things of a list. */
export const comma_list = (things) => things.join(signs().things);

/** Parts of a sentence that stand beside each other. */
export const clauses = (parts) => parts.filter(Boolean).join(signs().clauses);

/** What something is called, and what it is: "Batch: B-1". */
export const labelled = (name, said) => `${name}${signs().name}${said}`;
