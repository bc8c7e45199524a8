// How risks of an item with a type of complaint are shown: their cell, which way they moved, and where a cell of the matrix leads.
import { ink, safe_color } from "./colors";
import { address, esc } from "./markup";

const SIGNS = { rose: "▲", new: "+", moved_across: "⇄", unmoved: "=", fell: "▼", gone: "–", unknown: "?" };

/** A risk in the colour of its cell, always with its words. */
export function risk_badge(words, color) {
	const shown = safe_color(color);
	if (!words) return "";
	const style = shown ? `background:${shown};color:${ink(shown)};` : "";
	return `<span style="${style}padding:1px 6px;border-radius:4px;print-color-adjust:exact;-webkit-print-color-adjust:exact">${esc(words)}</span>`;
}

/** Movement as a sign and its word. */
export function risk_way(words, key) {
	if (!words) return "";
	const tone = { rose: "text-danger", new: "text-danger", fell: "text-success" }[key] || "";
	return `<span class="${tone}">${esc(SIGNS[key] || "")} ${esc(words)}</span>`;
}

/** "▲2 +1": how many of a cell came from a lower risk, are new, came from a higher one. */
export function came_html(came) {
	const words = () => ({
		rose: __("{0} came from a lower risk", [came.rose]),
		new: __("{0} had no complaint in the period before", [came.new]),
		fell: __("{0} came from a higher risk", [came.fell]),
	});
	return Object.keys(came)
		.filter((way) => came[way])
		.map((way) => `<span title="${esc(words()[way])}" aria-label="${esc(words()[way])}">${SIGNS[way]}${cint(came[way])}</span>`)
		.join(" ");
}

/** A number that leads to the pairs of its cell: filters of the report Risk Priorities. */
export function pairs_link(asked, html, attributes) {
	const href = `${frappe.router.make_url(["query-report", "Risk Priorities"])}?${new URLSearchParams(asked)}`;
	return `<a href="${address(href)}" ${attributes}>${html}</a>`;
}
