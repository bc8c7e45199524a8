// The page by which a complainant follows a complaint. The secret stands behind the # of the address and goes along in the body of
// each question.
import { follow } from "./visitor/case";
import { ask, el, words } from "./visitor/page";

const place = document.getElementById("cv-track");
const token = decodeURIComponent(window.location.hash.slice(1));

document.querySelectorAll("[data-language]").forEach((link) => (link.href += window.location.hash));
window.addEventListener("hashchange", () => window.location.reload());
begin();

async function begin() {
	if (!token) return place.replaceChildren(el("p", {}, words.no_link));
	try {
		return follow({ token }, await ask("look", { token }));
	} catch (refusal) {
		return place.replaceChildren(el("p", { class: "cv-alert", role: "alert" }, (refusal.lines || [words.failed]).join(" ")));
	}
}
