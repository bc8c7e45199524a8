// What a new site needs before complaints go their way: each mark is read on the server from the settings themselves.
import { esc } from "../markup";
import { offer_demo } from "./demo";
import { choose_pack } from "./packs";
import { go_to } from "./steps";

const HEIGHT = "complaint_qms:setup"; // which the block itself reads, before it is drawn
const FOLDED = "complaint_qms:setup_folded";

/** Draw the onboarding into an element of the workspace; it is read again each time the workspace comes into sight. */
export function draw_setup(holder) {
	const host = holder.getRootNode().host;
	const state = { open: !localStorage.getItem(FOLDED) };

	function show(found) {
		// Nothing is left to set, or it is nobody's business here: the block takes no room.
		const left = found && found.steps.some((step) => !step.done && !step.skipped);
		$(host).closest(".ce-block").toggle(Boolean(left));
		if (!left) return localStorage.removeItem(HEIGHT);
		holder.innerHTML = setup_html(found, state.open);
		keep_height(holder);
		holder.querySelector("details").addEventListener("toggle", (event) => {
			state.open = event.target.open;
			localStorage.setItem(FOLDED, state.open ? "" : "1");
			keep_height(holder);
		});
		holder.querySelectorAll("[data-route]").forEach((button) => {
			button.addEventListener("click", () => lead_to(found.steps[button.dataset.route]));
		});
		holder.querySelectorAll("[data-packs]").forEach((button) => {
			button.addEventListener("click", () => choose_pack(refresh));
		});
		holder.querySelectorAll("[data-demo]").forEach((button) => {
			button.addEventListener("click", () => offer_demo(refresh));
		});
		holder.querySelectorAll("[data-skip]").forEach((button) => {
			button.addEventListener("click", () => {
				const step = found.steps[button.dataset.skip];
				frappe.xcall("complaint_qms.api.onboarding.skip", { step: step.name, skipped: !step.skipped }).then(show);
			});
		});
	}

	const refresh = () => frappe.call({ method: "complaint_qms.api.onboarding.steps", type: "GET" }).then(({ message }) => show(message));
	// The workspace makes the block anew at each visit; the one before it has nothing to watch any more.
	$(document).off("page-change.cq_setup");
	$(document).on("page-change.cq_setup", () => {
		if (!host.isConnected) return;
		if (["Workspaces", ""].includes(frappe.get_route()[0] || "")) refresh();
	});
	return refresh();
}

/** What it takes now is kept free at the next visit. */
function keep_height(holder) {
	holder.style.minHeight = "";
	if (holder.offsetHeight) localStorage.setItem(HEIGHT, Math.round(holder.offsetHeight));
}

function lead_to({ route, field }) {
	const [view, doctype, name] = route;
	if (view === "Form" && String(name).startsWith("new-")) return frappe.new_doc(doctype);
	frappe.set_route(route);
	if (!field) return null;
	const drawn = () => window.cur_frm && cur_frm.doctype === doctype && cur_frm.docname === name && cur_frm.$wrapper.is(":visible");
	return soon(
		() => drawn() && !frappe.request.ajax_count,
		() => go_to(cur_frm, field)
	);
}

/** Once `ready`, `then`; not at all where somebody has gone elsewhere meanwhile. */
function soon(ready, then, tries = 50) {
	if (ready()) then();
	else if (tries) setTimeout(() => soon(ready, then, tries - 1), 200);
}

function setup_html({ title, subtitle, steps }, open) {
	const done = steps.filter((step) => step.done).length;
	const next = steps.findIndex((step) => !step.done && !step.skipped);
	return `<details class="setup" ${open ? "open" : ""}>
		<summary><b>${esc(title)}</b> <span class="count">${esc(__("{0} of {1} done", [done, steps.length]))}</span></summary>
		<p class="hint">${esc(subtitle)}</p>
		<ol>${steps.map((step, at) => step_html(step, at, at === next)).join("")}</ol>
		${more_html()}
	</details>`;
}

function more_html() {
	const packs = frappe.model.can_write("Complaint QMS Settings")
		? `<button type="button" class="btn btn-xs btn-default" data-packs>${esc(__("Sample Procedures for Your Trade"))}</button>`
		: "";
	const demo = frappe.user.has_role("System Manager")
		? `<button type="button" class="btn btn-xs btn-default" data-demo>${esc(__("Load or Remove Demo Data"))}</button>`
		: "";
	return packs || demo ? `<p class="more">${packs}${demo}</p>` : "";
}

/** Why a thing is set stands at the next one alone; how it stands, at each. */
function step_html(step, at, next) {
	const [kind, mark, word] = step.done
		? ["done", "✓", __("Done")]
		: step.skipped
			? ["skipped", "–", __("Skipped")]
			: ["open", "", __("To do")];
	const go =
		step.route.length && !step.done
			? `<button type="button" class="btn btn-xs btn-default" data-route="${at}">${esc(step.action)}</button>`
			: "";
	const skip = step.done
		? ""
		: `<button type="button" class="btn btn-xs btn-link" data-skip="${at}">${esc(step.skipped ? __("Take Up Again") : __("Skip"))}</button>`;
	return `<li class="${kind}"><span class="tick" role="img" aria-label="${esc(word)}" title="${esc(word)}">${mark}</span>
		<div class="what"><b>${esc(step.title)}</b><span class="told">${esc(step.told)}</span>${
			next ? `<span class="why">${esc(step.description)}</span>` : ""
		}</div>
		<div class="act">${go}${skip}</div></li>`;
}
