// Where text becomes markup. Everything that people wrote goes through one of these; nothing else builds markup of it.

/** Text as markup that shows it as it was written, within an element or an attribute; the server keeps a `<` that would act as `&lt;`. */
export const esc = (text) => frappe.utils.escape_html(text === null || text === undefined ? "" : String(text).replace(/&lt;/g, "<"));

/** Text that may have been escaped already, as markup: entities stay as they are, nothing becomes an element. */
export const esc_signs = (text) =>
	(text === null || text === undefined ? "" : String(text)).replace(/[<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** What stands where there is nothing to show yet: it says what will. */
export const empty = (text) => `<div class="cq-empty">${esc(text)}</div>`;

/** The address of a stored file or of a page for an attribute; empty for one that would act, such as `javascript:`. */
export function address(url) {
	const text = String(url || "").trim();
	try {
		const { protocol } = new URL(text, window.location.origin);
		return ["http:", "https:"].includes(protocol) ? esc(text) : "";
	} catch (error) {
		return "";
	}
}

const HOLDS_NOTHING = "script,style,iframe,object,embed,template,noscript,svg,math,base,link,meta,form,input,button,select,textarea";

/** Formatted text as it was stored, without what would act: elements, attributes and addresses. */
export function formatted(html) {
	const { body } = new DOMParser().parseFromString(String(html || ""), "text/html");
	body.querySelectorAll(HOLDS_NOTHING).forEach((element) => element.remove());
	for (const element of body.querySelectorAll("*")) {
		for (const { name, value } of [...element.attributes]) {
			const acts = /^(on|srcdoc|formaction|xlink)/i.test(name);
			const leads = /^(href|src|action|background|poster|srcset)$/i.test(name);
			if (acts || (leads && !/^data:image\/(png|jpe?g|gif|webp);/i.test(value.trim()) && !address(value))) {
				element.removeAttribute(name);
			}
		}
	}
	return body.innerHTML;
}

/** What a message of the server says, as markup without markup: its lines in paragraphs. */
export function told(message) {
	const { body } = new DOMParser().parseFromString(String(message || "").replace(/<(br|li|p|tr)\b/gi, "\n<$1"), "text/html");
	return body.textContent
		.split("\n")
		.map((line) => line.trim())
		.filter(Boolean)
		.map((line) => `<p>${esc(line)}</p>`)
		.join("");
}
