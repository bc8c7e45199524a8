// What opens by a link without a login. The secret stands behind the # of the address and goes along in the body of each question.
import { ask, el, words } from "./page";

export const token = decodeURIComponent(window.location.hash.slice(1));

/** Ask what the link shows and have `show` draw it; what is refused is said in `place`. */
export async function open_link(place, show) {
	document.querySelectorAll("[data-language]").forEach((link) => (link.href += window.location.hash));
	window.addEventListener("hashchange", () => window.location.reload());
	if (!token) return place.replaceChildren(el("p", {}, words.no_link));
	try {
		return show(await ask("look", { token }));
	} catch (refusal) {
		return place.replaceChildren(el("p", { class: "cv-alert", role: "alert" }, (refusal.lines || [words.failed]).join(" ")));
	}
}
