// What a new site needs before complaints go their way: each mark is read on the server from the settings themselves.
import { esc } from "../markup";
import { offer_demo } from "./demo";
import { choose_pack } from "./packs";

/** Draw the onboarding into an element of the workspace; it is read again each time the workspace comes into sight. */
export function draw_setup(holder) {
	const host = holder.getRootNode().host;
	const state = { open: null };

	function show(found) {
		// Nothing is left to set, or it is nobody's business here: the block takes no room.
		const left = found && found.steps.some((step) => !step.done && !step.skipped);
		$(host).closest(".ce-block").toggle(Boolean(left));
		if (!left) return;
		holder.innerHTML = setup_html(found, state.open);
		holder.querySelector("details").addEventListener("toggle", (event) => (state.open = event.target.open));
		holder.querySelectorAll("[data-route]").forEach((button) => {
			button.addEventListener("click", () => go_to(found.steps[button.dataset.route].route));
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

	const refresh = () => frappe.xcall("complaint_qms.api.onboarding.steps").then(show);
	// The workspace makes the block anew at each visit; the one before it has nothing to watch any more.
	$(document).off("page-change.cq_setup");
	$(document).on("page-change.cq_setup", () => {
		if (!host.isConnected) return;
		if (["Workspaces", ""].includes(frappe.get_route()[0] || "")) refresh();
	});
	return refresh();
}

function go_to(route) {
	if (route[0] === "Form" && String(route[2]).startsWith("new-")) return frappe.new_doc(route[1]);
	return frappe.set_route(route);
}

function setup_html({ title, subtitle, steps }, open) {
	const done = steps.filter((step) => step.done).length;
	const next = steps.findIndex((step) => !step.done && !step.skipped);
	return `<details class="setup" ${open === false ? "" : "open"}>
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
